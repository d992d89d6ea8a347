"""Who changes what a rule asks gives nobody power over a person that they have not themselves."""

from contextlib import suppress

import pytest

from directory import actions, administration, permissions, roles, verbs
from directory.actions.following import KINDS
from directory.connectors import Refused
from directory.door import CommandLine, Denied, Initiator
from directory.models import Group, UnitMembership, User
from tests.conftest import assign, make_person, make_unit
from tests.directory.trail import last, outcomes

SCIENCE = 'user.department -eq "Science" -and user.accountEnabled -eq true'
ALL = [verbs.RESET_PASSWORD, verbs.ADD_PHONE, administration.UPDATE_USER]


def is_in(unit, person) -> bool:
    return UnitMembership.objects.filter(unit=unit, user=person).exists()


@pytest.fixture
def science(district):
    """A location with a rule, below another one."""
    unit = make_unit("Science", make_unit("Faculties"))
    actions.set_rule(unit, SCIENCE, by=Initiator(district.admin))
    return unit


@pytest.fixture
def una(district):
    """A User Administrator of the whole tenant: resets, renames and disables, but sets no phone."""
    person = make_person("una@riverside.example", "Una Moore")
    assign(person, roles.USER)
    return person


def again(person: User) -> User:
    """The same person, whose roles are looked up anew."""
    return User.objects.get(pk=person.pk)


def reach(actor: User) -> set[tuple]:
    people = {kind.word: permissions.reachable(again(actor), kind) for kind in ALL}
    return {(word, pk) for word, found in people.items() for pk in found.values_list("pk", flat=True)}


def test_every_table_is_asked_about():
    tables = [roles.RESET_PASSWORD, roles.AUTHENTICATION_METHODS, roles.SENSITIVE_ACTIONS]
    assert [kind.table for kind in KINDS] == tables


@pytest.mark.parametrize(
    ("role", "is_done"),
    [
        (roles.PASSWORD, True),  # resets passwords, which a User Administrator does too
        (roles.HELPDESK, True),
        (roles.USER, True),
        (roles.AUTHENTICATION, False),  # sets phones
        (roles.PRIVILEGED_AUTHENTICATION, False),
    ],
)
@pytest.mark.parametrize("above", [False, True])
def test_who_is_not_further_reached_may_be_moved(district, science, una, role, is_done, above):
    assign(district.omar, role, science.parent if above else science)
    if is_done:
        actions.update_user(district.pia, {"department": "Science"}, by=Initiator(una))
    else:
        with pytest.raises(Refused, match="roles over it reach further than yours"):
            actions.update_user(district.pia, {"department": "Science"}, by=Initiator(una))
    assert is_in(science, district.pia) == is_done
    assert again(district.pia).department == ("Science" if is_done else "")


def test_it_counts_whether_the_role_is_ones_own_a_groups_or_a_later_one(district, science, una):
    assign(una, roles.AUTHENTICATION, science)
    with pytest.raises(Refused, match="Pia"):
        actions.update_user(district.pia, {"department": "Science"}, by=Initiator(again(una)))
    helpers = Group.objects.create(name="Helpers", is_role_assignable=True)
    other = make_unit("Other")
    actions.set_rule(other, 'user.jobTitle -eq "Cook"', by=Initiator(district.admin))
    assign(helpers, roles.AUTHENTICATION, other)
    with pytest.raises(Refused):
        actions.update_user(district.pia, {"job_title": "Cook"}, by=Initiator(una))


def test_the_trail_says_why_and_nothing_has_changed(district, science, una):
    assign(district.omar, roles.AUTHENTICATION, science)
    with pytest.raises(Refused):
        actions.update_user(district.pia, {"department": "Science"}, by=Initiator(una))
    assert outcomes("Update user") == ["failure"]
    assert outcomes("Add member to administrative unit") == []
    with pytest.raises(Refused) as refused:
        actions.update_user(district.pia, {"department": "Science"}, by=Initiator(una))
    assert "Science" not in str(refused.value)  # which location that is may be nobody's business


def test_a_global_administrator_the_person_and_a_shell_do_it(district, science):
    assign(district.omar, roles.AUTHENTICATION, science)
    actions.update_user(district.pia, {"department": "Science"}, by=Initiator(district.admin))
    assert is_in(science, district.pia)
    actions.update_user(district.sam, {"department": "Science"}, by=CommandLine("root"))
    assert is_in(science, district.sam)
    phones = make_unit("Phones")
    actions.set_rule(phones, "user.telephoneNumber -ne null", by=Initiator(district.admin))
    assign(district.omar, roles.AUTHENTICATION, phones)
    actions.set_office_phone("+14255550190", by=Initiator(district.nora))
    assert is_in(phones, district.nora)


def test_whoever_is_new_was_nobodys_before(district, science, una):
    assign(district.omar, roles.AUTHENTICATION, science)
    new = User(user_principal_name="new@riverside.example", display_name="New One", department="Science")
    actions.add_user(new, by=Initiator(una))
    assert is_in(science, new)


def test_out_of_an_open_location_anybody_may_move_whom_they_reach(district, science, una):
    assign(district.omar, roles.AUTHENTICATION, science)
    actions.update_user(district.pia, {"department": "Science"}, by=Initiator(district.admin))
    actions.disable_user(district.pia, by=Initiator(una))
    assert not is_in(science, district.pia)


def test_who_reaches_methods_moves_people_by_phones_only_as_far(district, una):
    unit = make_unit("Mobile")
    actions.set_rule(unit, "user.mobile -ne null", by=Initiator(district.admin))
    assign(district.omar, roles.USER, unit)
    actions.set_phone(district.pia, "+14255550177", by=Initiator(district.maria))  # over Lincoln, all three
    assert is_in(unit, district.pia)


def test_a_group_in_a_rule_is_no_way_round(district):
    """Whoever may change the group, and has no power over people, gives none."""
    unit, group = make_unit("Chosen"), Group.objects.create(name="Chosen")
    rule = f"user.memberOf -any (group.objectId -in ['{group.pk}'])"
    actions.set_rule(unit, rule, by=Initiator(district.admin))
    pam = make_person("pam@riverside.example", "Pam Privileged")
    assign(pam, roles.PRIVILEGED_ROLE)
    actions.add_group_member(group, district.pia, by=Initiator(pam))  # nobody holds a role over it
    assert is_in(unit, district.pia)
    assign(district.omar, roles.PASSWORD, unit)
    with pytest.raises(Refused, match="further than yours"):
        actions.add_group_member(group, district.sam, by=Initiator(pam))
    assert not group.members.filter(pk=district.sam.pk).exists()


# Restricted locations


@pytest.fixture
def closed(district):
    """A restricted location that finds its people by department; Ben is an administrator of people there."""
    unit = make_unit("Closed", is_restricted=True)
    ben = make_person("ben@riverside.example", "Ben Closed")
    assign(ben, roles.USER, unit)
    assign(district.admin, roles.USER, unit)
    actions.set_rule(unit, 'user.department -eq "Closed"', by=Initiator(again(district.admin)))
    district.admin.role_assignments.exclude(unit=None).delete()
    unit.ben = ben
    return unit


def test_nobody_puts_people_behind_the_wall_of_a_restricted_location(district, closed, una):
    with pytest.raises(Refused, match="restricted"):
        actions.update_user(district.pia, {"department": "Closed"}, by=Initiator(una))
    new = User(user_principal_name="new@riverside.example", display_name="New One", department="Closed")
    with pytest.raises(Refused, match="restricted"):
        actions.add_user(new, by=Initiator(una))
    assert not UnitMembership.objects.filter(unit=closed).exists()
    actions.update_user(district.pia, {"department": "Closed"}, by=Initiator(district.admin))
    assert is_in(closed, district.pia)


def test_only_who_rules_there_takes_people_out(district, closed, una):
    actions.update_user(district.pia, {"department": "Closed"}, by=Initiator(district.admin))
    for outside in (district.admin, una):
        with pytest.raises(Denied):
            actions.update_user(district.pia, {"department": "Art"}, by=Initiator(outside))
    assert is_in(closed, district.pia)
    actions.update_user(district.pia, {"department": "Art"}, by=Initiator(closed.ben))
    assert not is_in(closed, district.pia)
    assert last("Remove member from administrative unit").actor_id == closed.ben.pk


def test_nor_by_a_group_that_a_global_administrator_changes(district):
    unit, group = make_unit("Closed", is_restricted=True), Group.objects.create(name="Closed")
    assign(district.admin, roles.USER, unit)
    rule = f"user.memberOf -any (group.objectId -in ['{group.pk}'])"
    actions.set_rule(unit, rule, by=Initiator(again(district.admin)))
    district.admin.role_assignments.exclude(unit=None).delete()
    actions.add_group_member(group, district.pia, by=Initiator(again(district.admin)))
    with pytest.raises(Refused, match="restricted"):
        actions.remove_group_member(group, district.pia, by=Initiator(again(district.admin)))
    assert is_in(unit, district.pia)


def test_nor_by_ones_own_phone(district):
    unit = make_unit("Closed", is_restricted=True)
    assign(district.admin, roles.USER, unit)
    actions.set_rule(unit, "user.telephoneNumber -ne null", by=Initiator(again(district.admin)))
    with pytest.raises(Refused, match="restricted"):
        actions.set_office_phone("+14255550190", by=Initiator(district.nora))


# All of it at once


@pytest.mark.parametrize("role", sorted(roles.PORTAL & roles.UNIT_SCOPABLE))
@pytest.mark.parametrize("over", sorted(roles.PORTAL & roles.UNIT_SCOPABLE))
def test_no_change_of_a_fact_gives_anybody_new_power(district, science, role, over):
    """An actor with one role over Lincoln and another over Science, where somebody else holds the same.

    What the actor reaches never grows; what the other one does, only by what the actor had.
    """
    actor, other = (make_person(f"{name}@riverside.example", name) for name in ("Ann", "Ota"))
    assign(actor, role, district.lincoln)
    for somebody in (actor, other):
        assign(somebody, over, science)
    mine, theirs = reach(actor), reach(other)
    for deed in (
        lambda by: actions.update_user(district.pia, {"department": "Science"}, by=by),
        lambda by: actions.disable_user(district.pia, by=by),
        lambda by: actions.enable_user(district.pia, by=by),
        lambda by: actions.update_user(district.pia, {"department": ""}, by=by),
    ):
        with suppress(Refused, Denied):
            deed(Initiator(again(actor)))
        assert reach(actor) <= mine
        assert reach(other) - theirs <= mine
