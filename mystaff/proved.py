"""What this session has proved: signing in, a second factor, confirming. allauth keeps the records."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.http import HttpRequest

from directory import factors
from directory.access_policies import Proof
from mystaff.at_home import person_at_home
from tenants import scopes

SECOND_FACTORS = {"mfa", "access_pass"}  # a passkey is "mfa" in allauth's records


def proofs(request: HttpRequest) -> tuple[Proof, ...]:
    """What the person of this session has proved in it; nothing that somebody else has."""
    return tuple(_proof(one) for one in get_authentication_records(request, person_at_home(request)))


def _proof(record: dict[str, Any]) -> Proof:
    method = record["method"]
    elsewhere = method == "federation" and record.get("second_factor") == 1  # their own provider asked for it
    return Proof(method, float(record["at"]), elsewhere or method in SECOND_FACTORS)


def has_second_factor(request: HttpRequest) -> bool:
    """Whether there is one to ask for; a guest's are those of home."""
    person = person_at_home(request)
    with scopes.scope(person.tenant_id):
        return factors.has_any(person)
