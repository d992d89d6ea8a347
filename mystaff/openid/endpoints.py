"""What applications ask by themselves: what there is, the keys, tokens, and who somebody is."""

from __future__ import annotations

from datetime import timedelta

from allauth.core.internal import jwkkit
from allauth.idp.oidc.adapter import get_adapter
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from directory.models.applications import SCOPES
from mystaff.initiator import network
from mystaff.openid.adapter import issuer
from mystaff.openid.authentication import ONE_FACTOR, TWO_FACTORS
from mystaff.openid.provider import Provider, answer, posted
from tenants import limits

# From one network: an application's server fetches the tokens of a whole school, and each secret that is
# tried costs us as much as a password.
MOST, WITHIN = 1200, timedelta(minutes=1)
ENDPOINTS = {
    "authorization_endpoint": "openid_authorize",
    "token_endpoint": "openid_token",
    "userinfo_endpoint": "openid_userinfo",
    "revocation_endpoint": "openid_revoke",
    "end_session_endpoint": "openid_end_session",
    "jwks_uri": "openid_keys",
}
CLAIMS = ["sub", "iss", "aud", "exp", "iat", "nonce", "auth_time", "acr", "amr"]
NAMES = ["name", "given_name", "family_name", "preferred_username"]
CLIENTS = ["client_secret_basic", "client_secret_post", "none"]
# OpenID Connect Discovery 1.0, 3; RFC 8414; RFC 9207.
ABILITIES = {
    "response_types_supported": ["code"],
    "response_modes_supported": ["query"],
    "grant_types_supported": ["authorization_code"],
    "subject_types_supported": ["public"],
    "id_token_signing_alg_values_supported": ["RS256"],
    "token_endpoint_auth_methods_supported": CLIENTS,
    "revocation_endpoint_auth_methods_supported": CLIENTS,
    "code_challenge_methods_supported": ["S256"],
    "prompt_values_supported": ["none", "login", "consent"],
    "scopes_supported": list(SCOPES),
    "claims_supported": [*CLAIMS, *NAMES],
    "acr_values_supported": [ONE_FACTOR, TWO_FACTORS],
    "claims_parameter_supported": False,
    "request_parameter_supported": False,
    "request_uri_parameter_supported": False,
    "authorization_response_iss_parameter_supported": True,
}


@login_not_required
@require_safe
def configuration(request: HttpRequest) -> HttpResponse:
    """The discovery document, under the issuer of this tenant."""
    host = f"{request.scheme}://{request.get_host()}"
    where = {name: f"{host}{reverse(view)}" for name, view in ENDPOINTS.items()}
    return _public({"issuer": issuer(request)} | where | ABILITIES)


@login_not_required
@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """The public halves of the keys, the one that signs first."""
    pems = [key.pem for key in get_adapter().list_private_keys(is_active=True)]
    found = [jwkkit.load_jwk_from_pem(pem)[0] | {"use": "sig", "alg": "RS256"} for pem in pems]
    return _public({"keys": found})


def _public(content: dict) -> JsonResponse:
    """Pages of other sites may read it too: it is the same for everybody."""
    return JsonResponse(content, headers={"Access-Control-Allow-Origin": "*"})


@csrf_exempt  # an application's server comes without a cookie, and with a secret or a verifier
@login_not_required
@sensitive_post_parameters()
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """A code for an ID token and an access token."""
    return _of_a_client(request, Provider().create_token_response)


@csrf_exempt
@login_not_required
@sensitive_post_parameters()
@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    """An application ends a token of its own (RFC 7009)."""
    return _of_a_client(request, Provider().create_revocation_response)


def _of_a_client(request: HttpRequest, respond) -> HttpResponse:
    if limits.hits(f"openid {network(request)}", WITHIN) > MOST:
        return JsonResponse({"error": "temporarily_unavailable"}, status=429)
    try:
        # The code is held until it is used up.
        with transaction.atomic():
            return answer(respond(*posted(request)))
    except OAuth2Error as error:
        return _refused(error)


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
def userinfo(request: HttpRequest) -> HttpResponse:
    """Who the person of an access token is."""
    try:
        return answer(Provider().create_userinfo_response(*posted(request)))
    except OAuth2Error as error:
        return _refused(error)


def _refused(error: OAuth2Error) -> HttpResponse:
    content = {"content": error.json, "content_type": "application/json"}
    return HttpResponse(**content, status=error.status_code, headers=error.headers)
