"""Smart lockout: how often a wrong password may be tried on a user name, known here or not.

As Microsoft Entra's ("Protect user accounts from attacks with Microsoft Entra smart lockout"): ten wrong ones
lock for a minute, each one after that for twice as long; networks that the person has signed in from are
counted apart, so that a stranger elsewhere locks nobody out at school.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import ngettext

from directory.models import FamiliarNetwork, SignInCount, SignInLock
from directory.models.messages import surroundings
from tenants import scopes

MOST = 10  # wrong passwords; the tenth locks
SHORTEST, LONGEST = timedelta(seconds=60), timedelta(hours=1)
FORGOTTEN = timedelta(days=1)  # after the last one that counted
FAMILIAR = timedelta(days=90)  # after the last sign-in
KNOWN_AGAIN = 3  # wrong passwords that do not count a second time
DIGITS = 5  # of the hash of a wrong password: one of a million that are kept alike


class Undecided(Exception):
    """Nobody can say now whether a password is right: it counts as none. The text is for whoever typed it."""


class Locked(Exception):
    """Too many wrong passwords were tried on this name from this kind of network."""

    def __init__(self, until: datetime, *, just_now: bool = False) -> None:
        super().__init__()
        self.until = until
        self.just_now = just_now  # by this try, which was looked at; else it was locked before

    @property
    def sentence(self) -> str:
        """What to tell whoever is trying; the same for names that nobody has."""
        minutes = max(1, ceil((self.until - timezone.now()) / timedelta(minutes=1)))
        said = ngettext(
            "There were too many wrong tries. Wait %(minutes)s minute, then try again, or ask %(contact)s.",
            "There were too many wrong tries. Wait %(minutes)s minutes, then try again, or ask %(contact)s.",
            minutes,
        )
        return said % {"minutes": minutes, "contact": surroundings()["contact"]}


@dataclass(frozen=True)
class _Counted:
    """What one try has put into a row, and how to take it out again."""

    row: int
    hash: str
    failures: int
    failed_before: datetime | None
    until: datetime | None


def attempt(user_name: str, network: str, secret: str, is_right: Callable[[], bool]) -> bool:
    """Let one password or PIN be tried on a name, and say whether it is right. Raises Locked.

    It counts before it is looked at, while the row is held, and is given back if it is right, or Undecided:
    however many come at once, no more are looked at than may be. The looking itself holds nothing. Call it
    outside every transaction that an error would roll back: the count must stand.
    """
    name = user_name.strip().lower()
    familiar = _is_familiar(name, network)
    counted = _count(name, familiar, secret)
    try:
        right = is_right()
    except Undecided:
        _give_back(counted)
        raise
    if right:
        _give_back(counted)
        return True
    if counted and counted.until:
        _note(counted, SignInLock(user_name=name, network=network, familiar=familiar))
        raise Locked(counted.until, just_now=True)
    return False


def remember(user_name: str, network: str) -> None:
    """From now on this network is familiar for this name: the person has signed in from there."""
    seen = FamiliarNetwork(key=_key("network", user_name.strip().lower(), network), seen_at=timezone.now())
    FamiliarNetwork.objects.bulk_create(
        [seen], update_conflicts=True, unique_fields=["tenant", "key"], update_fields=["seen_at"]
    )


def clear(user_name: str) -> None:
    """Forget what was tried on this name: a reset or an unlock."""
    SignInCount.objects.filter(name_key=_key("name", user_name.strip().lower())).delete()


def locked_until(user_name: str) -> datetime | None:
    """Until when this name is locked, from the kind of network where that lasts longer; None if it is not."""
    rows = SignInCount.objects.filter(name_key=_key("name", user_name.strip().lower()))
    locks = rows.filter(locked_until__gt=timezone.now()).values_list("locked_until", flat=True)
    return max(locks, default=None)


def was_locked(user_name: str) -> bool:
    """Whether this name is locked, or would be again with the next wrong password."""
    rows = SignInCount.objects.filter(name_key=_key("name", user_name.strip().lower()), failures__gte=MOST)
    return rows.filter(failed_at__gt=timezone.now() - FORGOTTEN).exists()


def clear_old() -> None:
    """Delete what neither counts nor locks any more, and networks not seen for long."""
    now = timezone.now()
    SignInCount.objects.filter(failed_at__lte=now - FORGOTTEN).delete()
    SignInLock.objects.filter(at__lte=now - FORGOTTEN).delete()
    FamiliarNetwork.objects.filter(seen_at__lte=now - FAMILIAR).delete()


def _key(*values: str) -> str:
    """Keyed: who steals the table cannot read what names were tried, or from where."""
    value = "|".join([str(scopes.require()), *values])
    return salted_hmac("directory.lockout", value, algorithm="sha256").hexdigest()


def _is_familiar(name: str, network: str) -> bool:
    since = timezone.now() - FAMILIAR
    return FamiliarNetwork.objects.filter(key=_key("network", name, network), seen_at__gt=since).exists()


def _count(name: str, familiar: bool, secret: str) -> _Counted | None:
    """Count one more; None for a wrong one that was counted already. Raises Locked."""
    now = timezone.now()
    with transaction.atomic():
        row = SignInCount.objects.hold(name_key=_key("name", name), familiar=familiar)
        if row.locked_until and row.locked_until > now:
            raise Locked(row.locked_until)
        if row.failed_at and row.failed_at <= now - FORGOTTEN:
            row.failures, row.wrong = 0, []
        counted = _add(row, _key("wrong", name, secret)[:DIGITS], now)
        row.save()
    return counted


def _add(row: SignInCount, hashed: str, now: datetime) -> _Counted | None:
    known = hashed in row.wrong
    row.wrong = [*(one for one in row.wrong if one != hashed), hashed][-KNOWN_AGAIN:]
    if known:
        return None
    before, row.failed_at = row.failed_at, now
    row.failures += 1
    row.locked_until = now + _lasting(row.failures) if row.failures >= MOST else None
    return _Counted(row.pk, hashed, row.failures, before, row.locked_until)


def _lasting(failures: int) -> timedelta:
    doublings = min(failures - MOST, 30)  # more than enough for the longest
    return min(SHORTEST * 2**doublings, LONGEST)


def _give_back(counted: _Counted | None) -> None:
    """As if it had not been tried. What others have counted meanwhile stays."""
    if counted is None:
        return
    with transaction.atomic():
        row = SignInCount.objects.select_for_update().filter(pk=counted.row).first()
        if row is None:  # cleared meanwhile
            return
        row.failures -= 1
        row.wrong = [one for one in row.wrong if one != counted.hash]
        if row.locked_until == counted.until or row.failures < MOST:
            row.locked_until = None
        row.failed_at = counted.failed_before if row.failures < counted.failures else row.failed_at
        row.save() if row.failures else row.delete()


def _note(counted: _Counted, lock: SignInLock) -> None:
    """Have the worker tell the trail: looking the name up here would take longer for one that is known."""
    from directory import tasks  # they clear what is old here

    lock.failures, lock.at, lock.until = counted.failures, timezone.now(), counted.until
    with transaction.atomic():
        lock.save(force_insert=True)
        tasks.note_sign_in_lock(lock=lock.pk)
