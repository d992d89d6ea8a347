"""Random states: after a run the database holds what the facts say and what people have made, no more."""

from __future__ import annotations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from directory import roles
from directory.models import (
    AdministrativeUnit,
    Group,
    GroupMember,
    RoleAssignment,
    UnitMembership,
    User,
)
from directory.sync.facts import GrantFact, GroupFact, GroupMemberFact, UnitFact, UnitMemberFact
from tenants.words import normalise
from tests.conftest import make_person, make_unit
from tests.directory.sync.states import changed, fact, make_source, run_of, state

# Each example takes seconds of a database: what fails is not made smaller.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
PEOPLE, UNITS, GROUPS = ["a", "b", "c", "d", "e"], ["u", "v", "w", "x"], ["g", "h"]
STAYING = PEOPLE[:3]
ROLES = [roles.PASSWORD, roles.HELPDESK]


@st.composite
def sources(draw):
    """What a source may say: everything it refers to is there, and units form trees."""
    # Those who stay swap their names; the name of somebody who has left is nobody's (see test_engine.py).
    people = [*STAYING, *draw(st.lists(st.sampled_from(PEOPLE[len(STAYING) :]), unique=True))]
    logins = [*draw(st.permutations(STAYING)), *people[len(STAYING) :]]
    facts = [
        fact(key, draw(st.sampled_from(["Ann Lee", "Zoë Field", "Bo Ek"])), upn=f"{login}@riverside.example",
             is_active=draw(st.booleans()), employee_id=key)
        for key, login in zip(people, logins, strict=True)
    ]  # fmt: skip
    units = draw(st.lists(st.sampled_from(UNITS), unique=True))
    for n, key in enumerate(units):
        parent = draw(st.sampled_from(["", *units[:n]]))
        facts.append(UnitFact(key, draw(st.sampled_from(["One", "Two"])), "class", parent))
    names = draw(st.permutations(["Red", "Blue"]))
    groups = draw(st.lists(st.sampled_from(GROUPS), unique=True))
    facts += [GroupFact(key, name, True) for key, name in zip(groups, names, strict=False)]
    if people and units:
        pairs = st.lists(st.tuples(st.sampled_from(units), st.sampled_from(people)), max_size=6)
        facts += [UnitMemberFact(*pair) for pair in draw(pairs)]
        facts += [GrantFact(unit, draw(st.sampled_from(ROLES)), person) for unit, person in draw(pairs)]
    if people and groups:
        pairs = st.lists(st.tuples(st.sampled_from(groups), st.sampled_from(people)), max_size=4)
        facts += [GroupMemberFact(*pair) for pair in draw(pairs)]
    if units and groups:
        facts += [
            GrantFact(draw(st.sampled_from(units)), roles.PASSWORD, group=draw(st.sampled_from(groups)))
        ]
    return draw(st.permutations(facts))


@st.composite
def by_hand(draw):
    """Rows that a person makes between two runs: who is in which of the source's units, by position."""
    return draw(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), max_size=3))


def wanted(facts):
    """The reference: what a source's rows are, said in a dozen lines of Python."""
    units = {one.key: one for one in facts if isinstance(one, UnitFact)}
    people = {one.key: one for one in facts if hasattr(one, "user_principal_name")}
    groups = {one.key: one for one in facts if isinstance(one, GroupFact)}
    return {
        "people": {
            (p.key, p.user_principal_name, p.display_name, p.is_active, normalise(p.display_name))
            for p in people.values()
        },
        "units": {(u.key, u.name, u.parent) for u in units.values()},
        "groups": {(g.key, g.name) for g in groups.values()},
        "members": {(one.unit, one.person) for one in facts if isinstance(one, UnitMemberFact)},
        "group members": {(one.group, one.person) for one in facts if isinstance(one, GroupMemberFact)},
        "grants": {
            (one.unit, one.role, one.person, one.group) for one in facts if isinstance(one, GrantFact)
        },
    }


def stored(present):
    """The same of the database; people who vanished, and what hangs on hand-made rows only, apart."""
    people = User.objects.filter(source="sis", vanished_at=None)
    units = AdministrativeUnit.objects.filter(source="sis", source_id__in=present["units"])
    groups = Group.objects.filter(source="sis", source_id__in=present["groups"])
    grants = RoleAssignment.objects.filter(source="sis")
    members = UnitMembership.objects.filter(source="sis")
    return {
        "people": set(
            people.values_list("source_id", "user_principal_name", "display_name", "is_active", "sort_name")
        ),
        "units": {(u.source_id, u.name, u.parent.source_id if u.parent else "") for u in units},
        "groups": set(groups.values_list("source_id", "name")),
        "members": set(members.values_list("unit__source_id", "user__source_id")),
        "group members": set(
            GroupMember.objects.filter(source="sis").values_list("group__source_id", "user__source_id")
        ),
        "grants": {
            (unit, role, user or "", group or "")
            for unit, role, user, group in grants.values_list(
                "unit__source_id", "role", "user__source_id", "group__source_id"
            )
        },
    }


@pytest.mark.slow
@settings(
    max_examples=12, deadline=None, derandomize=True, phases=PHASES, suppress_health_check=list(HealthCheck)
)
@given(said=st.lists(sources(), min_size=2, max_size=3), hands=by_hand())
def test_any_states_one_after_the_other(riverside, said, hands):
    with riverside.scope(), transaction.atomic():
        _walk(said, hands)
        transaction.set_rollback(True)


def _walk(said, hands):
    source = make_source()
    club, jo = make_unit("Club"), make_person("jo@riverside.example", "Jo By Hand")
    UnitMembership.objects.create(unit=club, user=jo)
    made = set()
    for facts in said:
        run_of(source, facts, brakes=False)
        _holds(facts, made)
        before = state()
        assert changed(run_of(source, facts, brakes=False)) == {} and state() == before
        made |= _by_hand(hands)
    assert list(jo.unit_memberships.values_list("unit__name", flat=True)) == ["Club"]


def _holds(facts, made):
    expected = wanted(facts)
    found = stored(
        {"units": {u for u, *_rest in expected["units"]}, "groups": {g for g, _n in expected["groups"]}}
    )
    # A membership that somebody has made by hand is not made a second time.
    hand = set(
        UnitMembership.objects.filter(source="", unit__source="sis").values_list(
            "unit__source_id", "user__source_id"
        )
    )
    assert found | {"members": found["members"] | hand} == expected | {"members": expected["members"] | hand}
    assert made <= set(UnitMembership.objects.values_list("pk", flat=True))
    for person in User.objects.filter(source="sis"):
        assert set(person.words.values_list("word", flat=True)) == person.search_words
        assert person.vanished_at is None or not person.is_active
    for unit in AdministrativeUnit.objects.all():
        assert unit.path == f"{unit.parent.path if unit.parent else '/'}{unit.pk.hex}/"


def _by_hand(hands):
    units = list(AdministrativeUnit.objects.filter(source="sis").order_by("source_id"))
    people = list(User.objects.filter(source="sis").order_by("source_id"))
    if not units or not people:
        return set()
    made = set()
    for u, p in hands:
        unit, person = units[u % len(units)], people[p % len(people)]
        if not UnitMembership.objects.filter(unit=unit, user=person).exists():
            made.add(UnitMembership.objects.create(unit=unit, user=person).pk)
    return made
