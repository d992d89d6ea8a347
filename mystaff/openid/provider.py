"""oauthlib's endpoints with one grant: the authorization code, with S256 or, for who keeps a secret, without.

No implicit, hybrid, password, client-credentials, device or refresh grant is there for a row to switch on.
"""

from __future__ import annotations

from allauth.idp.oidc import app_settings
from allauth.idp.oidc.internal.oauthlib.server import generate_opaque_token
from allauth.idp.oidc.internal.oauthlib.utils import convert_response, extract_headers
from django.http import HttpRequest, HttpResponse, QueryDict
from oauthlib.common import urlencode
from oauthlib.oauth2 import BearerToken
from oauthlib.oauth2.rfc6749.endpoints import AuthorizationEndpoint, RevocationEndpoint, TokenEndpoint
from oauthlib.oauth2.rfc6749.errors import InvalidRequestFatalError
from oauthlib.oauth2.rfc6749.grant_types.authorization_code import code_challenge_method_s256
from oauthlib.openid.connect.core.endpoints.userinfo import UserInfoEndpoint
from oauthlib.openid.connect.core.grant_types import AuthorizationCodeGrant

from mystaff.openid.validator import Validator


class Provider(AuthorizationEndpoint, TokenEndpoint, RevocationEndpoint, UserInfoEndpoint):
    """The four endpoints of the protocol."""

    def __init__(self) -> None:
        validator = Validator()
        lives = app_settings.ACCESS_TOKEN_EXPIRES_IN
        bearer = BearerToken(validator, generate_opaque_token, lives)
        grant = AuthorizationCodeGrant(validator, refresh_token=False)
        grant.proxy_target._code_challenge_methods = {"S256": code_challenge_method_s256}
        AuthorizationEndpoint.__init__(self, "code", bearer, {"code": grant})
        TokenEndpoint.__init__(self, "authorization_code", bearer, {"authorization_code": grant})
        RevocationEndpoint.__init__(self, validator, supported_token_types=["access_token"])
        UserInfoEndpoint.__init__(self, validator)


def question(request: HttpRequest) -> tuple[str, str, None, dict[str, str]]:
    """An authorization request as oauthlib takes it: what stands in the address, whatever was posted."""
    return f"{request.path}?{_pairs(request.GET)}", "GET", None, extract_headers(request)


def posted(request: HttpRequest) -> tuple[str, str, str, dict[str, str]]:
    """A request of an application's server: what it posted, never what stands in the address."""
    return request.path, request.method, _pairs(request.POST), extract_headers(request)


def _pairs(values: QueryDict) -> str:
    """Written anew, names that come twice too: oauthlib fails on what browsers and Django understand.

    Raises InvalidRequestFatalError for the one character that PostgreSQL does not store.
    """
    pairs = [(name, value) for name, several in values.lists() for value in several]
    if any("\0" in text for pair in pairs for text in pair):
        raise InvalidRequestFatalError
    return urlencode(pairs)


def answer(response: tuple[dict, str | None, int]) -> HttpResponse:
    """oauthlib's answer as one of Django's."""
    headers, body, status = response
    return convert_response(headers, body or "", status)
