"""What the claims of an ID token come down to, for each kind of provider."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from directory.federation import Received
from directory.models import IdentityProvider, ProviderKind, UserNameClaim

# RFC 8176, and REFEDS' "MFA Profile"; Entra ID says "mfa" (Microsoft, "ID token claims reference").
SECOND_FACTORS = {"mfa"}
CONTEXTS = {
    "https://refeds.org/profile/mfa",
    "http://schemas.microsoft.com/claims/multipleauthn",
    "phr",
    "phrh",
}

Claims = Mapping[str, Any]


class WrongAccount(Exception):
    """An account that this provider does not speak for; the text is a sentence for admins."""


def received(provider: IdentityProvider, claims: Claims) -> Received:
    """What counts of them. Raises WrongAccount for an account of another directory or Workspace."""
    subject, user_name = KINDS[provider.kind](provider, claims)
    if not subject:
        raise WrongAccount(_("The provider sent no permanent ID."))
    return Received(
        subject=subject,
        user_name=user_name,
        display_name=_text(claims, "name"),
        given_name=_text(claims, "given_name"),
        surname=_text(claims, "family_name"),
        multi_factor=is_multi_factor(claims),
        authenticated_at=_moment(claims.get("auth_time")),
    )


def _oidc(provider: IdentityProvider, claims: Claims) -> tuple[str, str]:
    if provider.user_name_claim == UserNameClaim.EMAIL:
        return _text(claims, "sub"), _verified_email(claims)
    return _text(claims, "sub"), _text(claims, provider.user_name_claim)


def _entra(provider: IdentityProvider, claims: Claims) -> tuple[str, str]:
    """The object id stays whatever application asks; an e-mail address there is verified by nobody.

    Microsoft, "Secure applications and APIs by validating claims": the directory must be the one, and what
    can change must not be what a person is known by.
    """
    if _text(claims, "tid").lower() != provider.directory_id:
        raise WrongAccount(_("The account is of another directory."))
    # A guest of that directory comes from somewhere else, which gave them their name.
    foreign = _text(claims, "idp") not in ("", provider.issuer_url) or str(claims.get("acct", "0")) == "1"
    return _text(claims, "oid"), "" if foreign else _text(claims, "upn") or _text(
        claims, "preferred_username"
    )


def _google(provider: IdentityProvider, claims: Claims) -> tuple[str, str]:
    """Google, "OpenID Connect: an ID token's payload": hd says whose account it is, sub who it is."""
    if _text(claims, "hd").lower() != provider.hosted_domain:
        raise WrongAccount(_("The account is not of this Workspace."))
    return _text(claims, "sub"), _verified_email(claims)


KINDS = {ProviderKind.OIDC: _oidc, ProviderKind.ENTRA: _entra, ProviderKind.GOOGLE: _google}


def is_multi_factor(claims: Claims) -> bool:
    """Whether the provider says that it asked for more than one factor."""
    methods = claims.get("amr")
    said = {str(method) for method in methods} if isinstance(methods, list) else set()
    return bool(said & SECOND_FACTORS) or _text(claims, "acr") in CONTEXTS


def _verified_email(claims: Claims) -> str:
    # Some providers write it as a text.
    return _text(claims, "email") if claims.get("email_verified") in (True, "true") else ""


def _moment(value: Any) -> float | None:
    """Seconds since 1970 (OpenID Connect Core, 2: auth_time)."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) else None


def _text(claims: Claims, name: str) -> str:
    value = claims.get(name)
    return value.strip() if isinstance(value, str) and "\0" not in value else ""
