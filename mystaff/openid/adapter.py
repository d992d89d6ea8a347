"""What allauth's OpenID provider asks of us."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.internal.oauthlib.utils import get_validator_context
from allauth.idp.oidc.internal.private_keys import filter_keys
from allauth.idp.oidc.models import Client, PrivateKey
from django.http import HttpRequest
from django.urls import get_script_prefix

from directory import signing_keys
from directory.models import User


def issuer(request: HttpRequest) -> str:
    """Where this tenant is mounted: its path, or the root of its own host."""
    return f"{request.scheme}://{request.get_host()}{get_script_prefix().rstrip('/')}"


class Adapter(DefaultOIDCAdapter):
    """One tenant's issuer, keys and claims."""

    def get_issuer(self) -> str:
        return issuer(self.request)

    def list_private_keys(self, *, did_activate=None, is_active=None) -> list[PrivateKey]:
        """The tenant's own, from its rows; nothing stands in the settings."""
        keys = [
            PrivateKey(pem=str(key.pem), issued_at=key.made_at, expires_at=key.retires_at)
            for key in signing_keys.published()
        ]
        return filter_keys(keys, did_activate=did_activate, is_active=is_active)

    def get_user_sub(self, client: Client, user: User) -> str:
        """The person's id: it stays through every change of name, and is never given to anybody else.

        The same for every application of the school: they see the user name too, so that a subject for each
        of them would hide nothing, and the roster could not be matched (OpenID Connect Core 1.0, 8).
        """
        return str(user.pk)

    def get_claims(
        self, purpose: str, user: User, client: Client, scopes: Iterable[str], email=None, **kwargs: Any
    ) -> dict[str, Any]:
        """Who it is, and their names; no address, group or role."""
        claims = {"sub": self.get_user_sub(client, user)}
        if "profile" in scopes:
            claims |= {
                "preferred_username": user.user_principal_name,
                "name": user.display_name,
                "given_name": user.given_name,
                "family_name": user.surname,
            }
        return {name: value for name, value in claims.items() if value}

    def populate_id_token(
        self, id_token: dict[str, Any], client: Client, scopes: Iterable[str], **kwargs: Any
    ) -> None:
        """How and when they signed in, as it was noted with the code."""
        id_token.update(get_validator_context().facts)
