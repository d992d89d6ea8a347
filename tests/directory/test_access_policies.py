"""What access policies decide: no database, only rules and facts, the most of them drawn at random."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from directory.access_policies import (
    AppliesTo,
    Facts,
    Outcome,
    Proof,
    Rule,
    State,
    Surface,
    decide,
)
from directory.networks import networks

NOW, MINUTE = 1_000_000.0, 60
HOME, SCHOOL, OTHER = "198.51.100.7", "203.0.113.7", "2001:db8::7"
CHESS, CHOIR = UUID(int=1), UUID(int=2)
NETWORKS = st.sampled_from(["", "203.0.113.0/24", "203.0.113.0/25\n2001:db8::/32", "0.0.0.0/0", "::/0"])
NETWORKS = NETWORKS.map(networks)
AGES = st.none() | st.integers(5, 600)
RULES = st.builds(
    Rule,
    name=st.just("Rule"),
    state=st.sampled_from(State.values),
    surfaces=st.frozensets(st.sampled_from(Surface.values), min_size=1),
    applies_to=st.sampled_from(AppliesTo.values),
    group=st.sampled_from([CHESS, CHOIR]),
    allowed=NETWORKS,
    blocked=NETWORKS,
    second_factor=st.booleans(),
    sign_in_age=AGES,
    confirm_age=AGES,
)
PROOFS = st.builds(Proof, method=st.just("x"), at=st.floats(NOW - 1e5, NOW), is_second_factor=st.booleans())
FACTS = st.builds(
    Facts,
    surface=st.sampled_from([*Surface.values, None]),
    now=st.just(NOW),
    address=st.sampled_from([HOME, SCHOOL, OTHER, f"::ffff:{SCHOOL}", None]),
    proofs=st.lists(PROOFS, max_size=3).map(tuple),
    holds_role=st.booleans(),
    groups=st.frozensets(st.sampled_from([CHESS, CHOIR])),
    is_deed=st.booleans(),
    networks_only=st.booleans(),
    registers=st.booleans(),
)


# On a busy machine drawing takes as long as it takes.
DRAWN = settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@DRAWN
@given(st.lists(RULES, max_size=6), RULES, FACTS)
def test_one_policy_more_never_allows_more(rules, one, facts):
    assert decide([*rules, one], facts).outcome >= decide(rules, facts).outcome


@DRAWN
@given(st.lists(RULES), FACTS)
def test_off_and_report_only_refuse_nothing(rules, facts):
    quiet = [replace(rule, state=State.OFF if n % 2 else State.REPORT_ONLY) for n, rule in enumerate(rules)]
    assert decide(quiet, facts).outcome == Outcome.ALLOWED


@DRAWN
@given(st.lists(RULES), FACTS)
def test_report_only_finds_what_on_would_refuse(rules, facts):
    def found(state):
        return [one.outcome for one in decide([replace(r, state=state) for r in rules], facts).findings]

    assert found(State.REPORT_ONLY) == found(State.ON)
    assert found(State.OFF) == []


@DRAWN
@given(RULES, FACTS)
def test_blocked_beats_allowed(rule, facts):
    facts = replace(facts, surface=None, address=SCHOOL)
    rule = replace(rule, state=State.ON, applies_to=AppliesTo.EVERYONE, blocked=networks("203.0.113.0/24"))
    for allowed in ("", "203.0.113.7", "0.0.0.0/0"):
        assert decide([replace(rule, allowed=networks(allowed))], facts).outcome == Outcome.BLOCKED


@DRAWN
@given(st.lists(RULES), FACTS, PROOFS)
def test_one_more_proof_never_refuses_more(rules, facts, proof):
    more = replace(facts, proofs=(*facts.proofs, proof))
    assert decide(rules, more).outcome <= decide(rules, facts).outcome


@DRAWN
@given(st.lists(RULES), FACTS)
def test_a_page_that_no_table_names_is_under_every_policy(rules, facts):
    unknown = decide(rules, replace(facts, surface=None)).outcome
    assert all(decide(rules, replace(facts, surface=one)).outcome <= unknown for one in Surface.values)


@DRAWN
@given(st.lists(RULES), FACTS)
def test_nobody_is_asked_for_a_proof_where_nobody_is_known(rules, facts):
    assert decide(rules, replace(facts, networks_only=True)).outcome in (Outcome.ALLOWED, Outcome.BLOCKED)


@DRAWN
@given(st.lists(RULES), FACTS)
def test_who_is_only_reported_is_never_refused(rules, facts):
    assert decide(rules, replace(facts, reported_only=True)).outcome == Outcome.ALLOWED


# Rule by rule


FRESH = (Proof("password", NOW - 9 * MINUTE),)
MANAGER = Facts(Surface.PORTAL, NOW, SCHOOL, FRESH, holds_role=True, groups=frozenset({CHESS}))


def outcome(rule: Rule, facts: Facts = MANAGER, **changed) -> Outcome:
    return decide([rule], replace(facts, **changed)).outcome


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (SCHOOL, Outcome.ALLOWED),
        (f"::ffff:{SCHOOL}", Outcome.ALLOWED),
        (OTHER, Outcome.ALLOWED),
        (HOME, Outcome.BLOCKED),
        (None, Outcome.BLOCKED),
        ("nonsense", Outcome.BLOCKED),
    ],
)
def test_allowed_networks(address, expected):
    rule = Rule("School only", allowed=networks("203.0.113.0/24\n2001:db8::/32"))
    assert outcome(rule, address=address) == expected


def test_an_address_that_nobody_knows_is_not_outside_a_blocked_network():
    rule = Rule("Not from there", blocked=networks("198.51.100.0/24"))
    assert outcome(rule) == Outcome.ALLOWED
    assert outcome(rule, address=None) == Outcome.BLOCKED


def test_a_second_factor_is_one_of_this_session():
    rule = Rule("Second factor", second_factor=True)
    assert outcome(rule) == Outcome.SECOND_FACTOR
    assert outcome(rule, proofs=(*FRESH, Proof("mfa", NOW - 1e5, True))) == Outcome.ALLOWED
    assert outcome(rule, registers=True) == Outcome.ALLOWED


@pytest.mark.parametrize(
    ("ages", "is_deed", "expected"),
    [
        ({"sign_in_age": 9}, False, Outcome.ALLOWED),
        ({"sign_in_age": 8}, False, Outcome.TOO_OLD),
        ({"confirm_age": 8}, False, Outcome.ALLOWED),
        ({"confirm_age": 8}, True, Outcome.TOO_OLD),
        ({"confirm_age": 9}, True, Outcome.ALLOWED),
        ({"sign_in_age": 60, "confirm_age": 8}, True, Outcome.TOO_OLD),
        ({"sign_in_age": 8, "confirm_age": 60}, True, Outcome.TOO_OLD),
    ],
)
def test_how_old_a_proof_may_be(ages, is_deed, expected):
    assert outcome(Rule("Age", **ages), is_deed=is_deed) == expected


def test_the_newest_proof_counts_and_none_is_too_old():
    rule = Rule("Age", sign_in_age=10)
    assert outcome(rule, proofs=(Proof("password", 0), *FRESH)) == Outcome.ALLOWED
    assert outcome(rule, proofs=()) == Outcome.TOO_OLD


def test_whom_a_policy_is_for():
    rule = Rule("Second factor", second_factor=True)
    roles, group = (replace(rule, applies_to=to, group=CHESS) for to in (AppliesTo.ROLES, AppliesTo.GROUP))
    assert outcome(roles) == outcome(group) == Outcome.SECOND_FACTOR
    assert outcome(roles, holds_role=False) == Outcome.ALLOWED
    assert outcome(group, groups=frozenset({CHOIR})) == Outcome.ALLOWED


def test_what_a_policy_covers():
    rule = Rule("Admin", surfaces=frozenset({Surface.ADMIN}), second_factor=True)
    found = {surface: outcome(rule, surface=surface) for surface in Surface}
    assert {surface for surface, one in found.items() if one} == {Surface.ADMIN}


def test_the_strictest_counts_and_each_is_found():
    rules = [Rule("A", sign_in_age=5), Rule("B", allowed=networks(HOME)), Rule("C", second_factor=True)]
    decision = decide(rules, MANAGER)
    assert decision.outcome == Outcome.BLOCKED
    assert [(one.rule.name, one.outcome) for one in decision.findings] == [
        ("A", Outcome.TOO_OLD),
        ("B", Outcome.BLOCKED),
        ("C", Outcome.SECOND_FACTOR),
    ]
