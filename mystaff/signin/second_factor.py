"""Second factors at sign-in: a code, or a key; and a passkey as the only factor."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.internal.decorators import login_stage_required
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from directory import factors
from directory.models import User
from mystaff import webauthn
from mystaff.initiator import network
from mystaff.signin import proofs
from mystaff.signin.factor_forms import CodeForm
from mystaff.signin.login import let_in
from mystaff.signin.stages import SecondFactorStage
from tenants import limits

MINUTE = timedelta(minutes=1)
MOST_CHALLENGES = 600  # a minute from one network, as many as sign-ins


@sensitive_post_parameters()
@login_stage_required(stage=SecondFactorStage.key, redirect_urlname="sign_in")
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """After the password, for whoever has registered a factor."""
    stage: SecondFactorStage = request._login_stage
    if not stage.still_stands:
        return redirect("sign_in")
    person = stage.login.user
    if "begin" in request.POST:
        return JsonResponse(webauthn.ask(request, webauthn.Purpose.SECOND, person))
    form = CodeForm(request.POST or None)
    if form.is_valid() and _proved(request, person, form):
        return stage.exit()
    held = set(factors.rows(person).values_list("type", flat=True))
    context = {
        "form": form,
        "app": factors.APP in held,
        "key": factors.KEY in held,
        "codes": factors.CODES in held,
    }
    return render(request, "signin/second_factor.html", context, status=422 if form.errors else 200)


def _proved(request: HttpRequest, person: User, form: CodeForm) -> bool:
    sent = form.cleaned_data
    try:
        if sent["credential"]:
            proofs.by_key(request, person, webauthn.Purpose.SECOND, sent["credential"])
        else:
            proofs.by_code(request, person, sent["code"])
    except proofs.NotProved as reason:
        form.add_error(None, str(reason))
        return False
    return True


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_POST
def passkey(request: HttpRequest) -> HttpResponse:
    """Sign in with a passkey, which knows who holds it: no name, no password."""
    if "begin" in request.POST:
        return _challenge(request)
    key = webauthn.answered(request, webauthn.Purpose.SIGN_IN, request.POST.get("credential", ""))
    if key is None or not key.user.is_active or key.user.is_guest:
        # One sentence for a key of nobody here and one of somebody who is switched off.
        messages.warning(request, proofs.WRONG_KEY)
        return redirect("sign_in")
    key.record_usage()
    return let_in(request, key.user, "mfa", id=key.pk, type=key.type, passwordless=True)


def _challenge(request: HttpRequest) -> HttpResponse:
    """Each makes a session, so nobody gets them without end; a whole school shares one address."""
    if limits.hits(f"passkey {network(request)}", MINUTE) > MOST_CHALLENGES:
        return HttpResponse(status=429)
    return JsonResponse(webauthn.ask(request, webauthn.Purpose.SIGN_IN))
