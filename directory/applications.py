"""Who may use an application with the password kept here, and what the trail says of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.idp.oidc.models import Token
from django.utils.translation import gettext as _

from audit.models import Result, record
from directory.door import Initiator, snapshot
from directory.models import Application, GroupMember, User
from directory.verbs import SIGN_IN_TO_APPLICATION

LOCAL = "local"  # the authority whose passwords this database holds


def refusal(application: Application, person: User) -> str:
    """Why this person cannot use it, as a sentence for them; '' if they can."""
    name = {"name": application.name}
    if person.is_guest:
        return _("You are a guest here: sign in to %(name)s with your own organization.") % name
    if person.authority != LOCAL:
        return _("Your password is not kept here: sign in to %(name)s where it is.") % name
    if not person.is_active or person.must_change_password:
        return _("Choose a new password first, then open %(name)s again.") % name
    if application.group_id and not _in_group(application, person):
        return _("%(name)s is not for everyone. Ask whoever looks after your account.") % name
    return ""


def _in_group(application: Application, person: User) -> bool:
    return GroupMember.objects.filter(group=application.group_id, user=person).exists()


def holds(application: Application, person: User, since: datetime) -> bool:
    """Whether what was given out then still counts: not after a reset or signing out everywhere."""
    ended = max(filter(None, (person.sessions_valid_from, person.password_changed_at)))
    return since >= ended and not refusal(application, person)


def end_tokens(application: Application, person: User) -> None:
    """Let what the application was given for this person open nothing more."""
    Token.objects.filter(client_id=application.pk, user_id=person.pk).delete()


def note_sign_in(application: Application, by: Initiator, reason: str = "", **facts: Any) -> None:
    """One line for each authorization; with a reason one that was refused."""
    record(
        SIGN_IN_TO_APPLICATION.activity,
        category=SIGN_IN_TO_APPLICATION.category,
        operation=SIGN_IN_TO_APPLICATION.operation,
        result=Result.DENIED if reason else Result.SUCCESS,
        reason=reason,
        actor=by.snapshot(),
        target=snapshot(by.user),
        details={
            "Source": by.surface,
            "Action": SIGN_IN_TO_APPLICATION.word,
            "Application": application.name,
            "Client id": application.pk,
        }
        | facts,
    )
