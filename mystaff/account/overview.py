"""What **My account** says of what is on file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from directory import registration
from directory.models import EmailMethod, InfoKind, PhoneMethod, User
from directory.notices import texts_are_sent
from directory.registration import State
from directory.security_info import proofs
from mystaff.account.signed_in import places
from mystaff.registering import state_of


@dataclass(frozen=True)
class Line:
    """One kind of security info, there or not."""

    kind: InfoKind
    method: EmailMethod | PhoneMethod | None
    can_be_proved: bool

    @property
    def is_proved(self) -> bool:
        return bool(self.method and self.method.proved_at)

    @property
    def can_be_set(self) -> bool:
        return self.can_be_proved or self.kind == InfoKind.OFFICE

    @property
    def icon(self) -> str:
        return {InfoKind.EMAIL: "mail", InfoKind.OFFICE: "office"}.get(self.kind, "phone")


def overview(request: HttpRequest) -> dict[str, Any]:
    """For whoever is at home here; a guest's is at home."""
    person: User = request.user
    if person.is_guest:
        return {}
    state = state_of(request)
    return {
        "lines": lines(person),
        "state": state,
        "missing": registration.missing(person) if state == State.REGISTER else 0,
        "places": places(request),
    }


def lines(person: User) -> list[Line]:
    """Every kind, with what is on file of it."""
    found: dict[str, EmailMethod | PhoneMethod] = {row.phone_type: row for row in person.phones.all()}
    if email := EmailMethod.objects.filter(user=person).first():
        found[InfoKind.EMAIL] = email
    provable = {InfoKind.EMAIL} | (set(proofs.OFFERED) if texts_are_sent(person) else set())
    return [Line(kind, found.get(kind), kind in provable) for kind in InfoKind]
