"""What access policies say of a request: the one place where they are asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from directory.access_policies import AppliesTo, Decision, Facts, Finding, Outcome, Rule, decide
from directory.door import Initiator
from directory.evaluations import record_finding, visitor
from directory.models import AccessPolicy, User
from mystaff.initiator import client_ip, network
from mystaff.proved import has_second_factor, proofs
from tenants import limits, scopes
from tenants.models import OPERATORS_ID

TOLD = "access_policies_told"  # in the session: what the trail has of it already
ONCE = timedelta(seconds=settings.SESSION_COOKIE_AGE)
HOUR = timedelta(hours=1)
MOST_VISITORS = 100  # networks of which one policy tells the trail in an hour


@dataclass(frozen=True)
class Judgement:
    """What the policies of one tenant say, and of whom."""

    tenant_id: UUID
    person: User | None
    decision: Decision


def judge_visitor(request: HttpRequest, facts: Facts) -> list[Judgement]:
    """Judge somebody of whom nothing but the network is known."""
    rules = [policy.rule for policy in AccessPolicy.objects.in_use()]
    decision = decide(rules, replace(facts, address=client_ip(request)))
    return [Judgement(scopes.require(), None, decision)]


def judge(request: HttpRequest, facts: Facts) -> list[Judgement]:
    """Judge the person of this session, by the policies of this tenant.

    An operator who has entered obeys those of the operators; these here are only reported, or a tenant could
    lock out whoever is to help it.
    """
    user = request.user
    entered = user.is_entered_operator
    found = [_judge(request, user, replace(facts, reported_only=entered))]
    if entered:
        with scopes.scope(OPERATORS_ID):
            found.append(_judge(request, user.home, facts))
    return found


def strictest(judgements: list[Judgement]) -> Outcome:
    """What is done about it."""
    return max(one.decision.outcome for one in judgements)


def _judge(request: HttpRequest, person: User, facts: Facts) -> Judgement:
    """One query; for policies about roles the person's assignments too, which most pages need anyway."""
    policies = AccessPolicy.objects.in_use(person)
    groups = {policy.group_id for policy in policies if policy.has_in_group}
    rules = [policy.rule for policy in policies]
    return Judgement(scopes.require(), person, decide(rules, _known(request, person, rules, facts, groups)))


def judge_by(request: HttpRequest, policies: list[AccessPolicy], facts: Facts) -> Decision:
    """What these policies would say, saved or not, of the person of this session."""
    rules, person = [policy.rule for policy in policies], request.user
    groups = person.groupmember_set.filter(group__in={rule.group for rule in rules if rule.group})
    facts = replace(facts, reported_only=person.is_entered_operator)
    found = set(groups.values_list("group_id", flat=True)) if rules else set()
    return decide(rules, _known(request, person, rules, facts, found))


def _known(request: HttpRequest, person: User, rules: list[Rule], facts: Facts, groups: set[UUID]) -> Facts:
    """The facts with what these policies need to know of the person, and nothing that none of them asks."""
    about_roles = any(rule.applies_to == AppliesTo.ROLES for rule in rules)
    proved = proofs(request) if rules else ()
    about_factors = facts.registers and any(rule.second_factor for rule in rules)
    about_factors = about_factors and not any(proof.is_second_factor for proof in proved)
    return replace(
        facts,
        address=client_ip(request),
        proofs=proved,
        groups=frozenset(groups),
        holds_role=about_roles and bool(person.assignments),
        registers=about_factors and not has_second_factor(request),
    )


def facts_about(surface: str | None, **more: bool) -> Facts:
    """The facts that the page alone gives."""
    return Facts(surface, timezone.now().timestamp(), **more)


# The trail


def note(request: HttpRequest, judgements: list[Judgement], surface: str | None) -> None:
    """Write down what was not met: once for a session, policy, surface and outcome; a reload adds nothing."""
    for judgement in judgements:
        for finding in judgement.decision.findings:
            if judgement.person is None:
                _note_visitor(request, finding, surface)
            else:
                _note_person(request, judgement, finding, surface)


def _note_visitor(request: HttpRequest, finding: Finding, surface: str | None) -> None:
    """Only what was sent, once an hour for a network, and not of every network: nobody fills the trail."""
    mark = f"access policy {_mark(finding, surface)}"
    if request.method != "POST" or limits.hits(f"{mark} {network(request)}", HOUR) > 1:
        return
    if limits.hits(mark, HOUR) <= MOST_VISITORS:
        record_finding(finding, surface, visitor(client_ip(request)))


def _note_person(request: HttpRequest, judgement: Judgement, finding: Finding, surface: str | None) -> None:
    mark = f"{judgement.tenant_id.hex} {_mark(finding, surface)}"
    told = request.session.get(TOLD, [])
    if mark in told:
        return
    request.session[TOLD] = [*told, mark]
    # Two pages asked for at once both find nothing in the session: the counter lets one of them write.
    with scopes.scope(judgement.tenant_id):
        if limits.hits(f"access policy {request.session.session_key} {mark}", ONCE) == 1:
            actor = Initiator(judgement.person, client_ip(request)).snapshot()
            record_finding(finding, surface, actor)


def _mark(finding: Finding, surface: str | None) -> str:
    return f"{finding.rule.key} {surface} {finding.outcome} {finding.is_enforced}"
