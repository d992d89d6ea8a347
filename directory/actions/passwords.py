"""Passwords: given by a manager, or chosen by the person."""

from django.utils.translation import gettext as _

from directory import permissions, tasks
from directory.connectors import Refused
from directory.door import Initiator, acting
from directory.models import User


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
