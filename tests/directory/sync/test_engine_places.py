"""Locations and groups: made, moved, renamed and removed."""

from dataclasses import replace

import pytest

from directory import roles
from directory.models import AdministrativeUnit, Group, GroupMember, RoleAssignment, User
from directory.sync.facts import GoneFact, GroupFact, GroupMemberFact, UnitFact
from directory.sync.findings import RosterError
from tests.conftest import assign, make_unit
from tests.directory.sync.small import ALGEBRA, FACTS, SCHOOL, TOM, grant
from tests.directory.sync.states import changed, make_source, run_of


@pytest.fixture
def tenant(riverside):
    with riverside.scope():
        yield riverside


@pytest.fixture
def source(tenant):
    return make_source()


def person(login):
    return User.objects.get(user_principal_name=f"{login}@riverside.example")


# Locations and groups


def test_a_location_moves_with_all_below_it_also_what_was_made_by_hand(source):
    high = UnitFact("h", "Jefferson", "school")
    run_of(source, [*FACTS, high])
    club = make_unit("Club", AdministrativeUnit.objects.get(name="Algebra"))
    run = run_of(source, [one for one in FACTS if one is not ALGEBRA] + [high, replace(ALGEBRA, parent="h")])
    assert changed(run) == {"locations changed": 1}
    jefferson = AdministrativeUnit.objects.get(name="Jefferson")
    assert User.objects.in_unit(jefferson).contains(person("nora"))
    assert AdministrativeUnit.objects.get(pk=club.pk).is_below(jefferson)


def test_what_hangs_below_a_region_by_hand_stays_there(source):
    run_of(source, FACTS)
    region, school = make_unit("North region"), AdministrativeUnit.objects.get(name="Lincoln")
    school.move(region)
    assert changed(run_of(source, FACTS)) == {}
    assert AdministrativeUnit.objects.get(pk=school.pk).parent == region


def test_a_circle_through_what_was_made_by_hand_is_refused(source):
    run_of(source, FACTS)
    region = make_unit("Region", AdministrativeUnit.objects.get(name="Algebra"))
    other = UnitFact("o", "Other", "school")
    run_of(source, [*FACTS, other])
    AdministrativeUnit.objects.get(name="Other").move(region)
    school = replace(SCHOOL, parent="o", file="orgs.csv", line=2)
    with pytest.raises(RosterError, match="^orgs.csv:2: .*lies below itself"):
        run_of(source, [one for one in FACTS if one is not SCHOOL] + [other, school])


def test_a_location_that_is_gone_goes_unless_something_hangs_on_it(source):
    run_of(source, FACTS)
    without = [one for one in FACTS if "c" not in (getattr(one, "unit", ""), getattr(one, "key", ""))]
    algebra = AdministrativeUnit.objects.get(name="Algebra")
    held = assign(person("tom"), roles.HELPDESK, algebra)
    run = run_of(source, without)
    assert changed(run) == {"memberships removed": 1, "role assignments removed": 1}
    assert changed(run_of(source, without)) == {}
    held.delete()
    assert changed(run_of(source, without)) == {"locations removed": 1}
    assert not AdministrativeUnit.objects.filter(pk=algebra.pk).exists()


def test_a_group_that_is_gone_goes_unless_something_hangs_on_it(source):
    run_of(source, FACTS)
    without = [one for one in FACTS if "g" not in (getattr(one, "group", ""), getattr(one, "key", ""))]
    group = Group.objects.get()
    by_hand = GroupMember.objects.create(group=group, user=person("nora"))
    run = run_of(source, without)
    assert changed(run) == {"group members removed": 1, "role assignments removed": 1}
    by_hand.delete()
    assert changed(run_of(source, without)) == {"groups removed": 1}


def test_a_group_under_a_new_key_is_the_same_group(source):
    run_of(source, [GroupFact("1", "Chess"), TOM, GroupMemberFact("1", "tom")])
    group = Group.objects.get()
    facts = [GroupFact("2", "Chess"), TOM, GroupMemberFact("2", "tom")]
    run_of(source, facts)
    assert (Group.objects.get().pk, Group.objects.get().source_id) == (group.pk, "2")
    assert changed(run_of(source, facts)) == {}


def test_a_group_is_not_taken_over_and_not_made_role_assignable(source):
    Group.objects.create(name="Chess")
    run = run_of(source, [GroupFact("1", "Chess"), GroupFact("2", "Go"), TOM, GroupMemberFact("1", "tom")])
    assert changed(run) == {"groups added": 1, "people added": 1} and "held back" in run.warnings[0]
    run = run_of(source, [GroupFact("2", "Go", True), UnitFact("u", "U"), TOM, grant("u", group="2")])
    assert not Group.objects.get(name="Go").is_role_assignable
    assert not RoleAssignment.objects.exists() and len(run.warnings) == 2


# Names of groups


def named():
    return dict(Group.objects.exclude(source="").values_list("source_id", "name"))


def test_what_people_have_given_a_group_is_not_taken_over_by_another_of_its_name(source):
    """Whoever makes a group of the name of one that is gone would else get what hangs on it."""
    run_of(source, [GroupFact("1", "Staff"), TOM])
    staff = Group.objects.get()
    GroupMember.objects.create(group=staff, user=person("tom"))
    run = run_of(source, [GroupFact("2", "Staff"), TOM, GroupMemberFact("2", "tom")])
    assert named() == {"1": "Staff"} and "“Staff” belongs to another group" in run.warnings[0]
    GroupMember.objects.all().delete()
    run_of(source, [GroupFact("2", "Staff"), TOM])
    assert named() == {"2": "Staff"}


def test_nor_is_one_that_the_rule_of_a_location_names(source):
    run_of(source, [GroupFact("1", "Staff"), TOM])
    rule = f"user.memberOf -any (group.objectId -in ['{str(Group.objects.get().pk).upper()}'])"
    make_unit("All staff", membership_rule=rule, rule_is_paused=True)
    run_of(source, [GroupFact("2", "Staff"), TOM, GroupMemberFact("2", "tom")])
    assert named() == {"1": "Staff"}


def test_a_group_gets_the_name_of_one_that_goes_in_the_same_run(source):
    run_of(source, [GroupFact("1", "Red"), GroupFact("2", "Blue"), TOM, GroupMemberFact("1", "tom")])
    run = run_of(source, [GroupFact("2", "Red")], brakes=False)
    assert named() == {"2": "Red"} and run.warnings == []
    run_of(source, [GroupFact("3", "Red", True)])
    assert named() == {"3": "Red"} and Group.objects.get().is_role_assignable


def test_a_delta_that_does_not_speak_of_a_group_leaves_it_its_name(source):
    run_of(source, [GroupFact("1", "Red"), GroupFact("2", "Blue")])
    run = run_of(source, [GroupFact("2", "Red")], is_delta=True)
    assert named() == {"1": "Red", "2": "Blue"} and len(run.warnings) == 1
    run_of(source, [GroupFact("2", "Red"), GoneFact("group", "1")], is_delta=True)
    assert named() == {"2": "Red"}


def test_who_makes_groups_of_names_that_there_are_stops_nothing(source):
    """A directory lets several have one name: those who have it keep it, and whoever wants it waits."""
    run_of(source, [GroupFact("5", "Staff"), GroupFact("6", "Mine")])
    wanted = {"1": "Staff", "5": "Staff", "6": "Staff", "2": "Mine", "3": "New", "4": "New"}
    facts = [*(GroupFact(key, name) for key, name in wanted.items()), TOM, GroupMemberFact("1", "tom")]
    run = run_of(source, facts)
    assert named() == {"5": "Staff", "6": "Mine", "3": "New"} and len(run.warnings) == 4
    assert not GroupMember.objects.exists() and changed(run_of(source, facts)) == {}
