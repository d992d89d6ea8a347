"""Security info: an address or number is added, changed, proved, removed, and looked at again."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from directory import actions
from directory.actions.security_info import on_file, written
from directory.connectors import AuthorityError
from directory.models import InfoKind
from directory.recovery import codes
from directory.recovery.throttle import Locked
from directory.registration import State
from directory.security_info import proofs
from mystaff.account.info_forms import YesForm, info_form
from mystaff.confirmed import confirmed_within
from mystaff.context import settings_of
from mystaff.initiator import initiator
from mystaff.one_time_codes import CodeForm
from mystaff.outcomes import succeeds
from mystaff.registering import go_on, state_of

CONFIRMED = 10  # minutes
SAVED = {
    InfoKind.EMAIL: gettext_lazy("Your alternate e-mail address is on file."),
    InfoKind.MOBILE: gettext_lazy("Your mobile phone number is on file."),
    InfoKind.ALTERNATE_MOBILE: gettext_lazy("Your alternate mobile phone number is on file."),
    InfoKind.OFFICE: gettext_lazy("Your office phone number is on file."),
}
View = Callable[..., HttpResponse]


def info_page(view: View) -> View:
    """A page about one kind of security info, for whoever has just proved who they are, at home."""

    @sensitive_post_parameters()
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def opened(request: HttpRequest, kind: str) -> HttpResponse:
        if kind not in InfoKind.values:
            raise Http404
        if request.user.is_guest:
            return redirect("account")
        try:
            return confirmed_within(CONFIRMED)(view)(request, InfoKind(kind))
        except Locked:
            return render(request, "account/locked.html", status=429)

    return opened


def _page(request: HttpRequest, name: str, kind: InfoKind, form: forms.Form, **context) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, f"account/{name}.html", {"form": form, "kind": kind} | context, status=status)


def _posted(request: HttpRequest):
    return request.POST if request.method == "POST" else None


@info_page
def security_info(request: HttpRequest, kind: InfoKind) -> HttpResponse:
    """Type an address or number; all but an office phone's are proved next."""
    form, by = info_form(kind, settings_of(request).phone_region, _posted(request)), _by(request)
    if form.is_valid():
        new = form.cleaned_data["destination"]
        if kind == InfoKind.OFFICE:
            if succeeds(form, actions.set_office_phone, new, by=by):
                return _saved(request, kind)
        elif succeeds(form, actions.ask_to_prove, kind, new, by=by):
            return redirect("security_info_code", kind)
    return _page(request, "security_info", kind, form, old=on_file(request.user, kind))


@info_page
def prove(request: HttpRequest, kind: InfoKind) -> HttpResponse:
    """**This is mine**: what somebody else put on file, or what has to be proved again, gets a code."""
    old, form = written(on_file(request.user, kind)), YesForm(_posted(request))
    if old is None or kind == InfoKind.OFFICE:
        raise Http404
    if form.is_valid() and succeeds(form, actions.ask_to_prove, kind, old, by=_by(request)):
        return redirect("security_info_code", kind)
    return _page(request, "prove_security_info", kind, form, old=old)


@info_page
def code(request: HttpRequest, kind: InfoKind) -> HttpResponse:
    """Type the code that was sent, or have another sent."""
    proof = proofs.under_way(request.user, kind)
    if proof is None:
        return redirect("account")
    if "again" in request.POST:
        actions.ask_to_prove(kind, proof.destination, by=_by(request))
        return redirect("security_info_code", kind)
    form = CodeForm(_posted(request))
    if form.is_valid():
        try:
            if actions.prove_security_info(kind, form.cleaned_data["code"], by=_by(request)):
                return _saved(request, kind)
        except AuthorityError as error:  # the code is used up, and another is asked for
            messages.error(request, error.plain)
            return redirect("security_info", kind)
        form.add_error("code", _("This code is not right, or too old. Check it, or have another sent."))
    wait = proofs.is_too_soon(proof, proof.destination)
    return _page(request, "security_info_code", kind, form, proof=proof, wait=wait, minutes=codes.MINUTES)


@info_page
def remove(request: HttpRequest, kind: InfoKind) -> HttpResponse:
    """Asks, then takes it off."""
    old, form = written(on_file(request.user, kind)), YesForm(_posted(request))
    if old is None:
        return redirect("account")
    if form.is_valid() and succeeds(form, actions.remove_security_info, kind, by=_by(request)):
        messages.success(request, _("It is removed."))
        return redirect("account")
    return _page(request, "remove_security_info", kind, form, old=old)


@require_POST
def review(request: HttpRequest) -> HttpResponse:
    """**Looks right**: what is on file was looked at, by whoever was asked to."""
    if not request.user.is_guest and state_of(request) == State.REVIEW:
        actions.review_security_info(by=_by(request))
    return redirect(go_on(request))


def _by(request: HttpRequest):
    return initiator(request, "My Account")


def _saved(request: HttpRequest, kind: InfoKind) -> HttpResponse:
    messages.success(request, SAVED[kind])
    return redirect(go_on(request))
