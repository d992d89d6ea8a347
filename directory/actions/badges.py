"""QR badges and their PINs: made, ended, reset by a manager; a PIN chosen by the person."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from django.utils import timezone
from django.utils.translation import gettext as _

from directory import badges, pins, tasks, verbs
from directory.connectors import Refused
from directory.door import Deed, Initiator, acting
from directory.models import Badge, BadgeKind, Pin, Settings, User
from directory.models.assignments import any_role_of


@dataclass(frozen=True)
class Made:
    """What is handed over once, and stands nowhere: the badge's secret, and a PIN where it is new."""

    badge: Badge
    secret: str
    pin: str

    def __repr__(self) -> str:
        return f"Made({self.badge.pk})"


def add_badge(person: User, term: badges.Term, seen: str, *, by: Initiator) -> Made:
    """Make a badge; the one of this kind until now ends, and so do sessions. Somebody without a PIN gets one.

    `seen` is `state(person)` as the manager saw it: raises Refused if there is another badge by now, if the
    tenant has no badges, or the person a role.
    """
    with acting(by, verbs.ADD_BADGE, person) as (_authority, deed):
        _wait_in_line(person, seen)
        _refuse_unfit(person)
        if _end(person, term.kind):
            _sign_out(person)
        secret = badges.make()
        badge = Badge.objects.create(
            user=person,
            kind=term.kind,
            secret_hash=badges.hashed(secret),
            starts_at=term.starts_at,
            ends_at=term.ends_at,
        )
        deed.change(f"{term.kind}QRCode", None, f"{term.starts_at.isoformat()}/{term.ends_at.isoformat()}")
        pin = "" if Pin.objects.filter(user=person).exists() else _new_pin(person, deed)
        tasks.notify(person, "badge_added")
    return Made(badge, secret, pin)


def end_badge(person: User, kind: str, *, by: Initiator) -> None:
    """A badge is lost: it opens nothing from now on, and nobody stays signed in. Raises Refused for none."""
    with acting(by, verbs.END_BADGE, person) as (_authority, deed):
        _wait_in_line(person)
        if not _end(person, kind, deed):
            raise Refused(_("%(name)s has no such badge any more.") % {"name": person.first_name})
        _sign_out(person)
        tasks.notify(person, "badge_ended")


def reset_pin(person: User, seen: str, *, by: Initiator) -> str:
    """Give somebody with a badge a temporary PIN, which is returned; nobody stays signed in.

    Raises Refused where there is no badge, or where it was done a moment ago.
    """
    with acting(by, verbs.RESET_PIN, person) as (_authority, deed):
        _wait_in_line(person, seen)
        _refuse_unfit(person)
        if not Badge.objects.not_ended().filter(user=person).exists():
            raise Refused(_("%(name)s has no badge.") % {"name": person.first_name})
        pin = _new_pin(person, deed)
        badges.forget_tries(person)
        _sign_out(person)
        tasks.notify(person, "pin_reset")
    return pin


def change_pin(proof: badges.Proof, pin: str, *, by: Initiator) -> None:
    """A person chooses their own PIN, once for each proof. Raises Refused where that counts no more."""
    with acting(by, verbs.CHANGE_PIN, proof.person) as (_authority, deed):
        kept = Pin.objects.select_for_update().get(user=proof.person)
        if str(kept.version) != proof.version:
            raise Refused(_("Your PIN was changed a moment ago. Scan your badge again."))
        if pins.is_right(kept, pin):
            raise Refused(_("Choose another PIN than the one until now."))
        _set(proof.person, pin, must_change=False)
        deed.change("QRCodePin", None, "changed")
        tasks.notify(proof.person, "pin_changed")


def state(person: User) -> str:
    """Which badges and PIN a person has, in short: it changes with each deed on them."""
    held = Badge.objects.not_ended().filter(user=person).values_list("pk", flat=True)
    version = Pin.objects.filter(user=person).values_list("version", flat=True)
    return "|".join(sorted(str(part) for part in [*held, *version]))


def unfit(person: User) -> str:
    """Why a badge could not be used, as a sentence; '' where it could."""
    if not Settings.current().qr_badges:
        return _("QR badges are switched off for your organization.")
    if User.objects.filter(any_role_of(person), pk=person.pk).exists():
        return _("%(name)s holds a role. Badges are for people without one.") % {"name": person.first_name}
    return ""


def _refuse_unfit(person: User) -> None:
    if reason := unfit(person):
        raise Refused(reason)


def _wait_in_line(person: User, seen: str | None = None) -> None:
    """Let one deed on a person's badges through at a time; raises Refused for one that comes upon another."""
    User.objects.select_for_update().get(pk=person.pk)
    if seen is not None and seen != state(person):
        raise Refused(_("%(name)s’s badge was changed a moment ago.") % {"name": person.first_name})


def _end(person: User, kind: str, deed: Deed | None = None) -> bool:
    ended = Badge.objects.not_ended().filter(user=person, kind=kind).update(ended_at=timezone.now())
    if ended and deed:
        deed.change(f"{BadgeKind(kind)}QRCode", "active", "ended")
    return bool(ended)


def _sign_out(person: User) -> None:
    """Everywhere: whoever found the badge may have gone on from there another way."""
    person.revoke_sessions()
    person.save(update_fields=["sessions_valid_from"])


def _new_pin(person: User, deed: Deed) -> str:
    pin = pins.make(Settings.current().pin_length)
    _set(person, pin, must_change=True)
    deed.change("QRCodePin", None, "temporary")
    return pin


def _set(person: User, pin: str, *, must_change: bool) -> None:
    values = {"hash": pins.hashed(person, pin), "must_change": must_change, "version": uuid4()}
    Pin.objects.update_or_create(user=person, defaults=values)
