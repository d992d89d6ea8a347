"""How often self-service may be tried on a user name, known here or not.

The numbers are Microsoft Entra's ("How it works: self-service password reset"). One row for a name, locked
while it is counted on: however many requests come at once, none is let through too many.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from directory.models import Throttle
from tenants import scopes

LOCKED_FOR = timedelta(hours=24)


@dataclass(frozen=True)
class Limit:
    """So many in that time; one more locks the name."""

    most: int
    within: timedelta
    lasting: timedelta = LOCKED_FOR


EMAIL = "email"
SMS = "sms"
SIGN_IN = "sign_in"  # a text to sign in: anybody can ask for one, so it closes nothing for a day
CHECK = "check"  # of a code, right or wrong
FAILURE = "failure"  # a wrong code
PROOF = "proof"  # of security info: a check by somebody who is signed in, with several to prove
LIMITS = {
    EMAIL: Limit(10, timedelta(minutes=10)),
    SMS: Limit(5, timedelta(hours=1)),
    SIGN_IN: Limit(5, timedelta(hours=1), timedelta(hours=1)),
    CHECK: Limit(5, timedelta(hours=1)),
    PROOF: Limit(10, timedelta(hours=1)),
    FAILURE: Limit(4, timedelta(hours=24)),  # the fifth wrong code locks at once
}


class Locked(Exception):
    """Too much was tried on this name: self-service is closed to it for a day."""

    def __init__(self, *, just_now: bool = False) -> None:
        super().__init__()
        self.just_now = just_now  # by what was asked here; else it was locked before


def key_of(value: str, kind: str = "name") -> str:
    """A name's or a number's key in the table: who steals it cannot read what was tried."""
    keyed = salted_hmac(f"directory.recovery.{kind}", f"{scopes.require()}|{value}", algorithm="sha256")
    return keyed.hexdigest()


def locked_until(name_key: str) -> datetime | None:
    """Until when self-service is closed to a name; None if it is open."""
    until = Throttle.objects.filter(name_key=name_key).values_list("locked_until", flat=True).first()
    return until if until and until > timezone.now() else None


def count(name_key: str, kind: str) -> None:
    """Count one more of a kind. Raises Locked where that is too many, or the name is locked already.

    Call it outside every transaction that an error would roll back: the count must stand.
    """
    with transaction.atomic():
        row = Throttle.objects.hold(name_key=name_key)
        before = _is_locked(row)
        _add(row, kind)
        row.save()
    if _is_locked(row):
        raise Locked(just_now=not before)


def attempt(name_key: str, is_right: Callable[[], bool], kind: str = CHECK) -> bool:
    """Let one guess through and say whether it is right. Raises Locked like count, and for a fifth wrong one.

    The guess is looked at while the name's row is held: of many at once none slips past the last allowed.
    """
    right = False
    with transaction.atomic():
        row = Throttle.objects.hold(name_key=name_key)
        before = _is_locked(row)
        _add(row, kind)
        if not _is_locked(row):
            right = is_right()
            if not right:
                _add(row, FAILURE)
        row.save()
    if not right and _is_locked(row):
        raise Locked(just_now=not before)
    return right


def give_back(name_key: str, *kinds: str) -> None:
    """Take one of each of these kinds from the count: they led to somebody proving who they are."""
    with transaction.atomic():
        row = Throttle.objects.hold(name_key=name_key)
        for kind in kinds:
            row.tried[kind] = row.tried.get(kind, [])[:-1]
        row.save()


def clear(name_key: str) -> None:
    """Forget everything tried on this name: a reset or an unlock."""
    Throttle.objects.filter(name_key=name_key).delete()


def clear_old() -> None:
    """Delete what neither counts nor locks any more: nothing does after a day."""
    Throttle.objects.filter(updated_at__lt=timezone.now() - LOCKED_FOR).delete()


def _is_locked(row: Throttle) -> bool:
    return bool(row.locked_until and row.locked_until > timezone.now())


def _add(row: Throttle, kind: str) -> None:
    """Also forgets what is too old to count. A locked name counts nothing: it opens when it was said."""
    now, limit = timezone.now(), LIMITS[kind]
    if _is_locked(row):
        return
    since = (now - limit.within).timestamp()
    row.tried[kind] = [at for at in row.tried.get(kind, []) if at > since] + [now.timestamp()]
    if len(row.tried[kind]) > limit.most:
        row.locked_until, row.tried = now + limit.lasting, {}
