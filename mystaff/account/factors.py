"""A person's own second factors: an authenticator app, passkeys and security keys, recovery codes."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from directory import actions, factors
from directory.connectors import Refused
from mystaff import qr, webauthn
from mystaff.account import pending_app
from mystaff.account.factor_forms import AppForm, KeyForm, NameForm
from mystaff.confirmed import ask, confirmed_within
from mystaff.initiator import initiator
from mystaff.proved import proofs
from tenants import keys

CONFIRMED = 10  # minutes


def factors_view(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page about one's own factors: after a proof of the last minutes; a guest's are at home."""
    confirmed = confirmed_within(CONFIRMED)(view)

    @sensitive_post_parameters()
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def opened(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if request.user.is_guest:
            return redirect("account")
        if not _factor_is_fresh(request):
            return ask(request, factor=True)
        try:
            return confirmed(request, *args, **kwargs)
        except Refused as refused:
            messages.warning(request, str(refused))
        except keys.NoKeys:
            messages.warning(request, _("This cannot be stored here yet. Tell whoever runs this site."))
        return redirect("account")

    return opened


def _factor_is_fresh(request: HttpRequest) -> bool:
    """Whoever has a second factor shows it here: the password alone must not take it off, or add another."""
    oldest = time.time() - CONFIRMED * 60
    fresh = any(proof.is_second_factor and proof.at > oldest for proof in proofs(request))
    return fresh or not factors.has_any(request.user)


def shown(request: HttpRequest) -> dict:
    """What My account says of them."""
    rows = list(factors.rows(request.user))
    return {
        "app": next((row for row in rows if row.type == factors.APP), None),
        "keys": [row for row in rows if row.type == factors.KEY],
        "codes": next((row for row in rows if row.type == factors.CODES), None),
    }


@factors_view
@sensitive_variables("secret")
def add_app(request: HttpRequest) -> HttpResponse:
    """Show the secret as a picture and as text; the app's first code proves that it was taken over."""
    if factors.rows(request.user, factors.APP).exists():
        raise Refused(_("There is an authenticator app already. Remove it first."))
    secret = pending_app.secret_of(request)
    form = AppForm(secret, request.POST if request.method == "POST" else None)
    if form.is_valid():
        made = actions.add_app(secret, form.step, by=initiator(request, "My Account"))
        pending_app.forget(request)
        return _done(request, made, _("Your authenticator app is added."))
    context = {
        "form": form,
        "picture": qr.svg(get_adapter().build_totp_url(request.user, secret), _("QR code for your app")),
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
    }
    return render(request, "account/factors/add_app.html", context, status=422 if form.errors else 200)


@factors_view
def add_key(request: HttpRequest) -> HttpResponse:
    """A passkey, which can be the only factor, or a security key for the second step."""
    purpose = webauthn.Purpose.PASSKEY if "passkey" in request.POST else webauthn.Purpose.KEY
    if "begin" in request.POST:
        return JsonResponse(webauthn.ask_to_register(request, purpose, request.user))
    form = KeyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        credential = webauthn.registered(request, purpose, form.cleaned_data["credential"])
        if credential:
            made = actions.add_key(form.cleaned_data["name"], credential, by=initiator(request, "My Account"))
            return _done(request, made, _("Your key is added."))
        form.add_error(None, _("This key could not be added. Please try again."))
    return render(request, "account/factors/add_key.html", {"form": form}, status=422 if form.errors else 200)


@factors_view
def rename_key(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name for a key."""
    key = _own(request, pk, factors.KEY)
    form = NameForm(request.POST or None, initial={"name": key.data["name"]})
    if form.is_valid():
        actions.rename_key(key, form.cleaned_data["name"], by=initiator(request, "My Account"))
        messages.success(request, _("The key has its new name."))
        return redirect("account")
    context = {"form": form, "key": key}
    return render(request, "account/factors/rename_key.html", context, status=422 if form.errors else 200)


@factors_view
def remove_factor(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks, then takes off the app or a key."""
    factor = _own(request, pk, *factors.FACTORS)
    if request.method == "POST":
        actions.remove_factor(factor, by=initiator(request, "My Account"))
        messages.success(request, _("It is removed."))
        return redirect("account")
    last = factors.rows(request.user, *factors.FACTORS).count() == 1
    context = {"factor": factor, "is_app": factor.type == factors.APP, "last": last}
    return render(request, "account/factors/remove.html", context)


@factors_view
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Asks, then makes new ones and shows them in this one response."""
    old = factors.rows(request.user, factors.CODES).first()
    if old is None:
        return redirect("account")
    if request.method != "POST":
        return render(request, "account/factors/renew_codes.html", {"old": old})
    if request.POST.get("old") != str(old.pk):  # sent a second time: those that were made stay
        return redirect("account")
    made = actions.renew_recovery_codes(old, by=initiator(request, "My Account"))
    return render(request, "account/factors/codes.html", {"codes": made})


def _own(request: HttpRequest, pk: int, *types: str) -> Authenticator:
    # No longer than a key of the database.
    row = factors.rows(request.user, *types).filter(pk=pk).first() if pk < 2**63 else None
    if row is None:
        raise Http404
    return row


def _done(request: HttpRequest, codes: list[str], said: str) -> HttpResponse:
    """Recovery codes stand in the one response to the form that made them. Whoever adds one has shown it."""
    record_authentication(request, request.user, "mfa", reauthenticated=True)
    if not codes:
        messages.success(request, said)
        return redirect("account")
    return render(request, "account/factors/codes.html", {"codes": codes, "said": said})
