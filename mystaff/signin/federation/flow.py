"""A sign-in at the tenant's provider, from the button to the session."""

from __future__ import annotations

import time
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from social_core.exceptions import SocialAuthBaseException

from directory import actions, federation, outgoing, verbs
from directory.connectors import AuthorityError, Unreachable
from directory.door import Denied, Initiator
from directory.federation import Match, Received
from directory.models import IdentityProvider, ProviderKind, User
from mystaff.initiator import client_ip, network
from mystaff.one_time_codes import too_many
from mystaff.signin.federation import begun, words
from mystaff.signin.federation.begun import Begun
from mystaff.signin.federation.claims import WrongAccount
from mystaff.signin.federation.oidc import SKEW, OidcBackend
from mystaff.signin.federation.saml import SamlBackend
from mystaff.signin.federation.strategy import Storage, Strategy
from mystaff.signin.federation.words import WrongAnswer
from mystaff.signin.login import let_in
from mystaff.signin.views import CARRIED_NAME
from tenants import limits

FAILURES = (
    SocialAuthBaseException,
    WrongAnswer,
    WrongAccount,
    outgoing.Forbidden,
    outgoing.Unreachable,
    Unreachable,  # too many wait already
)
REFUSALS = (Denied, AuthorityError, ValidationError)
# Wrong answers that are written down: whoever begins and makes them up must not fill the trail.
AN_HOUR, NOTED = timedelta(hours=1), 100


def addresses(request: HttpRequest, provider: IdentityProvider) -> dict[str, str]:
    """What the provider has to know of us, at the host that this request came to."""
    names = {"acs": "federation_acs", "complete": "federation_complete", "entity_id": "federation_metadata"}
    return {key: request.build_absolute_uri(reverse(name, args=[provider.pk])) for key, name in names.items()}


def backend_of(
    request: HttpRequest, provider: IdentityProvider, *, fresh: bool = False
) -> OidcBackend | SamlBackend:
    urls = addresses(request, provider)
    if provider.is_saml:
        return SamlBackend(request, provider, urls, fresh=fresh)
    return OidcBackend(Strategy(Storage, request), provider, urls["complete"], fresh=fresh)


def begin(
    request: HttpRequest, provider: IdentityProvider, *, test: bool = False, fresh: bool = False
) -> HttpResponse:
    """Lead the browser to the provider: with a page, for browsers let no form of ours lead to other sites.

    `fresh`: they have to sign in there once more, however lately they did.
    """
    if too_many(request, "federation"):
        return render(request, "busy.html", {"again": "sign_in"}, status=429)
    backend = backend_of(request, provider, fresh=fresh)
    under_way = Begun(str(provider.pk), test, _safe(request), fresh_from=time.time() if fresh else 0)
    try:
        url = backend.auth_url()
    except FAILURES as error:
        return failed(request, provider, under_way, words.sentence(error))
    begun.remember(request, backend.state, under_way)
    return render(request, "signin/federation_leave.html", {"provider": provider, "url": url})


def _safe(request: HttpRequest) -> str:
    to = request.POST.get("next", "")
    # No host at all: a page of this tenant.
    return to if url_has_allowed_host_and_scheme(to, None) and to.startswith("/") else ""


def complete_oidc(request: HttpRequest, provider: IdentityProvider) -> HttpResponse:
    """The answer of an OpenID provider."""
    under_way = begun.answer(request, request.GET.get("state", ""))
    return _complete(request, provider, under_way, lambda: backend_of(request, provider).auth_complete())


def complete_saml(request: HttpRequest, provider: IdentityProvider) -> HttpResponse:
    """The answer of a SAML provider, once it comes with this browser's session."""
    backend = backend_of(request, provider)
    request_id = backend.answers()
    under_way = begun.answer(request, request_id)
    return _complete(request, provider, under_way, lambda: backend.complete(request_id))


def _complete(request: HttpRequest, provider: IdentityProvider, under_way, read) -> HttpResponse:
    if under_way is None:
        if not provider.enabled:
            raise Http404  # its name is nobody's business yet
        # Nothing is written: anybody could fill the trail with answers to nothing.
        return page_of_failure(request, provider)
    try:
        _check(under_way, provider)
        received = read()
        _check_time(under_way, provider, received)
    except FAILURES as error:
        return failed(request, provider, under_way, words.sentence(error))
    if under_way.test:
        return page_of_test(request, provider, received=received)
    return _arrive(request, provider, under_way, received)


def _check(under_way: Begun, provider: IdentityProvider) -> None:
    if under_way.provider != str(provider.pk):
        raise WrongAnswer("other_provider")
    if under_way.answered:
        raise WrongAnswer("replayed")
    if not (provider.enabled or under_way.test):
        raise WrongAnswer("missing_setting")


def _check_time(under_way: Begun, provider: IdentityProvider, received: Received) -> None:
    """Google neither asks once more nor says when it last did ("OpenID Connect"): its word must do."""
    if not under_way.fresh_from or (provider.kind == ProviderKind.GOOGLE and not received.authenticated_at):
        return
    if (received.authenticated_at or 0) < under_way.fresh_from - SKEW:
        raise WrongAnswer("not_fresh")


def _arrive(
    request: HttpRequest, provider: IdentityProvider, under_way: Begun, received: Received
) -> HttpResponse:
    found = federation.match(provider, received)
    if not found.lets_in:
        return failed(request, provider, under_way, found.reason, found, received.user_name)
    try:
        person = _settle(request, provider, received, found)
    except REFUSALS as error:
        reason = " ".join(getattr(error, "messages", None) or [str(error)])
        return failed(request, provider, under_way, reason, found, received.user_name)
    second = provider.trusts_factors and received.multi_factor
    # When they proved it there, not when we heard of it: their sign-in there may be hours old.
    at = min(received.authenticated_at or time.time(), time.time())
    facts = {"provider": str(provider.pk), "second_factor": second, "at": at}
    response = let_in(request, person, "federation", to=under_way.to, **facts)
    # Whoever sits here next must not find the name in the form.
    response.delete_cookie(CARRIED_NAME, samesite="Lax")
    return response


def _settle(request: HttpRequest, provider: IdentityProvider, received: Received, found: Match) -> User:
    if found.is_new:
        return actions.join(provider, received, ip_address=client_ip(request))
    if not found.is_linked:
        by = Initiator(found.person, client_ip(request), "Sign-in")
        actions.link_identity(provider, received.subject, by=by)
    return found.person


# Where it ends otherwise


def failed(
    request: HttpRequest,
    provider: IdentityProvider,
    under_way: Begun,
    reason: str,
    found: Match | None = None,
    name: str = "",
) -> HttpResponse:
    """One plain sentence for the person, the reason for the trail; for who tests the provider, both."""
    if under_way.test:
        return page_of_test(request, provider, reason=reason)
    # Who has an account at the provider is known there, and always noted.
    if found or limits.hits(f"federation failed|{network(request)}", AN_HOUR) <= NOTED:
        federation.note_failure(provider, reason, ip_address=client_ip(request), match=found, name=name)
    return page_of_failure(request, provider, unknown=found is not None)


def page_of_failure(
    request: HttpRequest, provider: IdentityProvider, *, unknown: bool = False
) -> HttpResponse:
    context = {"provider": provider, "unknown": unknown}
    return render(request, "signin/federation_failed.html", context, status=403)


def page_of_test(
    request: HttpRequest, provider: IdentityProvider, *, received: Received | None = None, reason: str = ""
) -> HttpResponse:
    """What was received, for a Global Administrator; nobody is signed in, and nothing is linked."""
    if not (request.user.is_authenticated and request.user.holds(*verbs.TEST_IDENTITY_PROVIDER.needs)):
        return page_of_failure(request, provider)
    found = federation.match(provider, received) if received else None
    context = {"provider": provider, "received": received, "match": found, "reason": reason}
    return render(request, "signin/federation_test.html", context)
