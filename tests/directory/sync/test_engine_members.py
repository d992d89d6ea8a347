"""Memberships and roles that come and go, and what a delta changes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from directory.models import (
    AdministrativeUnit,
    RoleAssignment,
    Source,
    UnitMembership,
    User,
)
from directory.sync.facts import (
    GoneFact,
    GrantFact,
    GroupMemberFact,
    UnitMemberFact,
)
from tests.directory.sync.small import FACTS, TOM, grant, swap
from tests.directory.sync.states import changed, fact, make_source, run_of


@pytest.fixture
def tenant(riverside):
    with riverside.scope():
        yield riverside


@pytest.fixture
def source(tenant):
    return make_source()


def person(login):
    return User.objects.get(user_principal_name=f"{login}@riverside.example")


# Memberships and roles


def test_what_was_made_by_hand_stays_and_is_not_made_twice(source):
    run_of(source, [one for one in FACTS if not isinstance(one, UnitMemberFact)])
    algebra, nora = AdministrativeUnit.objects.get(name="Algebra"), person("nora")
    member = UnitMembership.objects.create(unit=algebra, user=nora)
    assert changed(run_of(source, FACTS)) == {}
    run_of(source, swap(FACTS, nora=None))
    assert UnitMembership.objects.get() == member


def test_new_dates_are_a_new_role(source):
    run_of(source, FACTS)
    ends = timezone.now() + timedelta(days=9)
    facts = [one for one in FACTS if getattr(one, "person", "") != "tom"]
    run = run_of(source, [*facts, GroupMemberFact("g", "tom"), grant("c", person="tom", ends_at=ends)])
    assert changed(run) == {"role assignments added": 1, "role assignments removed": 1}
    assert RoleAssignment.objects.get(user=person("tom")).ends_at == ends


# Deltas


def test_a_delta_changes_what_it_names_and_nothing_else(source):
    run_of(source, FACTS)
    new = [fact("pia"), UnitMemberFact("c", "pia"), GoneFact("", of=UnitMemberFact("c", "nora"))]
    run = run_of(source, new, is_delta=True, cursor="17")
    assert changed(run) == {"people added": 1, "memberships added": 1, "memberships removed": 1}
    assert Source.objects.get(pk=source.pk).cursor == "17"
    assert changed(run_of(source, [], is_delta=True, cursor="18")) == {}


def test_a_delta_takes_away_what_is_gone_with_all_that_hangs_on_it(source):
    run_of(source, FACTS)
    run = run_of(source, [GoneFact("person", "tom"), GoneFact("unit", "c")], is_delta=True)
    assert changed(run) == {
        "locations removed": 1,
        "people disabled": 1,
        "people gone from the source": 1,
        "memberships removed": 1,
        "group members removed": 1,
        "role assignments removed": 1,
    }
    run = run_of(source, [GoneFact("group", "g")], is_delta=True)
    assert changed(run) == {"groups removed": 1, "role assignments removed": 1}
    assert changed(run_of(source, [TOM], is_delta=True)) == {"people enabled": 1}


def test_a_delta_takes_a_role_away(source):
    run_of(source, FACTS)
    gone = [GoneFact("", of=one) for one in FACTS if isinstance(one, (GrantFact, GroupMemberFact))]
    run = run_of(source, gone, is_delta=True)
    assert changed(run) == {"group members removed": 1, "role assignments removed": 2}
