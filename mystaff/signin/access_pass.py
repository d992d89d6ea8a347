"""**Sign in with a temporary access pass**: a page of its own, so that the password's costs nobody more."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from directory import access_passes, actions, lockout
from directory.models import User
from mystaff.context import home, settings_of
from mystaff.initiator import client_ip, network
from mystaff.signin.forms import USERNAME, with_domain
from mystaff.signin.login import let_in
from tenants import limits

WRONG = _("The username or the pass is not right, or the pass has ended.")
TOO_MANY = _("There were too many tries from here. Wait a minute, then try again.")
MINUTE, MOST = timedelta(minutes=1), 200  # tries from one network: a whole school shares one address


class AccessPassForm(forms.Form):
    """The name, and the pass as it was handed over."""

    username = forms.CharField(
        label=_("Username"),
        max_length=256,
        widget=forms.TextInput(USERNAME),
        error_messages={"required": _("Type your username.")},
    )
    access_pass = forms.CharField(
        label=_("Temporary access pass"),
        max_length=64,
        widget=forms.PasswordInput({"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": _("Type the pass.")},
    )


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def access_pass(request: HttpRequest) -> HttpResponse:
    """The pass lets somebody in to where they can add what they will sign in with."""
    if request.user.is_authenticated:
        return redirect(home(request))
    if not settings_of(request).temporary_access_pass:
        return redirect("sign_in")
    form = AccessPassForm(request.POST or None)
    person = _let_through(request, form) if form.is_valid() else None
    if person is None:
        return render(request, "signin/access_pass.html", {"form": form}, status=422 if form.errors else 200)
    actions.note_access_pass(person, ip_address=client_ip(request))
    return let_in(request, person, "access_pass", to=f"{reverse('account')}#security")


def _let_through(request: HttpRequest, form: AccessPassForm) -> User | None:
    """Whose pass it is; wrong ones count like wrong passwords of that name, known here or not."""
    name = with_domain(form.cleaned_data["username"], request.tenant)
    code, found = form.cleaned_data["access_pass"], []

    def is_right() -> bool:
        found.extend(filter(None, [access_passes.claim(name, code)]))
        return bool(found)

    if limits.hits(f"access pass {network(request)}", MINUTE) > MOST:
        form.add_error(None, TOO_MANY)
        return None
    try:
        if not lockout.attempt(name, network(request), code, is_right):
            form.add_error(None, WRONG)
    except lockout.Locked as locked:
        form.add_error(None, locked.sentence)
    return found[0] if found else None
