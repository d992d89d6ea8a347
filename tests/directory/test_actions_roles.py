"""Role assignments: nobody gives more than they hold, nothing to themselves, and nothing by a detour."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from audit.models import Entry, Result
from directory import actions, administrators, granting, roles
from directory.connectors import Refused
from directory.door import Denied, Initiator
from directory.models import Group, GroupMember, RoleAssignment, User
from tests.conftest import assign, make_person
from tests.directory.trail import changes, outcomes


@pytest.fixture
def by(district):
    return Initiator(district.admin, surface="Admin")


@pytest.fixture
def pru(district):
    pru = make_person("pru@riverside.example", "Pru Privileged")
    assign(pru, roles.PRIVILEGED_ROLE)
    return pru


def give(principal, role, by, unit=None, **dates) -> RoleAssignment:
    kind = "user" if isinstance(principal, User) else "group"
    held = RoleAssignment(**{kind: principal}, role=role, unit=unit, **dates)
    actions.assign_role(held, by=by)
    return held


def change(held, by, **values) -> None:
    facts = {name: getattr(held, name) for name in ("role", "unit", "starts_at", "ends_at")}
    actions.change_role(held, **facts | values, by=by)


def test_a_role_is_given_changed_and_taken(district, by):
    held = give(district.sam, roles.HELPDESK, by)
    assert changes("Add member to role") == {"Role.DisplayName": (None, roles.HELPDESK)}
    change(held, by, unit=district.lincoln)
    assert changes("Update role assignment") == {
        "AdministrativeUnit.DisplayName": (None, "Lincoln Elementary")
    }
    actions.remove_role(RoleAssignment.objects.get(pk=held.pk), by=by)
    assert not RoleAssignment.objects.filter(user=district.sam).exists()
    assert changes("Remove scoped member from role") == {
        "Role.DisplayName": (roles.HELPDESK, None),
        "AdministrativeUnit.DisplayName": ("Lincoln Elementary", None),
    }


def test_a_scoped_role_has_its_own_event(district, by):
    give(district.sam, roles.PASSWORD, by, district.lincoln)
    assert outcomes("Add scoped member to role") == [Result.SUCCESS]


def test_a_group_gets_a_role(district, by):
    group = Group.objects.create(name="Helpers", is_role_assignable=True)
    give(group, roles.HELPDESK, by)
    entry = Entry.objects.get(activity="Add member to role", result=Result.SUCCESS)
    assert (entry.target_type, entry.target_name) == ("Group", "Helpers")
    with pytest.raises(ValidationError, match="cannot be assigned"):
        give(Group.objects.create(name="Plain"), roles.HELPDESK, by)


@pytest.mark.parametrize("role", [roles.OPERATOR, "Emperor", ""])
def test_there_are_no_other_roles(district, by, role):
    with pytest.raises(ValidationError):
        give(district.sam, role, by)


def test_a_role_over_the_tenant_only_fits_no_location(district, by):
    with pytest.raises(ValidationError, match="whole tenant only"):
        give(district.sam, roles.GLOBAL, by, district.lincoln)


def test_an_end_before_the_start_is_refused(district, by):
    now = timezone.now()
    with pytest.raises(ValidationError, match="before the start"):
        give(district.sam, roles.HELPDESK, by, starts_at=now, ends_at=now - timedelta(days=1))


def test_the_same_role_is_given_once(district, by):
    give(district.sam, roles.HELPDESK, by)
    with pytest.raises(Refused, match="held already"):
        give(district.sam, roles.HELPDESK, by)


def test_nothing_of_another_tenant_is_given_or_reached(district, lake, by):
    for principal, unit in ((lake.ivy, None), (district.sam, lake.harbor)):
        with pytest.raises(ValidationError):
            give(principal, roles.PASSWORD, by, unit)
    with lake.tenant.scope():
        theirs = RoleAssignment.objects.get(user=lake.kai)
    with pytest.raises(RoleAssignment.DoesNotExist):
        change(theirs, by, role=roles.PASSWORD)
    with pytest.raises(RoleAssignment.DoesNotExist):
        actions.remove_role(theirs, by=by)
    with lake.tenant.scope():
        assert RoleAssignment.objects.filter(pk=theirs.pk).exists()


# Who gives and takes


def test_only_global_and_privileged_role_administrators(district, pru):
    actors = [district.sam, district.helen, district.maria]
    for number, role in enumerate(
        (roles.USER, roles.GROUPS, roles.GLOBAL_READER, roles.PRIVILEGED_AUTHENTICATION)
    ):
        actors.append(make_person(f"a{number}@riverside.example", role))
        assign(actors[-1], role)
    held = RoleAssignment.objects.get(user=district.helen)
    for actor in actors:
        for deed in (
            lambda by: give(district.omar, roles.PASSWORD, by),
            lambda by: change(held, by, unit=district.lincoln),
            lambda by: actions.remove_role(held, by=by),
        ):
            with pytest.raises(Denied):
                deed(Initiator(actor))
    give(district.omar, roles.PASSWORD, Initiator(pru))
    assert RoleAssignment.objects.get(user=district.helen).unit is None


@pytest.mark.parametrize("role", sorted(granting.EVERYTHING))
def test_a_privileged_role_administrator_neither_gives_nor_takes_everything(district, pru, role):
    with pytest.raises(Denied, match="Only a Global"):
        give(district.sam, role, Initiator(pru))
    held = assign(district.omar, role)
    with pytest.raises(Denied, match="Only a Global"):
        actions.remove_role(held, by=Initiator(pru))
    with pytest.raises(Denied, match="Only a Global"):
        change(held, Initiator(pru), ends_at=timezone.now() + timedelta(days=1))
    mine = assign(district.nora, roles.PASSWORD)
    with pytest.raises(Denied, match="Only a Global"):
        change(mine, Initiator(pru), role=role)


def test_nobody_gives_themselves_a_role(district, pru):
    for actor in (district.admin, pru):
        with pytest.raises(Denied, match="own roles"):
            give(actor, roles.HELPDESK, Initiator(actor))
        group = Group.objects.create(name=f"Of {actor}", is_role_assignable=True)
        GroupMember.objects.create(group=group, user=actor)
        with pytest.raises(Denied, match="own roles"):
            give(group, roles.HELPDESK, Initiator(actor))


def test_a_privileged_role_administrator_does_not_get_rid_of_a_role_of_their_own(district, pru):
    """Else they could reset somebody's password, give up that role, and make them somebody afterwards."""
    held = assign(pru, roles.HELPDESK, district.lincoln)
    with pytest.raises(Denied, match="own roles"):
        actions.remove_role(held, by=Initiator(pru))


@pytest.mark.parametrize("later", [False, True])
def test_whom_another_role_of_theirs_covers_is_left_alone(district, pru, later):
    dates = {"starts_at": timezone.now() + timedelta(days=1)} if later else {}
    assign(pru, roles.HELPDESK, district.lincoln, **dates)
    by = Initiator(User.objects.get(pk=pru.pk))
    held = assign(district.pia, roles.PASSWORD, district.biology)
    for deed in (
        lambda: give(district.sam, roles.USER, by),
        lambda: actions.remove_role(held, by=by),
        lambda: change(held, by, unit=district.algebra),
    ):
        with pytest.raises(Denied, match="covers"):
            deed()
    give(district.omar, roles.USER, by)  # at another school


def test_a_role_that_a_roster_gave_is_taken_and_not_changed(district, by):
    held = assign(district.omar, roles.PASSWORD, district.algebra, source="oneroster")
    with pytest.raises(Refused, match="roster"):
        change(held, by, ends_at=timezone.now() + timedelta(days=1))
    actions.remove_role(held, by=by)
    assert not RoleAssignment.objects.filter(user=district.omar).exists()


# The last Global Administrator


def test_who_counts(district, lake, by):
    assert administrators.lasting() == {district.admin.pk}
    dated = timezone.now() + timedelta(days=365)
    for number, fields in enumerate(({"is_active": False}, {"password": "!"}, {"home_tenant": lake.tenant})):
        assign(make_person(f"x{number}@riverside.example", "X", **fields), roles.GLOBAL)
    assign(district.sam, roles.GLOBAL, ends_at=dated)
    assign(district.omar, roles.GLOBAL, starts_at=dated)
    assert administrators.lasting() == {district.admin.pk}
    group = Group.objects.create(name="Admins", is_role_assignable=True)
    assign(group, roles.GLOBAL)
    GroupMember.objects.create(group=group, user=district.pia)
    assert administrators.lasting() == {district.admin.pk, district.pia.pk}


@pytest.fixture
def second(district):
    """Another Global Administrator, for a while: does not count as the last."""
    second = make_person("second@riverside.example", "Second Admin")
    assign(second, roles.GLOBAL, ends_at=timezone.now() + timedelta(days=1))
    return Initiator(second)


def test_the_last_one_stays_whatever_is_tried(district, second):
    held = RoleAssignment.objects.get(user=district.admin)
    for deed in (
        lambda: actions.disable_user(district.admin, by=second),
        lambda: actions.remove_user(district.admin, by=second),
        lambda: actions.remove_role(held, by=second),
        lambda: change(held, second, ends_at=timezone.now() + timedelta(days=1)),
        lambda: change(held, second, starts_at=timezone.now() + timedelta(days=1)),
        lambda: change(held, second, role=roles.HELPDESK),
        lambda: actions.remove_role(held, by=Initiator(district.admin)),
    ):
        with pytest.raises(Refused, match="last Global Administrator"):
            deed()
    assert administrators.lasting() == {district.admin.pk}
    assert set(Entry.objects.values_list("result", flat=True)) == {Result.ATTEMPTED, Result.FAILURE}


def test_the_last_one_stays_who_is_one_through_a_group(district, second):
    group = Group.objects.create(name="Admins", is_role_assignable=True)
    held = assign(group, roles.GLOBAL)
    GroupMember.objects.create(group=group, user=district.omar)
    actions.remove_role(RoleAssignment.objects.get(user=district.admin), by=second)
    for deed in (
        lambda: actions.remove_group_member(group, district.omar, by=second),
        lambda: actions.remove_group(group, by=second),
        lambda: actions.remove_role(held, by=second),
        lambda: actions.remove_user(district.omar, by=second),
    ):
        with pytest.raises(Refused, match="last Global Administrator"):
            deed()
    assert administrators.lasting() == {district.omar.pk}


def test_of_several_one_may_go(district, second):
    assign(district.omar, roles.GLOBAL)
    actions.remove_user(district.admin, by=second)
    assert administrators.lasting() == {district.omar.pk}
