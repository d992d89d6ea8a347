"""Where an application sends a person: who are you, and may it know?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allauth.core.internal.httpkit import add_query_params
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe
from oauthlib.oauth2.rfc6749.errors import (
    AccessDeniedError,
    FatalClientError,
    InvalidRequestError,
    OAuth2Error,
)
from oauthlib.openid.connect.core.exceptions import RequestNotSupported, RequestURINotSupported

from directory import applications
from directory.models import Application
from directory.registration import State
from mystaff.initiator import initiator
from mystaff.openid import authentication
from mystaff.openid.adapter import issuer
from mystaff.openid.provider import Provider, question
from mystaff.openid.validator import application_of
from mystaff.registering import NEXT, state_of


@dataclass(frozen=True)
class Question:
    """An authorization request that was looked at: from which application, about what."""

    application: Application
    scopes: list[str]
    prompts: set[str]
    request: Any  # oauthlib's


class BackToApplication(HttpResponse):
    """Like Django's redirect, which knows no schemes of apps; the address was compared before."""

    status_code = 302

    def __init__(self, where: str) -> None:
        super().__init__()
        self["Location"] = where


@csrf_exempt  # a question may be posted by the application's page; it then stands in the address
@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """The authorization endpoint: answers at once, or asks to sign in, to sign in again, or for consent."""
    if request.method == "POST":
        return redirect(f"{reverse('openid_authorize')}?{request.POST.urlencode()}")
    return _looked_at(request, _go_on)


@never_cache
@require_safe
def continue_(request: HttpRequest) -> HttpResponse:
    """After signing in, back to the question by a page of its own: browsers follow a form nowhere else."""
    where = f"{reverse('openid_authorize')}?{request.GET.urlencode()}"
    return render(request, "openid/onward.html", {"where": where})


@never_cache
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest) -> HttpResponse:
    """What the person answers: Continue, Cancel, or signing in again. The question stands in the address."""
    if request.method == "GET":  # their session ended meanwhile, and they signed in anew
        return redirect(f"{reverse('openid_continue')}?{request.GET.urlencode()}")
    return _looked_at(request, _answered)


def _looked_at(request: HttpRequest, then) -> HttpResponse:
    """Look at the question first: who asks wrongly, or wants people sent elsewhere, gets no further."""
    try:
        asked = _question(request)
        return then(request, asked)
    except OAuth2Error as error:
        if isinstance(error, FatalClientError) or not error.redirect_uri:
            return render(request, "openid/wrong.html", {"error": error.error}, status=400)
        return BackToApplication(_with_issuer(request, error.in_uri(error.redirect_uri)))


def _question(request: HttpRequest) -> Question:
    scopes, info = Provider().validate_authorization_request(*question(request))
    asked, application = info["request"], application_of(info["request"].client)
    if request.GET.get("response_mode", "query") != "query":
        raise InvalidRequestError(request=asked)
    if "request" in request.GET:
        raise RequestNotSupported(request=asked)
    if "request_uri" in request.GET:
        raise RequestURINotSupported(request=asked)
    return Question(application, scopes, set(info["prompt"]), asked)


def _go_on(request: HttpRequest, asked: Question) -> HttpResponse:
    if not request.user.is_authenticated:
        return HttpResponseRedirect(_sign_in(request, "login" in asked.prompts))
    if response := _stopped(request, asked):
        return response
    if asked.prompts != {"none"} and ("consent" in asked.prompts or not asked.application.skip_consent):
        return _page(request, "openid/consent.html", asked)
    return BackToApplication(_granted(request, asked))


def _answered(request: HttpRequest, asked: Question) -> HttpResponse:
    if "again" in request.POST:
        where = _sign_in(request, True)
        logout(request)
        return HttpResponseRedirect(where)
    if response := _stopped(request, asked):
        return response
    if "grant" in request.POST:
        where = _granted(request, asked)
    else:
        where = _with_issuer(
            request, AccessDeniedError(request=asked.request).in_uri(asked.request.redirect_uri)
        )
    return render(request, "openid/onward.html", {"where": where, "application": asked.application})


def _stopped(request: HttpRequest, asked: Question) -> HttpResponse | None:
    """What keeps this person from it: they may not, or they are to sign in once more."""
    if reason := applications.refusal(asked.application, request.user):
        applications.note_sign_in(asked.application, initiator(request, "OpenID Connect"), reason)
        return _page(request, "openid/refused.html", asked, reason=reason, status=403)
    if state_of(request) != State.DONE:
        request.session[NEXT] = f"{reverse('openid_continue')}?{request.GET.urlencode()}"
        return redirect("account")
    if not authentication.is_fresh(request):
        return _page(request, "openid/again.html", asked)
    return None


def _granted(request: HttpRequest, asked: Question) -> str:
    """The address back, with a code in it."""
    headers, _body, _status = Provider().create_authorization_response(
        *question(request), scopes=asked.scopes, credentials={"user": request.user}
    )
    return _with_issuer(request, headers["Location"])


def _with_issuer(request: HttpRequest, where: str) -> str:
    """Say who answers, so that no other provider's answer is taken for ours (RFC 9207)."""
    return add_query_params(where, {"iss": issuer(request)})


def _sign_in(request: HttpRequest, again: bool) -> str:
    values = request.GET.copy()
    if again:
        values["asked"] = authentication.asked_now(request)
    where = f"{reverse('openid_continue')}?{values.urlencode()}"
    return f"{reverse('sign_in')}?{urlencode({'next': where})}"


def _page(request, template: str, asked: Question, status: int = 200, **context) -> HttpResponse:
    context |= {"application": asked.application, "scopes": asked.scopes}
    context["answer"] = f"{reverse('openid_answer')}?{request.GET.urlencode()}"
    return render(request, template, context, status=status)
