"""Every deed, and the door they all go through."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _

from audit.models import Result, record
from directory import permissions, refusals, tasks
from directory.connectors import Authority, AuthorityError, Refused, open_authority
from directory.models import PhoneMethod, PhoneType, Settings, User
from directory.permissions import Action


@dataclass(frozen=True)
class Initiator:
    """Who does it, from where: what the trail says of every deed."""

    user: User
    ip_address: str | None = None
    surface: str = "My Staff"

    def snapshot(self) -> dict[str, Any]:
        return {
            "id": self.user.pk,
            "name": self.user.display_name,
            "principal_name": self.user.user_principal_name,
            "ip_address": self.ip_address,
        }


class Denied(Exception):
    """Out of reach; the text is the reason, for the manager."""


def _snapshot(person: User) -> dict[str, Any]:
    return {
        "id": person.pk,
        "type": "User",
        "name": person.display_name,
        "principal_name": person.user_principal_name,
    }


# The door


@dataclass
class Deed:
    """One deed on its way through the door: how it gets its line in the trail."""

    by: Initiator
    action: Action
    target: dict[str, Any]
    correlation_id: UUID
    changed: list[dict[str, Any]]

    def write(self, result: str, reason: str = "") -> None:
        record(
            self.action.activity,
            category=self.action.category,
            operation=self.action.operation,
            result=result,
            reason=reason,
            actor=self.by.snapshot(),
            target=self.target,
            changed=self.changed if result == Result.SUCCESS else [],
            details={"Source": self.by.surface, "Action": self.action.word},
            correlation_id=self.correlation_id,
        )

    def change(self, name: str, old: Any, new: Any) -> None:
        """Note an old and a new value for the trail; never a secret."""
        self.changed.append({"name": name, "oldValue": old, "newValue": new})


@contextmanager
def acting(by: Initiator, action: Action, person: User) -> Iterator[tuple[Authority, Deed]]:
    """The door for deeds on people: checks, writes the attempt, opens the authority, writes the outcome.

    Raises Denied, or the authority's Refused or Unreachable; then nothing has changed here.
    """
    reason = refusals.refusal(by.user, action, person)
    with _through(by, action, _snapshot(person), reason) as deed:
        yield open_authority(person), deed


@contextmanager
def administering(by: Initiator, action: Action, target: dict[str, Any]) -> Iterator[Deed]:
    """The door for deeds on the tenant itself, for those who hold a role over all of it."""
    reason = None if by.user.holds(*action.needs) else _("Your role does not include this.")
    with _through(by, action, target, reason) as deed:
        yield deed


@contextmanager
def _through(by: Initiator, action: Action, target: dict[str, Any], reason: str | None) -> Iterator[Deed]:
    deed = Deed(by, action, target, uuid4(), [])
    if reason:
        deed.write(Result.DENIED, reason)
        raise Denied(reason)
    # Committed before anything is touched: a rollback cannot take back what an authority has done.
    with transaction.atomic(durable=True):
        deed.write(Result.ATTEMPTED)
    committing = False
    try:
        # Our own rows, the notice and the outcome stand or fall together.
        with transaction.atomic():
            yield deed
            deed.write(Result.SUCCESS)
            committing = True
    except AuthorityError as error:
        deed.write(Result.FAILURE, str(error))
        raise
    except Exception as error:
        # A commit whose answer was lost may have been done: then the outcome is there, or it stays unknown.
        if not (committing and isinstance(error, (OperationalError, InterfaceError))):
            deed.write(Result.FAILURE, type(error).__name__)
        raise


# Passwords


def reset_password(person: User, password: str, *, by: Initiator) -> None:
    """Give a person a temporary password; every session of theirs ends, and they are told."""
    with acting(by, permissions.RESET_PASSWORD, person) as (authority, _deed):
        _wait_in_line(person)
        authority.set_password(person, password, must_change=True)
        person.revoke_sessions()
        person.save(update_fields=["sessions_valid_from"])
        tasks.notify(person, "password_reset")


def _wait_in_line(person: User) -> None:
    """Let one reset of a person through at a time; raises Refused for one that comes upon another.

    Else two managers at once would each hand over a password, and only the later one would work.
    """
    now = User.objects.select_for_update().values_list("password_changed_at", flat=True).get(pk=person.pk)
    if now != person.password_changed_at:
        raise Refused(_("%(name)s’s password was changed a moment ago.") % {"name": person.first_name})


def change_password(password: str, *, by: Initiator) -> None:
    """A person chooses their own password; their other sessions end."""
    with acting(by, permissions.CHANGE_PASSWORD, by.user) as (authority, _deed):
        authority.set_password(by.user, password, must_change=False)
        tasks.notify(by.user, "password_changed")


# Phones


def set_phone(person: User, number: str, *, by: Initiator) -> None:
    """Add or change the mobile number (E.164); a changed number is no longer used to sign in."""
    old = person.phones.filter(phone_type=PhoneType.MOBILE).first()
    action = permissions.CHANGE_PHONE if old else permissions.ADD_PHONE
    with acting(by, action, person) as (_authority, deed):
        deed.change("mobilePhone", old.number if old else None, number)
        PhoneMethod.objects.update_or_create(
            user=person,
            phone_type=PhoneType.MOBILE,
            defaults={
                "number": number,
                "sms_sign_in": bool(old and old.sms_sign_in and old.number == number),
                "set_by": by.user.pk,
            },
        )
        tasks.notify(person, "phone_changed" if old else "phone_added")
        if old and old.number != number:
            tasks.notify(person, "phone_changed", "sms", old.number)


def remove_phone(person: User, *, by: Initiator) -> None:
    """Remove the mobile number."""
    with acting(by, permissions.REMOVE_PHONE, person) as (_authority, deed):
        for phone in person.phones.filter(phone_type=PhoneType.MOBILE):
            deed.change("mobilePhone", phone.number, None)
            phone.delete()
            tasks.notify(person, "phone_removed", "sms", phone.number)
        tasks.notify(person, "phone_removed")


def set_sms_sign_in(person: User, on: bool, *, by: Initiator) -> None:
    """Let a person sign in with their mobile number, or end that. Raises Refused if it cannot be used."""
    action = permissions.ENABLE_SMS_SIGN_IN if on else permissions.DISABLE_SMS_SIGN_IN
    with acting(by, action, person) as (_authority, deed):
        phone = person.phones.filter(phone_type=PhoneType.MOBILE).first()
        if phone is None or (on and not Settings.current().sms_sign_in):
            raise Refused(_("Phone sign-in is not available for %(name)s.") % {"name": person.first_name})
        deed.change("smsSignInState", phone.sms_sign_in, on)
        phone.sms_sign_in = on
        _save_if_free(phone)
        tasks.notify(person, "phone_sign_in_enabled" if on else "phone_sign_in_disabled")


def _save_if_free(phone: PhoneMethod) -> None:
    """Save; a number that somebody else signs in with is refused without a word about them."""
    try:
        with transaction.atomic():
            phone.save(update_fields=["sms_sign_in", "set_at"])
    except IntegrityError as error:
        raise Refused(_("This number cannot be used for sign-in.")) from error
