"""What the worker does for somebody on the way back: finds out who it is, and sends the code."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import Result
from directory import notices
from directory.models import PhoneSignIn, Recovery, User, Way
from directory.recovery import asking, codes, eligibility, steps


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
        steps.note(
            person, Result.FAILURE, _("What was typed is not on file, or does not count."), recovery.way
        )


def send_sign_in_code(row: PhoneSignIn) -> None:
    """Send a code to a number, if somebody may sign in with it; else do nothing."""
    phone = eligibility.sign_in_phone(row.destination) if row.ends_at > timezone.now() else None
    if phone:
        row.password_changed_at = phone.user.password_changed_at
        code, minutes = asking.new_code(row, phone.user), codes.MINUTES
        notices.send_to(Way.SMS, phone.number, "code", phone.user, code=code, minutes=minutes)


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
    if not recovery.proved:  # with a second way it holds on to the password of the first
        recovery.password_changed_at = person.password_changed_at
    return asking.new_code(recovery, person)
