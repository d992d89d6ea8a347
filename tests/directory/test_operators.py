"""Operators in a tenant: only where they entered, for an hour, and both trails say so."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from audit.models import Entry, Result
from directory import actions, administrators, guests, operators, roles
from directory.connectors import Refused
from directory.door import Denied, Initiator
from directory.models import Group, Invitation, RoleAssignment, User
from tenants.models import operators as operators_tenant
from tests.conftest import assign, make_person


def enter(operator, tenant) -> User:
    with operators_tenant().scope():
        operators.enter(tenant, by=Initiator(operator, "192.0.2.1", "Admin"))
    return User.objects.get(home_user_id=operator.pk)


def leave(operator, tenant) -> None:
    with operators_tenant().scope():
        operators.leave(tenant, by=Initiator(operator))


def stands_for(operator, tenant):
    return guests.as_guest(operator, tenant)


def test_an_operator_is_a_stranger_until_they_enter(district, lake, operator):
    assert stands_for(operator, district.tenant) == AnonymousUser()
    guest = enter(operator, district.tenant)
    assert stands_for(operator, district.tenant) == guest
    assert guest.holds(roles.GLOBAL) and guest.is_entered_operator and not guest.has_usable_password()
    with lake.tenant.scope():
        assert stands_for(operator, lake.tenant) == AnonymousUser()


def test_both_trails_say_who_and_until_when(district, operator):
    enter(operator, district.tenant)
    here = Entry.objects.get()
    with operators_tenant().scope():
        there = Entry.objects.get(result=Result.SUCCESS)
    assert here.activity == there.activity == "Operator entered the tenant"
    assert here.actor_principal_name == there.actor_principal_name == "operator@mystaff.example"
    assert there.target_name == district.tenant.name
    until = RoleAssignment.objects.get(user__home_user_id=operator.pk).ends_at
    assert until - timezone.now() <= timedelta(hours=1)
    for entry in (here, there):
        assert entry.modified_properties[0]["newValue"][:19] == until.isoformat()[:19]


def test_the_stay_is_over_after_an_hour(district, operator):
    enter(operator, district.tenant)
    before = timezone.now() - timedelta(seconds=1)
    with operators_tenant().scope():
        Invitation.objects.update(ends_at=before)
    assert stands_for(operator, district.tenant) == AnonymousUser()
    assert guests.organizations(operator) == [operators_tenant()]


def test_who_is_no_operator_any_more_is_out_at_once(district, operator):
    enter(operator, district.tenant)
    with operators_tenant().scope():
        RoleAssignment.objects.filter(user=operator).delete()
        operator = User.objects.get(pk=operator.pk)
    assert stands_for(operator, district.tenant) == AnonymousUser()


def test_leaving_ends_it_and_leaves_nothing_but_the_trail(district, operator):
    enter(operator, district.tenant)
    leave(operator, district.tenant)
    assert stands_for(operator, district.tenant) == AnonymousUser()
    assert not User.objects.filter(home_user_id=operator.pk).exists()
    assert set(Entry.objects.values_list("activity", flat=True)) == {
        "Operator entered the tenant",
        "Operator left the tenant",
    }


def test_the_tenants_administrators_see_and_remove_them(district, operator):
    guest = enter(operator, district.tenant)
    guests.remove(guest, by=Initiator(district.admin))
    assert stands_for(operator, district.tenant) == AnonymousUser()


def test_only_operators_enter_and_not_their_own_tenant(district, operator):
    with operators_tenant().scope():
        temp = make_person("temp@mystaff.example", "Temp")
        with pytest.raises(Denied):
            operators.enter(district.tenant, by=Initiator(temp))
        with pytest.raises(Refused):
            operators.enter(operators_tenant(), by=Initiator(operator))
    with pytest.raises(Denied):
        operators.enter(district.tenant, by=Initiator(district.admin))
    assert not User.objects.exclude(home_tenant=None).exists()


def test_entering_again_begins_anew_with_one_row(district, operator):
    first, second = enter(operator, district.tenant), enter(operator, district.tenant)
    assert first == second
    assert RoleAssignment.objects.filter(user=first).count() == 1


# Nothing lasting comes of it


def test_the_stay_is_neither_prolonged_nor_widened(district, operator):
    guest = enter(operator, district.tenant)
    group = Group.objects.create(name="Admins", is_role_assignable=True)
    plain = Group.objects.create(name="Plain")
    held = RoleAssignment.objects.get(user=guest)
    by = Initiator(district.admin)
    for deed in (
        lambda: actions.change_role(held, role=held.role, unit=None, starts_at=None, ends_at=None, by=by),
        lambda: actions.assign_role(RoleAssignment(user=guest, role=roles.GLOBAL), by=by),
        lambda: actions.add_group_member(group, guest, by=by),
        lambda: actions.add_group_member(plain, guest, by=by),
        lambda: actions.remove_role(held, by=by),
    ):
        with pytest.raises(Denied, match="hour"):
            deed()
    assert RoleAssignment.objects.get(user=guest).ends_at == held.ends_at


def test_one_operator_does_not_make_another_one_stay(district, operator):
    guest = enter(operator, district.tenant)
    with operators_tenant().scope():
        other = make_person("other@mystaff.example", "Other Operator")
        assign(other, roles.OPERATOR)
        operators.enter(district.tenant, by=Initiator(other))
    second = User.objects.get(home_user_id=other.pk)
    with pytest.raises(Denied, match="hour"):
        actions.assign_role(RoleAssignment(user=second, role=roles.GLOBAL), by=Initiator(guest))


def test_such_a_guest_is_never_the_last_administrator(district, operator):
    guest = enter(operator, district.tenant)
    assert guest.pk not in administrators.lasting()
    with pytest.raises(Refused, match="last Global Administrator"):
        actions.remove_user(district.admin, by=Initiator(guest))


def test_an_operator_helps_a_tenant_that_has_nobody_left(district, operator):
    """What the rule about the last one must not stop: there is none, and somebody has to make one."""
    RoleAssignment.objects.filter(user=district.admin).delete()
    by = Initiator(enter(operator, district.tenant))
    actions.assign_role(RoleAssignment(user=district.omar, role=roles.GLOBAL), by=by)
    assert administrators.lasting() == {district.omar.pk}
