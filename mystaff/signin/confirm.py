"""**Confirm it’s you**: the password or a second factor once more, before something that matters."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from directory import factors, federation
from directory.connectors import checking
from directory.models import User
from mystaff import webauthn
from mystaff.at_home import person_at_home
from mystaff.confirmed import confirm_page, next_page
from mystaff.context import home
from mystaff.signin import proofs
from mystaff.signin.factor_forms import CodeForm


class PasswordForm(forms.Form):
    """The password once more."""

    password = forms.CharField(
        label=_("Password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
        error_messages={"required": _("Type your password.")},
    )


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask, note the time in the session, and go where one wanted to."""
    person = person_at_home(request)
    if person is not request.user:
        there = next_page(request, home(request))
        return HttpResponseRedirect(f"{confirm_page(request)}?{urlencode({'next': there})}")
    if "begin" in request.POST:
        return JsonResponse(webauthn.ask(request, webauthn.Purpose.CONFIRM, person))
    form = _form(request)
    if form and form.is_valid() and _proved(request, person, form):
        return HttpResponseRedirect(next_page(request, home(request)))
    return _page(request, person, form)


def _form(request: HttpRequest) -> forms.Form | None:
    """The one that was sent: the password, or a code, or a key's answer."""
    if request.method != "POST":
        return None
    return PasswordForm(request.POST) if "password" in request.POST else CodeForm(request.POST)


def _proved(request: HttpRequest, person: User, form: forms.Form) -> bool:
    sent = form.cleaned_data
    try:
        if "password" in sent:
            proofs.by_password(request, person, sent["password"])
        elif sent["credential"]:
            proofs.by_key(request, person, webauthn.Purpose.CONFIRM, sent["credential"], again=True)
        else:
            proofs.by_code(request, person, sent["code"], again=True)
    except proofs.NotProved as reason:
        form.add_error(None, str(reason))
        return False
    return True


def _page(request: HttpRequest, person: User, form: forms.Form | None) -> HttpResponse:
    held = set(factors.rows(person).values_list("type", flat=True))
    context = {
        "form": form,
        "next": next_page(request, ""),
        # A policy may want the second factor, for which the password does not do.
        "password": checking.is_checked(person) and "factor" not in request.GET and PasswordForm(),
        "code": bool(held & {factors.APP, factors.CODES}) and CodeForm(),
        "key": factors.KEY in held,
        "providers": [] if "factor" in request.GET else federation.providers_of(person),
    }
    return render(request, "signin/confirm.html", context, status=422 if form else 200)
