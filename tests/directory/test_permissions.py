"""The permission rule, against Microsoft's tables cell by cell and against the rules beside them."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from directory import permissions, roles
from directory.models import Group, GroupMember, GroupOwner, Settings, User
from directory.refusals import refusal
from directory.verbs import CHANGE_PHONE, RESET_PASSWORD, VIEW
from tests.conftest import assign, make_person, make_unit

ENTRA = json.loads((Path(__file__).parents[1] / "data" / "roles.json").read_text())
TABLES = {
    "reset_password": roles.RESET_PASSWORD,
    "authentication_methods": roles.AUTHENTICATION_METHODS,
    "sensitive_actions": roles.SENSITIVE_ACTIONS,
}
DEEDS = {"reset_password": RESET_PASSWORD, "authentication_methods": CHANGE_PHONE}
CELLS = [
    (table, acting, row, allowed)
    for table in TABLES
    for acting, cells in ENTRA[table].items()
    for row, allowed in cells.items()
]


def reaches(actor: User, action, person: User) -> bool:
    """Asked anew: roles are remembered for one request only."""
    actor = User.objects.get(pk=actor.pk)
    found = permissions.reachable(actor, action).contains(person)
    assert (refusal(actor, action, person) is None) == found
    return found


def why(actor: User, action, person: User) -> str:
    return str(refusal(User.objects.get(pk=actor.pk), action, person))


# The tables


@pytest.mark.parametrize(("table", "acting", "row", "allowed"), CELLS)
def test_our_table_is_entras(table, acting, row, allowed):
    assert (row in TABLES[table].get(acting, ())) == allowed


def test_nothing_is_in_our_tables_that_is_not_in_entras():
    for name, table in TABLES.items():
        assert set(table) <= set(ENTRA[name])
        assert all(set(table[role]) <= set(ENTRA[name][role]) for role in table)
    assert set(ENTRA["unit_scopable_roles"]) == roles.UNIT_SCOPABLE
    assert set(ENTRA["role_template_ids"]) == set(roles.EVERY_ROLE)


@pytest.fixture
def cast(district):
    """One person for each row of the tables."""
    restricted = make_unit("Witness protection", is_restricted=True)
    group = Group.objects.create(name="Admins", is_role_assignable=True)
    assign(group, "Reports Reader")
    found = {roles.NO_ROLE: district.sam}
    for number, row in enumerate(sorted(roles.ROWS - {roles.NO_ROLE})):
        person = found[row] = make_person(f"p{number}@riverside.example", f"Target {number}")
        if row == roles.IN_ROLE_GROUP:
            GroupMember.objects.create(group=group, user=person)
        elif row == roles.IN_RESTRICTED_UNIT:
            assign(person, roles.PASSWORD, restricted)
        else:
            assign(person, "Printer Administrator" if row == roles.ANY_OTHER else row)
    return found


@pytest.mark.parametrize("table", DEEDS)
def test_every_cell_on_real_people(district, cast, table):
    wrong = []
    for acting, cells in ENTRA[table].items():
        actor = make_person(f"{acting.replace(' ', '.')}@riverside.example".lower(), acting)
        assign(actor, acting)
        for row, allowed in cells.items():
            if reaches(actor, DEEDS[table], cast[row]) != allowed:
                wrong.append((acting, row, allowed))
    assert wrong == []


# Scope


def test_a_role_over_a_unit_reaches_its_members_and_those_below(district):
    assert reaches(district.maria, RESET_PASSWORD, district.sam)
    assert reaches(district.maria, CHANGE_PHONE, district.pia)
    assert not reaches(district.maria, RESET_PASSWORD, district.omar)
    assert "not in your locations" in why(district.maria, RESET_PASSWORD, district.omar)


def test_a_teacher_reaches_the_class_and_nobody_else(district):
    reached = permissions.reachable(district.tom, RESET_PASSWORD)
    assert set(reached) == {district.nora}
    assert not reaches(district.tom, CHANGE_PHONE, district.nora)
    assert "does not include" in why(district.tom, CHANGE_PHONE, district.nora)


def test_nobody_acts_on_their_own_account(district):
    for actor in (district.admin, district.helen, district.maria):
        assert not reaches(actor, RESET_PASSWORD, actor)
        assert "your own account" in why(actor, RESET_PASSWORD, actor)


def test_without_a_role_nobody_is_reached(district):
    assert not permissions.reachable(district.sam, RESET_PASSWORD).exists()
    assert not permissions.reachable(district.sam, VIEW).exists()


def test_a_switched_off_manager_reaches_nobody(district):
    User.objects.filter(pk=district.helen.pk).update(is_active=False)
    assert not reaches(district.helen, RESET_PASSWORD, district.sam)


@pytest.mark.parametrize(
    ("starts", "ends", "power"),
    [(None, None, True), (-1, 1, True), (1, 2, False), (-2, -1, False), (None, 1, True)],
)
def test_a_role_counts_from_its_start_to_its_end(district, starts, ends, power):
    day, now = timedelta(days=1), timezone.now()
    dates = {"starts_at": starts and now + starts * day, "ends_at": ends and now + ends * day}
    actor = make_person("sub@riverside.example", "Sub Stitute")
    assign(actor, roles.PASSWORD, district.lincoln, **dates)
    assert reaches(actor, RESET_PASSWORD, district.pia) == power


def test_members_of_a_group_hold_its_roles_and_owners_do_not(district):
    group = Group.objects.create(name="Lincoln helpers", is_role_assignable=True)
    assign(group, roles.PASSWORD, district.lincoln)
    member, owner = (make_person(f"{n}@riverside.example", n) for n in ("member", "owner"))
    GroupMember.objects.create(group=group, user=member)
    GroupOwner.objects.create(group=group, user=owner)
    assert reaches(member, RESET_PASSWORD, district.pia)
    assert not reaches(owner, RESET_PASSWORD, district.pia)


# No escalation


def test_over_a_unit_whoever_holds_a_tenant_role_is_out_of_reach(district):
    from directory.models import UnitMembership

    UnitMembership.objects.create(unit=district.lincoln, user=district.admin)
    assert not reaches(district.maria, RESET_PASSWORD, district.admin)
    assert "holds Global Administrator" in why(district.maria, RESET_PASSWORD, district.admin)


@pytest.mark.parametrize(
    ("place", "role", "reached"),
    [
        ("lincoln_students", roles.PASSWORD, True),  # strictly below, and in the table
        ("lincoln_students", roles.HELPDESK, False),  # strictly below, not in the table
        ("lincoln", roles.PASSWORD, False),  # the very same unit
        ("algebra", roles.PASSWORD, False),  # elsewhere
        (None, roles.PASSWORD, False),  # the whole tenant
    ],
)
def test_a_colleague_whose_roles_lie_strictly_below_is_reached(district, place, role, reached):
    assign(district.sam, role, place and getattr(district, place))
    assert reaches(district.maria, RESET_PASSWORD, district.sam) == reached


def test_one_role_elsewhere_is_enough_to_protect(district):
    assign(district.sam, roles.PASSWORD, district.lincoln_students)
    assign(district.sam, roles.PASSWORD, district.algebra)
    assert not reaches(district.maria, RESET_PASSWORD, district.sam)


def test_a_role_that_starts_next_year_protects_already_and_one_that_ended_no_more(district):
    day, now = timedelta(days=1), timezone.now()
    future = assign(district.sam, roles.GLOBAL, starts_at=now + 300 * day)
    assert not reaches(district.maria, RESET_PASSWORD, district.sam)
    future.delete()
    assign(district.sam, roles.GLOBAL, ends_at=now - day)
    assert reaches(district.maria, RESET_PASSWORD, district.sam)


def test_assignments_are_never_combined(district):
    """Helpdesk over the class and Authentication over the school: each alone refuses, so both do."""
    actor = make_person("two@riverside.example", "Two Hats")
    assign(actor, roles.HELPDESK, district.lincoln_students)
    assign(actor, roles.AUTHENTICATION, district.jefferson)
    assign(district.pia, roles.HELPDESK, district.lincoln_students)
    assert not reaches(actor, RESET_PASSWORD, district.pia)
    assert not reaches(actor, CHANGE_PHONE, district.pia)


def in_group(person, *, owner=False, **group):
    made = Group.objects.create(**({"name": "G", "is_role_assignable": True} | group))
    (GroupOwner if owner else GroupMember).objects.create(group=made, user=person)
    return made


@pytest.mark.parametrize("owner", [False, True])
def test_a_group_with_unit_roles_only_counts_as_holding_them(district, owner):
    group = in_group(district.sam, owner=owner)
    assign(group, roles.PASSWORD, district.lincoln_students)
    assert reaches(district.maria, RESET_PASSWORD, district.sam)
    assign(group, roles.PASSWORD, district.algebra)
    assert not reaches(district.maria, RESET_PASSWORD, district.sam)


@pytest.mark.parametrize("owner", [False, True])
def test_any_other_role_group_counts_as_its_own_row(district, owner):
    group = in_group(district.sam, owner=owner)
    assert not reaches(district.maria, RESET_PASSWORD, district.sam)  # may carry anything tomorrow
    assert not reaches(district.helen, RESET_PASSWORD, district.sam)
    assert reaches(district.admin, RESET_PASSWORD, district.sam)
    assign(group, "Directory Readers")
    assert not reaches(district.helen, RESET_PASSWORD, district.sam)
    assert "group that carries roles" in why(district.helen, RESET_PASSWORD, district.sam)


def test_an_ordinary_group_protects_nobody(district):
    in_group(district.sam, is_role_assignable=False)
    assert reaches(district.maria, RESET_PASSWORD, district.sam)


# Restricted units


def test_a_restricted_unit_protects_everyone_in_and_below_it(district):
    from directory.models import UnitMembership

    closed = make_unit("Board", is_restricted=True)
    below = make_unit("Board office", closed)
    UnitMembership.objects.create(unit=below, user=district.sam)
    for actor in (district.admin, district.helen, district.maria):
        assert not reaches(actor, RESET_PASSWORD, district.sam)
        assert "restricted location" in why(actor, RESET_PASSWORD, district.sam)
    inside = make_person("inside@riverside.example", "In Side")
    assign(inside, roles.PASSWORD, below)
    assert reaches(inside, RESET_PASSWORD, district.sam)


def test_above_a_restricted_unit_is_not_enough(district):
    from directory.models import UnitMembership

    closed = make_unit("Counselling", district.lincoln, is_restricted=True)
    UnitMembership.objects.create(unit=closed, user=district.pia)
    assert not reaches(district.maria, RESET_PASSWORD, district.pia)


# Seeing


def test_search_keeps_to_ones_own_people_unless_the_tenant_opens_it(district):
    assert set(permissions.findable(district.tom)) == {district.nora}
    Settings.objects.update(look_up_everyone=True)
    assert district.sam in permissions.findable(district.tom)
    assert not permissions.findable(district.sam).exists()


def test_a_refusal_far_away_tells_nothing_about_roles(district):
    assert why(district.tom, RESET_PASSWORD, district.admin) == "Ada is not in your locations."


def test_guests_are_out_of_everybodys_reach(district, lake, guest_maria):
    with lake.tenant.scope():
        for action in (RESET_PASSWORD, CHANGE_PHONE):
            assert not reaches(lake.admin, action, guest_maria)
        assert "guest" in why(lake.admin, RESET_PASSWORD, guest_maria)
        assert set(permissions.reachable(guest_maria, RESET_PASSWORD)) == {lake.ivy}


def test_people_of_another_tenant_are_nobody(district, lake):
    assert not permissions.reachable(district.admin, RESET_PASSWORD).contains(lake.ivy)
    assert not permissions.findable(district.admin).contains(lake.ivy)


# Places


def test_locations_are_the_topmost_units_of_ones_roles(district):
    assert {u.name for u in permissions.locations(district.tom)} == {"Algebra 2", "Biology"}
    assert {u.name for u in permissions.locations(district.helen)} == {"Lincoln Elementary", "Jefferson High"}
    assign(district.tom, roles.PASSWORD, district.jefferson)
    tom = User.objects.get(pk=district.tom.pk)
    assert {u.name for u in permissions.locations(tom)} == {"Jefferson High"}
    assert district.lincoln not in permissions.units(tom)


@pytest.mark.parametrize(("access", "opens"), [("all", True), ("nobody", False), ("selected", False)])
def test_the_switch_opens_the_portal_for_those_with_a_role(district, access, opens):
    group = Group.objects.create(name="Pilot")
    Settings.objects.update(my_staff_access=access, my_staff_group=group)
    assert permissions.opens_portal(district.maria) == opens
    assert not permissions.opens_portal(district.sam)
    if access == "selected":
        GroupMember.objects.create(group=group, user=district.maria)
        assert permissions.opens_portal(district.maria)
