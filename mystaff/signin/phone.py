"""**Sign in with my phone**: the number, a code by text, in.

What these pages say, and how long they take, is the same for every number until a code was right.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from directory.phone_numbers import example_in, to_e164
from directory.recovery import phone_sign_in
from directory.recovery.eligibility import phone_sign_in_is_open
from directory.recovery.throttle import Locked
from mystaff.context import home, settings_of
from mystaff.one_time_codes import CodeForm, TokenCookie, too_many
from mystaff.signin.login import let_in

COOKIE = TokenCookie("mystaff_phone", phone_sign_in.under_way)


class PhoneForm(forms.Form):
    """The number, as people write it where the tenant is."""

    phone = forms.CharField(
        label=gettext_lazy("Mobile phone number"),
        max_length=64,
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
        error_messages={"required": gettext_lazy("Type your mobile phone number.")},
    )

    def __init__(self, region: str, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.region = region
        example = {"example": example_in(region)}
        self.fields["phone"].help_text = _("All of it, for example %(example)s.") % example

    def clean_phone(self) -> str:
        return to_e164(self.cleaned_data["phone"], self.region)


def phone_page(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A page for whoever is not signed in; where the tenant has none of it, it leads to the password."""

    @login_not_required
    @sensitive_post_parameters()
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def opened(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect(home(request))
        if not phone_sign_in_is_open():
            return redirect("sign_in")
        if too_many(request, "phone sign-in"):
            return render(request, "busy.html", {"again": "sms_sign_in"}, status=429)
        try:
            return view(request)
        except Locked:
            return render(request, "signin/phone_locked.html", status=429)

    return opened


def _page(request: HttpRequest, name: str, form: forms.Form, **context) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, f"signin/{name}.html", {"form": form} | context, status=status)


@phone_page
def phone(request: HttpRequest) -> HttpResponse:
    """The number, and **Send code**."""
    form = PhoneForm(settings_of(request).phone_region, request.POST if request.method == "POST" else None)
    if form.is_valid():
        _row, token = phone_sign_in.start(form.cleaned_data["phone"])
        return COOKIE.carry(redirect("sms_sign_in_code"), token)
    return _page(request, "phone", form)


@phone_page
def code(request: HttpRequest) -> HttpResponse:
    """The code, and **Sign in**; or have it sent again."""
    row = COOKIE.under_way(request)
    if row is None:
        return redirect("sms_sign_in")
    if "again" in request.POST:
        phone_sign_in.ask_for_code(row)
        return redirect("sms_sign_in_code")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if person := phone_sign_in.prove(row, form.cleaned_data["code"]):
            return COOKIE.drop(let_in(request, person, "sms"))
        form.add_error("code", _("This code is not right, or too old. Check it, or have another sent."))
    return _page(request, "phone_code", form, wait=phone_sign_in.is_too_soon(row))
