"""OpenID Connect with one provider of one tenant: social-auth's backend, over our own way out."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import quote_plus, urlencode

import jwt
from django.core.cache import cache
from django.utils.translation import gettext as _
from social_core.backends.open_id_connect import OpenIdConnectAuth
from social_core.exceptions import AuthConfigurationError, AuthProviderError, AuthResponseError
from social_core.utils import constant_time_compare

from directory import outgoing
from directory.connectors.slots import slot
from directory.federation import Received
from directory.models import IdentityProvider, ProviderKind
from directory.models.identity_providers import GOOGLE, is_address
from mystaff.signin.federation import claims
from mystaff.signin.federation.answers import Answer
from mystaff.signin.federation.begun import MOST
from mystaff.signin.federation.strategy import Strategy

# Signatures that only the holder of a private key can make: no "none", and no secret that is shared.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
KEPT = 60 * 60  # seconds that a provider's description and keys are kept
AGAIN = 60  # seconds until unknown keys are asked for once more
SILENT = 20  # seconds until one that did not answer is asked again
SKEW = 30  # seconds that clocks may differ


class OidcBackend(OpenIdConnectAuth):
    """State, nonce and PKCE are social-auth's, kept in the session and used up in the tenant's rows."""

    state = ""  # of the sign-in that was just begun

    def __init__(
        self, strategy: Strategy, provider: IdentityProvider, redirect_uri: str, *, fresh: bool = False
    ) -> None:
        self.provider, self.fresh = provider, fresh
        self.name = f"federation-{provider.pk}"  # what is begun with one provider, none other can end
        super().__init__(strategy, redirect_uri)

    def setting(self, name: str, default: Any = None) -> Any:
        own = {
            "KEY": self.provider.client_id,
            "SECRET": str(self.provider.client_secret or ""),
            "USE_PKCE": True,
            "JWT_ALGORITHMS": ALGORITHMS,
            "JWT_LEEWAY": SKEW,
            "AUTH_EXTRA_ARGUMENTS": self._hints(),
        }
        return own.get(name, default)

    def _hints(self) -> dict[str, str]:
        """On a shared device nobody should come in as whoever sat there before."""
        if self.provider.kind == ProviderKind.GOOGLE:
            return {"prompt": "select_account", "hd": self.provider.hosted_domain}
        if self.fresh:
            return {"prompt": "login", "max_age": "0"}  # OpenID Connect Core, 3.1.2.1: it says when, then
        return {"prompt": "select_account"} if self.provider.kind == ProviderKind.ENTRA else {}

    def get_or_create_state(self) -> str:
        """Only the newest few stay in the session: whoever begins again and again must not make it grow."""
        self.state = super().get_or_create_state()
        kept = self.strategy.session_get(self._transaction_index_key())
        for state in list(kept)[:-MOST]:
            self.strategy.session_pop(self.transaction_key(state))
            del kept[state]
        return self.state

    # The answer

    def auth_complete(self, *args: Any, **kwargs: Any) -> Received:
        self._check_sender()
        try:
            return super().auth_complete(*args, **kwargs)
        except (TypeError, KeyError, AttributeError) as error:
            # A date that is a text, and the like: nothing that a provider sends may break the page.
            raise AuthResponseError(self, code="malformed_response", stage="callback") from error

    def _check_sender(self) -> None:
        """RFC 9207: whose answer it is, so that no other provider's code is redeemed here."""
        sent = self.data.get("iss", "")
        wanted = self.oidc_config().get("authorization_response_iss_parameter_supported") is True
        if (sent or wanted) and not constant_time_compare(sent, self.provider.issuer_url):
            raise AuthResponseError(self, claim="iss", code="invalid_claim", stage="callback")

    def get_and_store_nonce(self, url: str, state: str) -> str:
        """It stands in the session beside its state, which is used up in the database."""
        return self.strategy.random_string(64)

    def get_nonce(self, nonce: str) -> Answer:
        return Answer(assoc_type=self._oauth2_transaction["state"])

    def remove_nonce(self, nonce_id: object) -> None: ...

    def user_data(self, access_token: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The checked ID token's claims; what it does not say is asked for, about the same subject."""
        own = dict(self.id_token)
        if self.provider.kind != ProviderKind.OIDC or not self.oidc_config().get("userinfo_endpoint"):
            return own
        bearer = {"Authorization": f"Bearer {access_token}"}
        more = self.get_json(self.userinfo_url(), headers=bearer)
        if not isinstance(more, dict) or more.get("sub") != own["sub"]:
            raise AuthResponseError(self, claim="sub", code="invalid_claim", stage="user_info")
        return more | own

    def received(self, response: Mapping[str, Any]) -> Received:
        return claims.received(self.provider, response)

    # Who the provider is

    def oidc_config_url(self) -> str:
        return f"{self.provider.issuer_url.rstrip('/')}/.well-known/openid-configuration"

    def oidc_config(self) -> dict[str, Any]:
        """Its description (OpenID Connect Discovery), which must be about the issuer that was asked for."""
        found = self._kept(self.oidc_config_url(), lambda url: self.get_json(url, stage="begin"))
        if not isinstance(found, dict) or found.get("issuer") != self.provider.issuer_url:
            raise AuthResponseError(self, claim="issuer", code="invalid_claim", stage="begin")
        return found

    def authorization_url(self) -> str:
        url = super().authorization_url()
        if not is_address(url):
            raise AuthConfigurationError(self, parameter="authorization_endpoint", stage="begin")
        return url

    def id_token_issuer(self) -> str | list[str]:
        # Google, "OpenID Connect": iss is the one or the other.
        return (
            [GOOGLE, "accounts.google.com"]
            if self.provider.issuer_url == GOOGLE
            else self.provider.issuer_url
        )

    # Its keys

    def find_valid_key(self, id_token: str) -> dict[str, Any] | None:
        """The key that has signed it; unknown ones are asked for again, once a minute at most."""
        header = jwt.get_unverified_header(id_token)
        if header.get("alg") not in ALGORITHMS:
            return None
        keys = _usable(self._keys(), header)
        if not keys and cache.add(f"{self.name}:again", 1, AGAIN):
            keys = _usable(self._keys(fresh=True), header)
        return next((key for key in keys if _has_signed(key, id_token)), None)

    def _keys(self, *, fresh: bool = False) -> list[dict[str, Any]]:
        return self._kept(self.jwks_uri(), self.get_remote_jwks_keys, fresh=fresh)

    def _kept(self, url: str, load: Callable[[str], Any], *, fresh: bool = False) -> Any:
        """Of this tenant's provider only: the cache's keys name the tenant."""
        key = f"{self.name}:{sha256(url.encode()).hexdigest()}"
        if fresh or (found := cache.get(key)) is None:
            found = self._loaded(key, url, load)
        return found

    def _loaded(self, key: str, url: str, load: Callable[[str], Any]) -> Any:
        """Who does not answer is not asked by everybody at once: each would keep a server process waiting."""
        if cache.get(f"{key}:silent"):
            raise outgoing.Unreachable(_("The provider did not answer a moment ago."))
        try:
            found = load(url)
        except outgoing.Unreachable:
            cache.set(f"{key}:silent", 1, SILENT)
            raise
        cache.set(key, found, KEPT)
        return found

    # The way out

    def request(
        self, url: str, *, method: str = "GET", headers=None, data=None, auth=None, **kwargs
    ) -> Answer:
        """As social-auth asks, through the one way to hosts that a tenant has typed."""
        headers = dict(headers or {})
        if auth:
            # RFC 6749, 2.3.1: both are encoded before they are joined.
            pair = ":".join(quote_plus(part) for part in auth)
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        with slot(str(self.provider)):  # of the threads that wait for hosts that a tenant has typed
            answer = outgoing.request(method, url, headers=headers, body=urlencode(data or {}).encode())
        if answer.status != 200:
            raise AuthProviderError(self, code="http_error", status_code=answer.status)
        return Answer(text=answer.text)


def _usable(keys: list[dict[str, Any]], header: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Public keys for signatures of this kind, each with its algorithm: some providers leave it out."""
    kid, alg = header.get("kid"), header["alg"]
    return [
        key | {"alg": alg}
        for key in keys
        if key.get("kty") in ("RSA", "EC")
        and key.get("use", "sig") == "sig"
        and key.get("alg", alg) == alg
        and (kid is None or key.get("kid") == kid)
    ]


def _has_signed(key: dict[str, Any], token: str) -> bool:
    try:
        jwt.api_jws.PyJWS().decode(token, jwt.PyJWK(key), algorithms=[key["alg"]])
    except jwt.PyJWTError:
        return False
    return True
