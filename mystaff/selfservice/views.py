"""**Get back into your account**: a name, a code, perhaps another, a new password.

What these pages say, and how long they take, is the same for every name until a code was right.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from directory import actions, lockout
from directory.connectors import AuthorityError
from directory.models import Recovery, User
from directory.recovery import codes, flow
from directory.recovery.flow import Step
from directory.recovery.throttle import Locked
from mystaff.context import settings_of
from mystaff.initiator import client_ip
from mystaff.one_time_codes import CodeForm, too_many
from mystaff.own_password import NewPasswordForm
from mystaff.selfservice import cookie
from mystaff.selfservice.forms import UsernameForm, WayForm

PAGES = {Step.SEND: "recovery_send", Step.CODE: "recovery_code", Step.PASSWORD: "recovery_password"}


def self_service(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for whoever cannot sign in; where the tenant has none of it, it says whom to ask."""

    @login_not_required
    @sensitive_post_parameters()
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def opened(request: HttpRequest, *args) -> HttpResponse:
        if not settings_of(request).self_service_is_open:
            return render(request, "selfservice/ask.html")
        if too_many(request, "recovery"):
            return render(request, "busy.html", {"again": "forgot_password"}, status=429)
        try:
            return view(request, *args)
        except Locked:
            return render(request, "selfservice/locked.html", status=429)

    return opened


def at(here: Step) -> Callable[..., Callable[..., HttpResponse]]:
    """A page on the way: whoever is not there yet, or past it, is led to where they are."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @self_service
        @wraps(view)
        def opened(request: HttpRequest) -> HttpResponse:
            recovery = cookie.under_way(request)
            step = flow.step(recovery) if recovery else Step.OVER
            if step == here or (here, step) == (Step.SEND, Step.CODE):  # another way may be chosen
                return view(request, recovery)
            return redirect(PAGES.get(step, "forgot_password"))

        return opened

    return decorate


def _posted(request: HttpRequest):
    return request.POST if request.method == "POST" else None


def _page(request: HttpRequest, name: str, form, **context) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, f"selfservice/{name}.html", {"form": form} | context, status=status)


@self_service
def forgot_password(request: HttpRequest) -> HttpResponse:
    """**Username**, **Next**."""
    form = UsernameForm(request.tenant, _posted(request))
    if form.is_valid():
        _recovery, token = flow.start(form.cleaned_data["username"])
        return cookie.carry(redirect("recovery_send"), token)
    # The cookie lives as long as the way back: there, but worth nothing, it was used or has become void.
    over = request.method != "POST" and cookie.NAME in request.COOKIES and not cookie.under_way(request)
    return _page(request, "forgot_password", form, over=over)


@at(Step.SEND)
def send(request: HttpRequest, recovery: Recovery) -> HttpResponse:
    """Choose how the code comes and type all of the address or number."""
    form = WayForm(settings_of(request).phone_region, recovery.proved, _posted(request))
    if form.is_valid():
        flow.ask_for_code(recovery, form.cleaned_data["way"], form.cleaned_data["destination"])
        return redirect("recovery_code")
    return _page(request, "send", form, second=bool(recovery.proved))


@at(Step.CODE)
def code(request: HttpRequest, recovery: Recovery) -> HttpResponse:
    """**Verify** the code, or have it sent again."""
    if "again" in request.POST:
        flow.ask_for_code(recovery, recovery.way, recovery.destination)
        return redirect("recovery_code")
    form = CodeForm(_posted(request))
    if form.is_valid():
        if flow.prove(recovery, form.cleaned_data["code"]):
            return redirect(PAGES.get(flow.step(recovery), "forgot_password"))
        form.add_error("code", _("This code is not right, or too old. Check it, or have another sent."))
    wait = flow.is_too_soon(recovery, recovery.way)
    return _page(request, "code", form, way=recovery.way, wait=wait, minutes=codes.MINUTES)


@sensitive_variables()
@at(Step.PASSWORD)
def new_password(request: HttpRequest, recovery: Recovery) -> HttpResponse:
    """**New password**, twice, and **Finish**; the answer to that is the last page."""
    person: User = recovery.person
    form = NewPasswordForm(person, request.tenant, _posted(request), reuse_allowed=True)
    if form.is_to_be_saved and _recovered(request, recovery, form):
        return cookie.drop(render(request, "selfservice/done.html"))
    return _page(request, "new_password", form, person=person, may_unlock=_may_unlock(request, person))


@at(Step.PASSWORD)
def unlock(request: HttpRequest, recovery: Recovery) -> HttpResponse:
    """**I know my password: unlock**, for whoever is locked after too many wrong ones."""
    if request.method != "POST" or not _may_unlock(request, recovery.person):
        return redirect("recovery_password")
    try:
        actions.unlock_own(recovery, ip_address=client_ip(request))
    except AuthorityError:
        return redirect("forgot_password")
    return cookie.drop(render(request, "selfservice/unlocked.html"))


def _may_unlock(request: HttpRequest, person: User) -> bool:
    return settings_of(request).self_service_unlock and lockout.was_locked(person.user_principal_name)


def _recovered(request: HttpRequest, recovery: Recovery, form: NewPasswordForm) -> bool:
    try:
        actions.recover_password(recovery, form.cleaned_data["new_password"], ip_address=client_ip(request))
    except AuthorityError as error:
        form.add_error(None, error.plain)
        return False
    return True
