"""Locations: a Global Administrator's, but for what lies in a restricted one."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from audit.models import Entry, Result
from directory import actions, roles
from directory.actions import units
from directory.connectors import Refused
from directory.door import Denied, Initiator
from directory.models import AdministrativeUnit, PasswordPolicy, RoleAssignment, UnitMembership, User
from tests.conftest import assign, make_person, make_unit
from tests.directory.trail import changes, outcomes


@pytest.fixture
def by(district):
    return Initiator(district.admin, surface="Admin")


def members(unit) -> set:
    return {membership.user for membership in UnitMembership.objects.filter(unit=unit)}


def test_a_location_is_added_changed_and_removed(district, by):
    library = AdministrativeUnit(name="Library", kind="department", parent=district.lincoln)
    actions.add_unit(library, by=by)
    assert library.path.startswith(district.lincoln.path)
    assert changes("Add administrative unit") == {
        "displayName": (None, "Library"),
        "kind": (None, "department"),
        "parent": (None, "Lincoln Elementary"),
        "hiddenMembership": (None, False),
        "isMemberManagementRestricted": (None, False),
    }
    actions.update_unit(library, {"name": "Media", "is_restricted": True}, by=by)
    assert changes("Update administrative unit") == {"displayName": ("Library", "Media")}
    assert not AdministrativeUnit.objects.get(pk=library.pk).is_restricted
    actions.remove_unit(library, by=by)
    assert not AdministrativeUnit.objects.filter(pk=library.pk).exists()
    assert changes("Delete administrative unit")["displayName"] == ("Media", None)


def test_a_moved_location_takes_along_what_lies_below(district, by):
    actions.move_unit(district.lincoln, district.jefferson, by=by)
    staff = AdministrativeUnit.objects.get(pk=district.lincoln_staff.pk)
    assert staff.path.startswith(district.jefferson.path)
    assert changes("Update administrative unit") == {"parent": (None, "Jefferson High")}


def test_a_circle_is_refused(district, by):
    with pytest.raises(Refused, match="below itself"):
        actions.move_unit(district.lincoln, district.lincoln_staff, by=by)
    assert AdministrativeUnit.objects.get(pk=district.lincoln.pk).parent is None


def test_a_location_with_others_below_stays(district, by):
    with pytest.raises(Refused, match="below it"):
        actions.remove_unit(district.jefferson, by=by)
    assert RoleAssignment.objects.filter(unit=district.algebra).exists()


def test_with_a_location_go_the_roles_over_it(district, by):
    actions.remove_unit(district.algebra, by=by)
    assert not RoleAssignment.objects.filter(user=district.tom, unit=district.algebra).exists()
    gone = changes("Delete administrative unit")
    assert gone["members"] == (1, None)
    assert gone["Role.DisplayName"] == ("Password Administrator, Tom Baker", None)


def test_people_come_in_and_go(district, by):
    actions.add_unit_member(district.biology, district.pia, by=by)
    actions.add_unit_member(district.biology, district.pia, by=by)  # is there: no deed
    assert members(district.biology) == {district.pia}
    assert outcomes("Add member to administrative unit") == [Result.SUCCESS]
    assert changes("Add member to administrative unit") == {
        "AdministrativeUnit.DisplayName": (None, "Biology")
    }
    actions.remove_unit_member(district.biology, district.pia, by=by)
    assert members(district.biology) == set()
    assert changes("Remove member from administrative unit") == {
        "AdministrativeUnit.DisplayName": ("Biology", None)
    }


def test_a_guest_belongs_to_no_location(district, lake, guest_maria):
    with lake.tenant.scope(), pytest.raises(Refused, match="guest"):
        actions.add_unit_member(lake.harbor, guest_maria, by=Initiator(lake.admin))


DEEDS = {
    "add": lambda d, by: actions.add_unit(AdministrativeUnit(name="New"), by=by),
    "update": lambda d, by: actions.update_unit(d.lincoln, {"name": "X"}, by=by),
    "move": lambda d, by: actions.move_unit(d.lincoln, d.jefferson, by=by),
    "remove": lambda d, by: actions.remove_unit(d.biology, by=by),
    "add member": lambda d, by: actions.add_unit_member(d.biology, d.pia, by=by),
    "remove member": lambda d, by: actions.remove_unit_member(d.lincoln_staff, d.sam, by=by),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_nobody_else_does_any_of_it(district, deed):
    """Who is where decides who reaches whom: not for a User or Privileged Role Administrator to change."""
    actors = [district.sam, district.helen, district.maria]
    for number, role in enumerate((roles.USER, roles.GROUPS, roles.PRIVILEGED_ROLE, roles.GLOBAL_READER)):
        actors.append(make_person(f"a{number}@riverside.example", role))
        assign(actors[-1], role)
    for actor in actors:
        with pytest.raises(Denied):
            DEEDS[deed](district, Initiator(actor))
    assert set(Entry.objects.values_list("result", flat=True)) == {Result.DENIED}


def test_a_name_is_needed(district, by):
    with pytest.raises(ValidationError):
        actions.add_unit(AdministrativeUnit(name=""), by=by)


def test_nothing_of_another_tenant_comes_in(district, lake, by):
    with pytest.raises(User.DoesNotExist):
        actions.add_unit_member(district.biology, lake.ivy, by=by)
    with pytest.raises(AdministrativeUnit.DoesNotExist):
        actions.move_unit(district.biology, lake.harbor, by=by)
    with pytest.raises(ValidationError):
        actions.add_unit(AdministrativeUnit(name="New", parent=lake.harbor), by=by)
    assert not Entry.objects.exists()


# Restricted locations


@pytest.fixture
def closed(district):
    """A restricted location with a room in it, in which Pia is."""
    closed = make_unit("Closed", is_restricted=True)
    room = make_unit("Room", closed)
    UnitMembership.objects.create(unit=room, user=district.pia)
    return closed


def test_who_is_kept_out_takes_nobody_out(district, by, closed):
    room = closed.children.get()
    for deed in (
        lambda: actions.remove_unit_member(room, district.pia, by=by),
        lambda: actions.remove_unit_member(district.lincoln_students, district.pia, by=by),
        lambda: actions.add_unit_member(district.biology, district.pia, by=by),
        lambda: actions.move_unit(room, None, by=by),
        lambda: actions.remove_unit(room, by=by),
    ):
        with pytest.raises(Denied, match="restricted"):
            deed()
    assert members(room) == {district.pia}
    assert AdministrativeUnit.objects.get(pk=room.pk).parent == closed


def test_who_also_rules_there_does(district, by, closed):
    room = closed.children.get()
    assign(district.admin, roles.AUTHENTICATION, closed)
    actions.remove_unit_member(room, district.pia, by=Initiator(User.objects.get(pk=district.admin.pk)))
    assert members(room) == set()


def test_a_role_beside_it_or_over_another_one_does_not_help(district, closed):
    room, other = closed.children.get(), make_unit("Other", closed)
    assign(district.admin, roles.AUTHENTICATION, other)
    with pytest.raises(Denied, match="restricted"):
        actions.remove_unit_member(room, district.pia, by=Initiator(district.admin))


def test_people_come_into_a_restricted_location_and_are_then_out_of_reach(district, by, closed):
    actions.add_unit_member(closed, district.sam, by=by)
    with pytest.raises(Denied, match="restricted"):
        actions.remove_unit_member(closed, district.sam, by=by)
    with pytest.raises(Denied, match="restricted"):
        actions.disable_user(district.sam, by=by)


@pytest.mark.django_db(transaction=True)
def test_of_two_moved_below_one_another_at_once_one_stays(district, monkeypatch):
    at_once, inside = Barrier(2), units.inside

    def together(row):
        with suppress(BrokenBarrierError):
            at_once.wait(timeout=2)  # both have looked before either moves
        at_once.abort()
        return inside(row)

    def move(unit, parent) -> str:
        try:
            with district.tenant.scope():
                actions.move_unit(unit, parent, by=Initiator(User.objects.get(pk=district.admin.pk)))
            return "done"
        except Refused:
            return "refused"
        finally:
            connection.close()

    monkeypatch.setattr(units, "inside", together)
    pair = [district.lincoln, district.jefferson]
    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(move, pair, reversed(pair))) == ["done", "refused"]
    assert AdministrativeUnit.objects.filter(parent=None).count() == 1


def test_a_location_is_added_where_the_one_above_is_now(district):
    new = AdministrativeUnit(name="Room 7", parent=district.algebra)
    new.prepare()
    AdministrativeUnit.objects.get(pk=district.algebra.pk).move(district.lincoln)
    actions.add_unit(new, by=Initiator(district.admin))
    assert AdministrativeUnit.objects.get(pk=new.pk).is_below(district.lincoln)


def test_a_policy_for_passwords_that_goes_with_a_location_is_in_the_trail(district, by):
    PasswordPolicy.objects.create(unit=district.biology, preset="nist")
    actions.remove_unit(district.biology, by=by)
    assert not PasswordPolicy.objects.exists()
    assert changes("Delete administrative unit")["passwordPolicy"] == ("NIST SP 800-63B-4", None)
