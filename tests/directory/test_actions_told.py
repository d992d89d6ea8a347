"""What the trail and administrators are told of deeds on people, roles and switches: of whom, and why not."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from directory import actions, roles
from directory.actions.settings import update_settings
from directory.connectors import Refused
from directory.door import Initiator
from directory.models import EmailMethod, Group, Message, RoleAssignment, User
from tests.conftest import assign
from tests.directory.trail import changes, last, outcomes

OWN = "An alternate address is one that opens without this account’s password."
TWICE = "This role is held already: change its dates instead."


@pytest.fixture
def by(district):
    return Initiator(district.admin, surface="Admin")


def target(activity: str) -> tuple:
    entry = last(activity)
    return entry.target_type, entry.target_name, entry.target_principal_name


def give(person, role, by, unit=None) -> RoleAssignment:
    held = RoleAssignment(user=person, role=role, unit=unit)
    actions.assign_role(held, by=by)
    return held


def test_a_new_person_is_the_target_of_their_adding(district, by):
    actions.add_user(User(user_principal_name="zoe@riverside.example", display_name="Zoë New"), by=by)
    assert target("Add user") == ("User", "Zoë New", "zoe@riverside.example")


def test_disabling_and_enabling_say_from_what_to_what(district, by):
    actions.disable_user(district.nora, by=by)
    assert changes("Disable account") == {"accountEnabled": (True, False)}
    actions.enable_user(district.nora, by=by)
    assert changes("Enable account") == {"accountEnabled": (False, True)}


def test_a_name_that_is_taken_is_told_so(district, by):
    with pytest.raises(ValidationError, match="This user name is taken."):
        actions.update_user(district.nora, {"user_principal_name": district.sam.user_principal_name}, by=by)


@pytest.mark.parametrize(
    "address", ["nora@riverside.example", "nora@RIVERSIDE.example ", "x@y@riverside.example"]
)
def test_an_address_on_the_tenants_own_domains_is_refused_with_the_reason(district, by, address):
    with pytest.raises(Refused) as refused:
        actions.set_alternate_email(district.nora, address, by=by)
    assert str(refused.value) == OWN and not EmailMethod.objects.filter(user=district.nora).exists()


def test_what_is_no_address_is_refused_in_djangos_words(district, by):
    with pytest.raises(Refused) as refused:
        actions.set_alternate_email(district.nora, "nora", by=by)
    assert str(refused.value) == "Enter a valid email address."


def test_an_address_taken_off_is_told_so_by_mail(district, by):
    actions.set_alternate_email(district.nora, "nora@home.example", by=by)
    actions.remove_alternate_email(district.nora, by=by)
    told = Message.objects.filter(person=district.nora, name="email_removed").get()
    assert (told.channel, told.to) == ("email", "nora@home.example")


# Roles


def test_the_person_is_the_target_of_a_changed_role(district, by):
    held = give(district.sam, roles.HELPDESK, by)
    facts = {"role": roles.HELPDESK, "starts_at": None, "ends_at": None}
    actions.change_role(held, unit=district.lincoln, **facts, by=by)
    assert target("Update role assignment") == (
        "User",
        district.sam.display_name,
        district.sam.user_principal_name,
    )
    actions.change_role(RoleAssignment.objects.get(pk=held.pk), unit=district.lincoln, **facts, by=by)
    assert outcomes("Update role assignment") == ["success"]


def test_the_same_role_over_the_same_location_is_given_once(district, by):
    give(district.sam, roles.PASSWORD, by, district.lincoln)
    with pytest.raises(Refused) as refused:
        give(district.sam, roles.PASSWORD, by, district.lincoln)
    assert str(refused.value) == TWICE
    give(district.sam, roles.PASSWORD, by, district.algebra)
    assert RoleAssignment.objects.filter(user=district.sam).count() == 2


def test_a_role_that_a_roster_gave_is_not_changed_by_hand(district, by):
    held = assign(district.sam, roles.PASSWORD, district.lincoln)
    RoleAssignment.objects.filter(pk=held.pk).update(source="oneroster")
    facts = {"role": roles.PASSWORD, "unit": district.lincoln, "starts_at": None}
    with pytest.raises(Refused) as refused:
        actions.change_role(held, **facts, ends_at=timezone.now(), by=by)
    assert str(refused.value) == "The roster gave this role. Give another one beside it."


def test_a_role_that_is_none_is_refused_at_its_field(district, by):
    with pytest.raises(ValidationError) as refused:
        give(district.sam, "King", by)
    assert refused.value.message_dict == {"role": ["There is no such role."]}


# Switches


def test_the_settings_are_the_target_of_a_switch(district, by):
    update_settings({"notify_people": False}, by=by)
    assert target("Update company settings")[:2] == ("Settings", "Settings")
    assert changes("Update company settings") == {"notify_people": ("True", "False")}


def test_a_group_that_was_not_chosen_before_was_none(district, by):
    group = Group.objects.create(name="Front office")
    update_settings({"my_staff_access": "selected", "my_staff_group": group}, by=by)
    assert changes("Update company settings")["my_staff_group"] == (None, "Front office")


# Locations


def test_who_comes_into_a_location_is_the_target(district, by):
    actions.add_unit_member(district.algebra, district.omar, by=by)
    assert target("Add member to administrative unit") == (
        "User",
        district.omar.display_name,
        district.omar.user_principal_name,
    )


def test_a_move_says_from_where_to_where(district, by):
    actions.move_unit(district.algebra, district.lincoln, by=by)
    before = district.algebra.parent
    assert changes("Update administrative unit") == {"parent": (before.name, "Lincoln Elementary")}
    actions.move_unit(district.algebra, None, by=by)
    assert changes("Update administrative unit") == {"parent": ("Lincoln Elementary", None)}


def test_a_location_cannot_lie_below_itself_or_go_with_others_below(district, by):
    above = district.algebra.parent
    with pytest.raises(Refused) as refused:
        actions.move_unit(above, district.algebra, by=by)
    assert str(refused.value) == "A location cannot lie below itself."
    with pytest.raises(Refused) as refused:
        actions.remove_unit(above, by=by)
    assert str(refused.value) == "There are other locations below it. Move or remove them first."


def test_who_registers_again_in_a_location_is_told_since_when(district, by):
    actions.require_registration_in(district.algebra, by=by)
    first = changes("Update administrative unit")["registrationFrom"]
    actions.require_registration_in(district.algebra, by=by)
    second = changes("Update administrative unit")["registrationFrom"]
    assert first[0] is None and second[0] == first[1] < second[1]


def test_a_name_that_is_as_it_was_is_no_deed_and_another_one_is(district, by):
    same = {"name": district.algebra.name, "kind": district.algebra.kind}
    actions.update_unit(district.algebra, same, by=by)
    assert not outcomes("Update administrative unit")
    actions.update_unit(district.algebra, same | {"name": "Algebra II"}, by=by)
    assert changes("Update administrative unit") == {"displayName": ("Algebra 2", "Algebra II")}
