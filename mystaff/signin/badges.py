"""**Sign in with a QR badge**: the badge, its PIN, and at first use a PIN of one's own.

Nothing is shown of anybody before the PIN was right, and every text of a badge leads to the same pages.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from directory import actions, badges, lockout
from directory.connectors import AuthorityError
from directory.door import Initiator
from mystaff.context import home, settings_of
from mystaff.headers import WITH_CAMERA
from mystaff.initiator import client_ip, network
from mystaff.one_time_codes import too_many
from mystaff.signin import badge_state
from mystaff.signin.badge_forms import BadgeTextForm, NewPinForm, PinForm
from mystaff.signin.login import let_in

METHOD = "badge"


def badge_view(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page on the way in by a badge, where the tenant has them; somebody who is in already goes home."""

    @login_not_required
    @sensitive_post_parameters()
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def opened(request: HttpRequest) -> HttpResponse:
        if not settings_of(request).qr_badges:
            raise Http404
        if request.user.is_authenticated:
            return redirect(home(request))
        if too_many(request, "badge"):
            return render(request, "busy.html", {"again": "badge"}, status=429)
        return view(request)

    return opened


def _posted(request: HttpRequest):
    return request.POST if request.method == "POST" else None


def _page(request: HttpRequest, name: str, form, **context) -> HttpResponse:
    context |= {"form": form, "next": _next(request)}
    return render(request, f"signin/{name}.html", context, status=422 if form.errors else 200)


def _next(request: HttpRequest) -> str:
    """Where somebody wanted to go; allauth looks at the end whether it is a place of ours."""
    return request.POST.get("next", request.GET.get("next", ""))


def _to(request: HttpRequest, name: str) -> HttpResponseRedirect:
    wanted = _next(request)
    return redirect(reverse(name) + (f"?{urlencode({'next': wanted})}" if wanted else ""))


@badge_view
def badge(request: HttpRequest) -> HttpResponse:
    """Scan or type the badge. Whether there is such a badge nobody asks before the PIN."""
    form = BadgeTextForm(_posted(request))
    if form.is_valid():
        return badge_state.carry(request, _to(request, "badge_pin"), form.cleaned_data["badge"])
    response = _page(request, "badge", form)
    response.headers["Permissions-Policy"] = WITH_CAMERA
    return response


@sensitive_variables()
@badge_view
def badge_pin(request: HttpRequest) -> HttpResponse:
    """The PIN; right with its badge, it opens the account, or the page for a new one."""
    secret_hash, _version = badge_state.carried(request)
    if not secret_hash:
        return _to(request, "badge")
    form = PinForm(_posted(request))
    if form.is_valid() and (proof := _proof(request, secret_hash, form)):
        if proof.needs_new_pin:
            return badge_state.carry(request, _to(request, "badge_new_pin"), secret_hash, proof.version)
        return _in(request, proof)
    return _page(request, "badge_pin", form)


@sensitive_variables()
def _proof(request: HttpRequest, secret_hash: str, form: PinForm) -> badges.Proof | None:
    try:
        proof = badges.prove(secret_hash, form.cleaned_data["pin"], network(request))
    except lockout.Locked as locked:
        form.add_error(None, locked.sentence)
        return None
    if proof is None:
        form.add_error("pin", _("The badge or the PIN is not right."))
    return proof


@sensitive_variables()
@badge_view
def badge_new_pin(request: HttpRequest) -> HttpResponse:
    """A PIN of one's own, twice, in place of the temporary one."""
    proof = badge_state.proved(request)
    if proof is None:  # the cookie has a version only where a new PIN is needed
        return _to(request, "badge")
    form = NewPinForm(settings_of(request).pin_length, _posted(request))
    if form.is_valid() and _changed(request, proof, form):
        return _in(request, proof)
    return _page(request, "badge_new_pin", form, person=proof.person)


@sensitive_variables()
def _changed(request: HttpRequest, proof: badges.Proof, form: NewPinForm) -> bool:
    by = Initiator(proof.person, client_ip(request), "Sign-in")
    try:
        actions.change_pin(proof, form.cleaned_data["new_pin"], by=by)
    except AuthorityError as error:
        form.add_error(None, error.plain)
        return False
    return True


def _in(request: HttpRequest, proof: badges.Proof) -> HttpResponse:
    return badge_state.drop(let_in(request, proof.person, METHOD, badge=str(proof.badge.pk)))
