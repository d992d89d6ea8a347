"""What a tenant's access policies say of one request: plain data in, one decision out.

After Microsoft Entra's Conditional Access: every policy that covers the request must be met, so that one more
can only ever ask for more ("Building a Conditional Access policy"). How old a sign-in may be is its sign-in
frequency.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from directory.networks import Network, address, within


class Surface(models.TextChoices):
    """The parts of the site that a policy may cover."""

    PORTAL = "portal", "My Staff"
    SELF_SERVICE = "self_service", _("Self-service")
    ACCOUNT = "account", _("My account")
    ADMIN = "admin", _("Admin")


class State(models.TextChoices):
    OFF = "off", _("Off")
    REPORT_ONLY = "report_only", _("Report only")
    ON = "on", pgettext_lazy("access policy", "On")


class AppliesTo(models.TextChoices):
    EVERYONE = "everyone", _("Everyone")
    ROLES = "roles", _("Whoever holds a role")
    GROUP = "group", _("A group")


class Outcome(IntEnum):
    """What a policy has to say, the strictest last."""

    ALLOWED = 0
    TOO_OLD = 1
    SECOND_FACTOR = 2
    BLOCKED = 3


@dataclass(frozen=True)
class Proof:
    """What somebody proved in this session, and when (seconds since 1970)."""

    method: str
    at: float
    is_second_factor: bool = False


@dataclass(frozen=True)
class Rule:
    """One policy as it is applied; ages are minutes."""

    name: str
    state: str = State.ON
    surfaces: frozenset[str] = frozenset(Surface.values)
    applies_to: str = AppliesTo.EVERYONE
    group: UUID | None = None
    allowed: tuple[Network, ...] = ()
    blocked: tuple[Network, ...] = ()
    second_factor: bool = False
    sign_in_age: int | None = None
    confirm_age: int | None = None
    key: str = ""


@dataclass(frozen=True)
class Facts:
    """One request: what it opens, and what is known of who asks."""

    surface: str | None  # None: a page that no table names, which every policy covers
    now: float
    address: str | None = None
    proofs: tuple[Proof, ...] = ()
    holds_role: bool = False
    groups: frozenset[UUID] = frozenset()
    is_deed: bool = False  # something is done to somebody: policies may ask for a newer proof
    networks_only: bool = False  # nobody is known here, or nothing else can be asked yet
    registers: bool = False  # where somebody without a second factor gets one
    reported_only: bool = False  # nothing of this tenant's refuses them


@dataclass(frozen=True)
class Finding:
    """A policy that is not met."""

    rule: Rule
    outcome: Outcome
    is_enforced: bool


@dataclass(frozen=True)
class Decision:
    """What all policies together say."""

    findings: tuple[Finding, ...] = field(default=())

    @property
    def outcome(self) -> Outcome:
        """What is done about it: the strictest of those that are enforced."""
        return max((one.outcome for one in self.findings if one.is_enforced), default=Outcome.ALLOWED)


def decide(rules: list[Rule], facts: Facts) -> Decision:
    """Judge a request by all policies. Those that are only reported are found and refuse nothing."""
    judged = ((rule, demand(rule, facts)) for rule in rules)
    return Decision(
        tuple(
            Finding(rule, outcome, rule.state == State.ON and not facts.reported_only)
            for rule, outcome in judged
            if outcome
        )
    )


def demand(rule: Rule, facts: Facts) -> Outcome:
    """What one policy asks for, enforced or not."""
    if not _covers(rule, facts):
        return Outcome.ALLOWED
    if not _lets_in_from(rule, facts.address):
        return Outcome.BLOCKED
    if facts.networks_only:
        return Outcome.ALLOWED
    if rule.second_factor and not facts.registers and not any(p.is_second_factor for p in facts.proofs):
        return Outcome.SECOND_FACTOR
    return Outcome.TOO_OLD if _is_too_old(rule, facts) else Outcome.ALLOWED


def _covers(rule: Rule, facts: Facts) -> bool:
    if rule.state == State.OFF or (facts.surface is not None and facts.surface not in rule.surfaces):
        return False
    if rule.applies_to == AppliesTo.ROLES:
        return facts.holds_role
    return rule.applies_to == AppliesTo.EVERYONE or rule.group in facts.groups


def _lets_in_from(rule: Rule, where: str | None) -> bool:
    """Blocked networks come before allowed ones; an address that nobody knows is in no network at all."""
    if not rule.allowed and not rule.blocked:
        return True
    if address(where) is None or within(where, rule.blocked):
        return False
    return not rule.allowed or within(where, rule.allowed)


def _is_too_old(rule: Rule, facts: Facts) -> bool:
    limits = [rule.sign_in_age, rule.confirm_age if facts.is_deed else None]
    minutes = [limit for limit in limits if limit is not None]
    newest = max((proof.at for proof in facts.proofs), default=float("-inf"))
    return bool(minutes) and facts.now - newest > min(minutes) * 60
