"""Groups: plain ones for whoever manages groups, those on which power hangs for their guardians."""

import pytest
from django.core.exceptions import ValidationError

from audit.models import Entry, Result
from directory import actions, roles
from directory.connectors import Refused
from directory.door import Denied, Initiator
from directory.models import Group, GroupMember, GroupOwner, Settings, User
from tests.conftest import assign, make_person
from tests.directory.trail import changes, outcomes


@pytest.fixture
def by(district):
    return Initiator(district.admin, surface="Admin")


@pytest.fixture
def staff(district):
    """A Groups and a Privileged Role Administrator of the whole tenant."""
    people = {}
    for name, role in (("gus", roles.GROUPS), ("pru", roles.PRIVILEGED_ROLE), ("una", roles.USER)):
        people[name] = make_person(f"{name}@riverside.example", name.title())
        assign(people[name], role)
    return people


def plain() -> Group:
    return Group.objects.create(name="Chess club")


def carrying() -> Group:
    return Group.objects.create(name="Helpers", is_role_assignable=True)


def selected() -> Group:
    group = Group.objects.create(name="My Staff users")
    Settings.objects.update(my_staff_access="selected", my_staff_group=group)
    return group


def test_a_group_is_added_renamed_and_removed(district, by):
    club = Group(name="Chess club")
    actions.add_group(club, by=by)
    assert changes("Add group") == {"displayName": (None, "Chess club"), "isAssignableToRole": (None, False)}
    actions.update_group(club, "Go club", by=by)
    assert changes("Update group") == {"displayName": ("Chess club", "Go club")}
    actions.remove_group(club, by=by)
    assert not Group.objects.exists()
    assert changes("Delete group")["displayName"] == ("Go club", None)


def test_a_name_that_is_taken_is_refused(district, by):
    plain()
    with pytest.raises(ValidationError, match="exists|taken|once"):
        actions.add_group(Group(name="Chess club"), by=by)
    other = Group.objects.create(name="Other")
    with pytest.raises(ValidationError):
        actions.update_group(other, "Chess club", by=by)


def test_members_and_owners_come_and_go(district, by):
    club = plain()
    actions.add_group_member(club, district.sam, by=by)
    actions.add_group_member(club, district.sam, by=by)  # is in it: no deed
    actions.add_group_owner(club, district.omar, by=by)
    assert (list(club.members.all()), list(club.owners.all())) == ([district.sam], [district.omar])
    assert outcomes("Add member to group") == [Result.SUCCESS]
    assert changes("Add owner to group") == {"Group.DisplayName": (None, "Chess club")}
    actions.remove_group_member(club, district.sam, by=by)
    actions.remove_group_owner(club, district.omar, by=by)
    assert not GroupMember.objects.exists() and not GroupOwner.objects.exists()
    assert changes("Remove member from group") == {"Group.DisplayName": ("Chess club", None)}
    assert outcomes("Remove owner from group") == [Result.SUCCESS]


DEEDS = {
    "update": lambda group, d, by: actions.update_group(group, "X", by=by),
    "add member": lambda group, d, by: actions.add_group_member(group, d.sam, by=by),
    "remove member": lambda group, d, by: actions.remove_group_member(group, d.omar, by=by),
    "add owner": lambda group, d, by: actions.add_group_owner(group, d.sam, by=by),
    "remove owner": lambda group, d, by: actions.remove_group_owner(group, d.omar, by=by),
    "remove": lambda group, d, by: actions.remove_group(group, by=by),
}
MAY = {plain: {"admin", "gus"}, carrying: {"admin", "pru"}, selected: {"admin", "pru"}}


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("kind", MAY)
def test_who_changes_which_group(district, staff, kind, deed):
    group = kind()
    if kind is selected and deed == "remove":
        Settings.objects.update(my_staff_access="all")  # else the setting keeps it, for everybody
    actors = {"admin": district.admin, "sam": district.sam, "helen": district.helen, **staff}
    allowed = set()
    for name, actor in actors.items():
        GroupMember.objects.get_or_create(group=group, user=district.omar)
        GroupOwner.objects.get_or_create(group=group, user=district.omar)
        try:
            DEEDS[deed](group, district, Initiator(actor))
        except Denied:
            continue
        except Refused as refused:
            assert "settings" in str(refused)
        allowed.add(name)
        Group.objects.get_or_create(
            pk=group.pk, defaults={"name": group.name, "is_role_assignable": group.is_role_assignable}
        )
        Group.objects.filter(pk=group.pk).update(name=group.name)
        GroupMember.objects.filter(group=group).delete()
        GroupOwner.objects.filter(group=group).delete()
    assert allowed == MAY[kind]


def test_only_guardians_make_a_group_that_carries_roles(district, staff):
    actions.add_group(Group(name="By Pru", is_role_assignable=True), by=Initiator(staff["pru"]))
    for name in ("gus", "una"):
        with pytest.raises(Denied):
            actions.add_group(Group(name=f"By {name}", is_role_assignable=True), by=Initiator(staff[name]))
    with pytest.raises(Denied):
        actions.add_group(Group(name="Plain by Pru"), by=Initiator(staff["pru"]))


def test_a_group_that_a_setting_names_stays(district, by):
    group = selected()
    with pytest.raises(Refused, match="settings"):
        actions.remove_group(group, by=by)
    assert Group.objects.filter(pk=group.pk).exists()


# Members of a group that carries roles hold them


def test_nobody_brings_themselves_into_a_group_that_carries_roles(district, staff):
    group = carrying()
    for actor in (district.admin, staff["pru"]):
        with pytest.raises(Denied, match="own roles"):
            actions.add_group_member(group, actor, by=Initiator(actor))
    assert not GroupMember.objects.exists()


def test_a_privileged_role_administrator_leaves_groups_alone_that_hold_everything(district, staff):
    group = carrying()
    assign(group, roles.GLOBAL)
    pru = Initiator(staff["pru"])
    for deed in (
        lambda: actions.add_group_member(group, district.sam, by=pru),
        lambda: actions.remove_group(group, by=pru),
    ):
        with pytest.raises(Denied, match="Global Administrator"):
            deed()
    GroupMember.objects.create(group=group, user=district.omar)
    with pytest.raises(Denied, match="Global Administrator"):
        actions.remove_group_member(group, district.omar, by=pru)


def test_a_group_without_a_role_protects_and_stays(district, staff):
    """Its members are reached as the table's own row says; without it a role beside would reach them."""
    group = carrying()
    GroupMember.objects.create(group=group, user=district.sam)
    assign(staff["pru"], roles.HELPDESK, district.lincoln)
    pru = Initiator(User.objects.get(pk=staff["pru"].pk))
    for deed in (
        lambda: actions.remove_group(group, by=pru),
        lambda: actions.remove_group_member(group, district.sam, by=pru),
    ):
        with pytest.raises(Denied, match="covers"):
            deed()
    actions.add_group_member(group, district.omar, by=pru)


def test_a_global_administrator_may_join_a_group_that_a_setting_names(district, staff):
    group = selected()
    actions.add_group_member(group, district.admin, by=Initiator(district.admin))
    with pytest.raises(Denied):
        actions.add_group_member(group, staff["pru"], by=Initiator(staff["pru"]))


def test_people_of_another_tenant_do_not_come_in(district, lake, by):
    club = plain()
    with pytest.raises(User.DoesNotExist):
        actions.add_group_member(club, lake.ivy, by=by)
    assert not GroupMember.objects.filter(group=club).exists()
    assert not Entry.objects.exists()
