"""What this session has proved: signing in, a second factor, confirming. allauth keeps the records."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest

from directory.access_policies import Proof
from directory.models import User
from tenants import scopes

SECOND_FACTORS = {"mfa", "access_pass"}  # a passkey is "mfa" in allauth's records


def at_home(user: User) -> User:
    """Whose proofs count: a guest has none of their own."""
    return getattr(user, "home", user)


def proofs(request: HttpRequest) -> tuple[Proof, ...]:
    """What the person of this session has proved in it; nothing that somebody else has."""
    return tuple(_proof(one) for one in get_authentication_records(request, at_home(request.user)))


def _proof(record: dict[str, Any]) -> Proof:
    method = record["method"]
    elsewhere = method == "federation" and record.get("second_factor") == 1  # their own provider asked for it
    return Proof(method, float(record["at"]), elsewhere or method in SECOND_FACTORS)


def has_second_factor(user: User) -> bool:
    """Whether there is one to ask for; a guest's are those of home."""
    person = at_home(user)
    with scopes.scope(person.tenant_id):
        return is_mfa_enabled(person, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])
