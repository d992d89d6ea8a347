"""Groups of a source as locations in the database: made, kept in step, and gone again."""

import pytest

from directory import permissions, roles, verbs
from directory.models import AdministrativeUnit, Group, GroupMember, RoleAssignment, User
from directory.sync.by_hand import managers_of
from directory.sync.facts import GUARDED, GroupFact, GroupMemberFact
from directory.sync.findings import Findings
from directory.sync.groups_to_units import units_of_groups
from tests.conftest import assign, make_person, make_unit
from tests.directory.sync.states import changed, fact, make_source, run_of, state

TOM, NORA, OMAR = fact("tom", "Tom Baker"), fact("nora", "Nora Field"), fact("omar", "Omar Diaz")
PEOPLE = [TOM, NORA, OMAR]
LINCOLN, HELPERS = GroupFact("1", "AU-Lincoln"), GroupFact("2", "AU-Lincoln password managers")
NORA_IN_IT, TOM_HELPS = GroupMemberFact("1", "nora"), GroupMemberFact("2", "tom")


@pytest.fixture
def source(riverside):
    with riverside.scope():
        yield make_source(groups="AU-*", unit_prefix="School ", managers_groups="any")


@pytest.fixture
def bring(source):
    def bring(*facts, **how):
        made = units_of_groups(source, PEOPLE + list(facts), Findings(), managers_of(source))
        return run_of(source, made, brakes=False, **how)

    return bring


def person(login):
    return User.objects.get(user_principal_name=f"{login}@riverside.example")


def reaches(manager, somebody):
    return permissions.reachable(person(manager), verbs.RESET_PASSWORD).contains(person(somebody))


def test_a_group_and_its_managers_are_a_location_with_a_role(bring):
    bring(LINCOLN, NORA_IN_IT, HELPERS, TOM_HELPS)
    held = RoleAssignment.objects.get()
    assert (held.unit.name, held.role, held.group.name) == (
        "School AU-Lincoln", roles.PASSWORD, "AU-Lincoln password managers",
    )  # fmt: skip
    assert held.group.is_role_assignable
    assert reaches("tom", "nora") and not reaches("tom", "omar") and not reaches("nora", "tom")


def test_the_second_time_nothing_changes(bring):
    bring(LINCOLN, NORA_IN_IT, HELPERS, TOM_HELPS)
    before = state()
    assert changed(bring(LINCOLN, NORA_IN_IT, HELPERS, TOM_HELPS)) == {} and state() == before


def test_who_joins_the_group_comes_into_reach_and_who_leaves_goes(bring):
    bring(LINCOLN, NORA_IN_IT, HELPERS, TOM_HELPS)
    bring(LINCOLN, GroupMemberFact("1", "omar"), HELPERS, TOM_HELPS)
    assert reaches("tom", "omar") and not reaches("tom", "nora")


def test_who_leaves_the_managers_reaches_nobody(bring):
    bring(LINCOLN, NORA_IN_IT, HELPERS, TOM_HELPS)
    bring(LINCOLN, NORA_IN_IT, HELPERS)
    assert not reaches("tom", "nora")


def test_managers_put_in_by_hand_stay(bring):
    bring(LINCOLN, NORA_IN_IT)
    made = Group.objects.get(is_role_assignable=True)
    made.members.add(person("tom"))
    bring(LINCOLN, NORA_IN_IT)
    assert reaches("tom", "nora")


@pytest.mark.parametrize("given", ["member", "role"])
def test_a_group_of_the_source_does_not_come_into_what_was_given_by_hand(bring, given):
    """Else whoever makes one of that name would take over all that the one here holds."""
    bring(LINCOLN, NORA_IN_IT)
    made = Group.objects.get(is_role_assignable=True)
    if given == "member":
        made.members.add(person("omar"))
    else:
        assign(made, roles.HELPDESK, make_unit("Jefferson"))
    bring(LINCOLN, NORA_IN_IT, HELPERS, TOM_HELPS)
    assert not reaches("tom", "nora") and reaches("omar", "nora") is (given == "member")
    made.members.clear()
    RoleAssignment.objects.filter(source="").delete()
    bring(LINCOLN, NORA_IN_IT, HELPERS, TOM_HELPS)
    assert reaches("tom", "nora") and Group.objects.get(is_role_assignable=True) == made


def test_a_pupil_who_makes_such_groups_helps_nobody(bring, source):
    """In Entra ID ordinary people may make groups: one of a class, and one of managers with themselves."""
    source.managers_groups = "guarded"
    bring(LINCOLN, NORA_IN_IT, GroupMemberFact("1", "tom"), HELPERS, GroupMemberFact("2", "omar"))
    assert not reaches("omar", "nora") and not reaches("omar", "tom")
    assert not GroupMember.objects.filter(group__is_role_assignable=True).exists()
    bring(LINCOLN, NORA_IN_IT, GroupFact("2", HELPERS.name, entry=GUARDED), TOM_HELPS)
    assert reaches("tom", "nora")


def test_where_groups_give_no_roles_any_more_only_those_put_in_by_hand_help(bring, source):
    bring(LINCOLN, NORA_IN_IT, HELPERS, TOM_HELPS)
    Group.objects.get(is_role_assignable=True).members.add(person("omar"))
    bring(LINCOLN, NORA_IN_IT, HELPERS, TOM_HELPS)
    assert reaches("tom", "nora") and reaches("omar", "nora")
    source.managers_groups = "none"
    bring(LINCOLN, NORA_IN_IT, HELPERS, TOM_HELPS)
    assert not reaches("tom", "nora") and reaches("omar", "nora")


def test_a_pupils_second_group_does_not_take_the_managers_away(bring):
    """Of the same name, told first, with those in it whom the pupil wants to bring under them."""
    bring(LINCOLN, NORA_IN_IT, HELPERS, TOM_HELPS)
    bring(GroupFact("0", "au-lincoln"), GroupMemberFact("0", "omar"), LINCOLN, NORA_IN_IT, HELPERS, TOM_HELPS)
    assert reaches("tom", "nora") and not reaches("tom", "omar")


def test_a_plain_group_that_becomes_one_of_managers_gives_way_at_once(bring, source):
    """Whether roles can be assigned to a group is fixed when it is made: the old one goes."""
    source.groups = "nothing"
    bring(LINCOLN, NORA_IN_IT, HELPERS, TOM_HELPS)
    assert not Group.objects.filter(is_role_assignable=True)
    source.groups = "AU-*"
    bring(LINCOLN, NORA_IN_IT, HELPERS, TOM_HELPS)
    assert reaches("tom", "nora")


def test_a_renamed_group_keeps_its_location(bring):
    bring(LINCOLN, NORA_IN_IT)
    before = AdministrativeUnit.objects.get().pk
    bring(GroupFact("1", "AU-Lincoln Elementary"), NORA_IN_IT)
    unit = AdministrativeUnit.objects.get()
    assert (unit.pk, unit.name) == (before, "School AU-Lincoln Elementary")
    assert RoleAssignment.objects.get().group.name == "AU-Lincoln Elementary password managers"


def test_a_group_that_is_gone_takes_everything_along(bring):
    bring(LINCOLN, NORA_IN_IT, HELPERS, TOM_HELPS)
    bring()
    assert not AdministrativeUnit.objects.exists() and not Group.objects.exists()
    assert not RoleAssignment.objects.exists()


@pytest.mark.parametrize("by_hand", ["member", "role", "setting", "unit"])
def test_but_the_location_stays_for_what_was_made_by_hand(bring, by_hand):
    bring(LINCOLN, NORA_IN_IT, HELPERS, TOM_HELPS)
    unit, made = AdministrativeUnit.objects.get(), make_person("jo@riverside.example", "Jo By Hand")
    if by_hand == "member":
        unit.memberships.create(user=made)
    elif by_hand == "role":
        assign(made, roles.HELPDESK, unit)
    elif by_hand == "setting":
        AdministrativeUnit.objects.update(is_restricted=True)
    else:
        AdministrativeUnit.objects.create(name="Room 5", parent=unit)
    bring()
    assert AdministrativeUnit.objects.filter(pk=unit.pk).exists()
    assert not unit.memberships.exclude(user=made).exists()
    assert not RoleAssignment.objects.exclude(user=made).exists()


def test_a_group_that_matches_no_more_is_a_group_still(bring, source):
    bring(LINCOLN, NORA_IN_IT)
    source.groups = "Other-*"
    bring(LINCOLN, NORA_IN_IT)
    assert Group.objects.get().members.get() == person("nora")
    assert not AdministrativeUnit.objects.exists()


def test_a_source_that_says_a_pupil_is_a_manager_gives_no_way_up(bring):
    """A manager through the source reaches only the location's people without a role."""
    bring(LINCOLN, NORA_IN_IT, GroupMemberFact("1", "omar"), HELPERS, GroupMemberFact("2", "nora"), TOM_HELPS)
    assert not reaches("nora", "tom") and not reaches("tom", "nora") and reaches("nora", "omar")
