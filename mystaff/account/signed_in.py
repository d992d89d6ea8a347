"""**Where you are signed in**: the list, and ending what is on it."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from directory import actions
from mystaff.account.devices import Device, device
from mystaff.initiator import initiator
from tenants import sessions
from tenants.models import Session


@dataclass(frozen=True)
class SignedIn:
    """One line of the list."""

    row: Session
    device: Device
    here: bool


def places(request: HttpRequest) -> list[SignedIn]:
    """Where this person is signed in, this browser first."""
    rows = sessions.of(request.user.pk, request.user.get_session_auth_hash())
    key = request.session.session_key
    found = [SignedIn(row, device(row.user_agent), sessions.is_row_of(row, key)) for row in rows]
    return sorted(found, key=lambda place: not place.here)


@require_POST
def end_session(request: HttpRequest) -> HttpResponse:
    """End one session, or all but this one. No confirming: whoever is robbed must be quick."""
    if request.user.is_guest:
        return redirect("account")
    by = initiator(request, "My Account")
    if "others" in request.POST:
        actions.end_other_sessions(by=by, keep=request.session.session_key)
        update_session_auth_hash(request, request.user)
        messages.success(request, _("You are signed out everywhere else."))
    elif actions.end_session(request.POST.get("session", ""), by=by):
        messages.success(request, _("You are signed out there."))
    else:
        messages.info(request, _("That was over already."))
    return redirect("account")
