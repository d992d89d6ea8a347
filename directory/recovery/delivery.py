"""What the worker does for somebody on the way back: finds out who it is, sends the code, notes failures."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import Result, record
from directory import notices, permissions
from directory.door import Initiator, snapshot
from directory.models import Recovery, User, Way
from directory.recovery import codes, eligibility


def send_code(recovery: Recovery) -> None:
    """Send a new code, if there is such a person and what was typed is what is on file; else do nothing.

    Done twice it sends two codes, of which the last one works.
    """
    if recovery.ends_at <= timezone.now():
        return
    person = eligibility.person_of(recovery.user_name)
    if person and (to := _on_file(person, recovery)):
        code, minutes = _new_code(recovery, person), codes.MINUTES
        notices.send_to(recovery.way, to, "code", person, code=code, minutes=minutes)
    elif person:
        note(person, Result.FAILURE, _("What was typed is not on file, or does not count."), recovery.way)


def _on_file(person: User, recovery: Recovery) -> str:
    """Where the code goes, if that is what was typed; '' if it is not.

    As it is on file, never as it was typed: letters that are one in small may lead to two mailboxes, such as
    the Kelvin sign and k.
    """
    # Two people may not be told apart by how one way back goes on: it stays with whom it began.
    if recovery.person_id not in (None, person.pk):
        return ""
    on_file = eligibility.destination(person, recovery.way)
    return on_file if on_file.casefold() == recovery.destination.casefold() else ""


def _new_code(recovery: Recovery, person: User) -> str:
    code = codes.make()
    if not recovery.proved:  # with a second way it holds on to the password of the first
        recovery.person, recovery.password_changed_at = person, person.password_changed_at
    recovery.code_hash = codes.hashed(recovery, code)
    recovery.code_ends_at = timezone.now() + codes.LIFETIME
    recovery.save(update_fields=["person", "password_changed_at", "code_hash", "code_ends_at"])
    return code


def note_wrong_code(recovery: Recovery) -> None:
    """Tell the trail of a wrong code, where the name is somebody's."""
    if person := _named(recovery):
        note(person, Result.FAILURE, _("The code was wrong or too old."), recovery.way)


def note_lock(recovery: Recovery) -> None:
    """Tell the trail that self-service is locked for a name, where it is somebody's."""
    if person := _named(recovery):
        _record(permissions.BLOCK_SELF_SERVICE, person, Result.SUCCESS)


def _named(recovery: Recovery) -> User | None:
    return User.objects.members().filter(user_principal_name=recovery.user_name).first()


def note(person: User, result: str, reason: str, way: str) -> None:
    """One step of somebody's way back, in the trail."""
    _record(permissions.RECOVERY_STEP, person, result, reason, {"Way": str(Way(way).label)})


def _record(action, person: User, result: str, reason: str = "", details=()) -> None:
    record(
        action.activity,
        category=action.category,
        operation=action.operation,
        result=result,
        reason=reason,
        actor=Initiator(person).snapshot(),
        target=snapshot(person),
        details={"Source": "Self-service", "Action": action.word} | dict(details),
    )
