"""A person's own page: what is on file, their password, the organizations they help in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from directory import guests
from directory.models import Invitation
from mystaff.account import factors
from mystaff.account.forms import ChangePasswordForm
from mystaff.account.overview import overview
from mystaff.initiator import initiator
from mystaff.own_password import change_own

ANSWERS = {"accept": guests.accept, "decline": guests.decline}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """**My account**; answers to invitations are posted here."""
    if request.method == "POST":
        return _answer(request)
    context = {
        "factors": {} if request.user.is_guest else factors.shown(request),
        "invitations": request.user.invitations.filter(accepted_at=None).select_related("host"),
    }
    return render(request, "account/account.html", context | overview(request))


def _answer(request: HttpRequest) -> HttpResponse:
    open_ones = request.user.invitations.filter(accepted_at=None).select_related("host")
    number = request.POST.get("invitation", "")
    # No longer than a key of the database: Python refuses to read thousands of digits.
    key = int(number) if number.isdecimal() and len(number) < 19 else 0
    invitation: Invitation = get_object_or_404(open_ones, pk=key)
    answer = "accept" if "accept" in request.POST else "decline"
    host = invitation.host.name
    ANSWERS[answer](invitation, by=initiator(request, "My Account"))
    said = {"accept": _("You can now switch to %(name)s."), "decline": _("You declined to help at %(name)s.")}
    messages.success(request, said[answer] % {"name": host})
    return redirect("account")


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """A new password for who knows the old one; a guest has none here."""
    if request.user.is_guest:
        return redirect("account")
    form = ChangePasswordForm(request, request.POST or None)
    if form.is_to_be_saved and change_own(request, form):
        messages.success(request, _("Your password is changed."))
        return redirect("account")
    context = {"form": form}
    status = 422 if form.errors else 200
    return render(request, "account/change_password.html", context, status=status)


@never_cache
@require_safe
def switch_organization(request: HttpRequest) -> HttpResponse:
    """The organizations this person can go to; the layout has the list."""
    return render(request, "account/switch_organization.html")
