"""Setting a rule: who may, what is refused, and who is in the location afterwards."""

from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from audit.models import Entry, Result
from directory import actions, dynamic_units, roles
from directory.connectors import Refused
from directory.door import Denied, Initiator
from directory.models import AdministrativeUnit, Group, GroupMember, UnitMembership, User
from tests.conftest import assign, make_person, make_unit
from tests.directory.trail import changes, last, outcomes

MATH = 'user.department -eq "Math"'


@pytest.fixture
def by(district):
    return Initiator(district.admin, surface="Admin")


@pytest.fixture
def math(district):
    """A location for Tom and Nora, who are in the department."""
    User.objects.filter(pk__in=[district.tom.pk, district.nora.pk]).update(department="math")
    return make_unit("Math")


def members(unit) -> set:
    return {membership.user for membership in UnitMembership.objects.filter(unit=unit)}


def sources(unit) -> set:
    return set(UnitMembership.objects.filter(unit=unit).values_list("source", flat=True))


def test_a_rule_finds_who_is_there(district, by, math):
    actions.add_unit_member(math, district.nora, by=by)
    actions.add_unit_member(math, district.pia, by=by)
    actions.set_rule(math, f"  {MATH} ", by=by)
    assert members(math) == {district.tom, district.nora}  # Pia was there by hand, and goes
    assert sources(math) == {dynamic_units.BY_RULE}
    assert changes("Update administrative unit") == {"membershipRule": (None, MATH)}
    details = {one["key"]: one["value"] for one in last("Update administrative unit").additional_details}
    assert (details["MembersAdded"], details["MembersRemoved"]) == ("1", "1")
    assert AdministrativeUnit.objects.get(pk=math.pk).membership_rule == MATH


def test_the_same_rule_again_is_no_deed(district, by, math):
    actions.set_rule(math, MATH, by=by)
    actions.set_rule(math, MATH, by=by)
    assert outcomes("Update administrative unit") == [Result.SUCCESS]


def test_a_paused_rule_changes_nobody_until_it_goes_on(district, by, math):
    actions.set_rule(math, MATH, by=by)
    actions.set_rule(math, MATH, True, by=by)
    assert changes("Update administrative unit") == {"membershipRuleProcessingPaused": (False, True)}
    actions.update_user(district.pia, {"department": "Math"}, by=by)
    actions.set_rule(math, 'user.department -eq "Art"', True, by=by)
    assert members(math) == {district.tom, district.nora}
    actions.set_rule(math, MATH, False, by=by)
    assert members(math) == {district.tom, district.nora, district.pia}


def test_without_its_rule_a_location_keeps_its_people(district, by, math):
    actions.set_rule(math, MATH, True, by=by)
    actions.set_rule(math, MATH, False, by=by)
    actions.set_rule(math, "", True, by=by)
    assert members(math) == {district.tom, district.nora}
    assert sources(math) == {""}
    assert not AdministrativeUnit.objects.get(pk=math.pk).rule_is_paused
    actions.update_user(district.tom, {"department": "Art"}, by=by)
    assert members(math) == {district.tom, district.nora}
    actions.remove_unit_member(math, district.tom, by=by)
    assert members(math) == {district.nora}


@pytest.mark.parametrize("paused", [False, True])
def test_nobody_is_added_or_removed_by_hand(district, by, math, paused):
    actions.set_rule(math, MATH, paused, by=by)
    UnitMembership.objects.get_or_create(unit=math, user=district.tom, source=dynamic_units.BY_RULE)
    before = members(math)
    for deed in (actions.add_unit_member, actions.remove_unit_member):
        person = district.pia if deed is actions.add_unit_member else district.tom
        with pytest.raises(Refused, match="found by a rule"):
            deed(math, person, by=by)
    assert members(math) == before


def test_what_is_no_rule_is_refused_before_anything_is_written(district, by, math):
    with pytest.raises(ValidationError, match="user.department"):
        actions.set_rule(math, "department -eq Math", by=by)
    with pytest.raises(ValidationError, match="There is no group"):
        actions.set_rule(math, f"user.memberOf -any (group.objectId -in ['{uuid4()}'])", by=by)
    assert not Entry.objects.exists()


def test_a_group_of_another_tenant_is_none_here(district, lake, by, math):
    with lake.tenant.scope():
        theirs = Group.objects.create(name="Theirs")
    with pytest.raises(ValidationError, match="There is no group"):
        actions.set_rule(math, f"user.memberOf -any (group.objectId -in ['{theirs.pk}'])", by=by)


def test_only_a_global_administrator_sets_one(district, math):
    people = [district.sam, district.maria]
    for number, role in enumerate((roles.USER, roles.GROUPS, roles.PRIVILEGED_ROLE, roles.GLOBAL_READER)):
        people.append(make_person(f"a{number}@riverside.example", role))
        assign(people[-1], role)
    for person in people:
        with pytest.raises(Denied):
            actions.set_rule(math, MATH, by=Initiator(person))
    assert not members(math)
    assert outcomes("Update administrative unit") == [Result.DENIED] * len(people)


def test_a_restricted_location_has_its_rule_from_those_who_rule_there(district, by):
    closed = make_unit("Closed", is_restricted=True)
    room = make_unit("Room", closed)
    for unit in (closed, room):
        with pytest.raises(Denied, match="restricted"):
            actions.set_rule(unit, MATH, by=by)
    assign(district.admin, roles.AUTHENTICATION, closed)
    actions.set_rule(room, MATH, by=Initiator(User.objects.get(pk=district.admin.pk)))
    assert AdministrativeUnit.objects.get(pk=room.pk).membership_rule == MATH


def test_a_location_of_a_source_has_no_rule(district, by):
    unit = make_unit("From the roster", source="oneroster", source_id="1")
    with pytest.raises(Refused, match="comes from oneroster"):
        actions.set_rule(unit, MATH, by=by)


def test_there_is_an_end_to_how_many(district, by, math, monkeypatch):
    monkeypatch.setattr(dynamic_units, "MOST", 1)
    actions.set_rule(math, MATH, by=by)
    with pytest.raises(Refused, match="no more can be"):
        actions.set_rule(district.biology, MATH, by=by)
    actions.set_rule(math, 'user.department -eq "Art"', by=by)  # it is one already
    assert not members(math)


def test_a_rule_that_takes_too_long_changes_nothing(district, by, math, monkeypatch):
    """A real time limit of the database, and a function that takes longer in place of very many people."""
    monkeypatch.setattr(dynamic_units, "LONGEST", 30)
    slow = "pg_sleep(0.2) IS NOT NULL"
    everybody = User.objects.extra(where=[slow])  # noqa: S610
    monkeypatch.setattr(dynamic_units.rules, "people", lambda rule: everybody)
    monkeypatch.setattr(dynamic_units.rules, "as_sql", lambda text: (slow, ()))
    with pytest.raises(dynamic_units.TooSlow):
        actions.set_rule(math, MATH, by=by)
    with pytest.raises(dynamic_units.TooSlow):
        dynamic_units.preview(MATH)
    assert AdministrativeUnit.objects.get(pk=math.pk).membership_rule == ""
    with connection.cursor() as cursor:  # the limit is off again
        cursor.execute("SELECT pg_sleep(0.1)")


def test_a_rule_that_nobody_can_read_any_more_changes_nobody(district, by, math):
    actions.set_rule(math, MATH, by=by)
    AdministrativeUnit.objects.filter(pk=math.pk).update(membership_rule="user.shoeSize -eq 42")
    actions.update_user(district.tom, {"department": "Art"}, by=by)
    assert members(math) == {district.tom, district.nora}


def test_a_group_that_a_rule_names_is_guarded(district, by, math):
    group = Group.objects.create(name="Algebra fans")
    GroupMember.objects.create(group=group, user=district.pia)
    keeper = make_person("keeper@riverside.example", "Kay Keeper")
    assign(keeper, roles.GROUPS)
    actions.add_group_member(group, district.sam, by=Initiator(keeper))
    actions.set_rule(math, f"user.memberOf -any (group.objectId -in ['{group.pk}'])", by=by)
    assert members(math) == {district.pia, district.sam}
    for deed, person in (
        (actions.add_group_member, district.omar),
        (actions.remove_group_member, district.sam),
    ):
        with pytest.raises(Denied, match="power hangs on it"):
            deed(group, person, by=Initiator(keeper))
    with pytest.raises(Refused, match="names this group"):
        actions.remove_group(group, by=by)
    actions.add_group_member(group, district.omar, by=by)
    actions.remove_group_member(group, district.pia, by=by)
    assert members(math) == {district.sam, district.omar}


def test_a_location_with_a_rule_is_removed_like_any_other(district, by, math):
    actions.set_rule(math, MATH, by=by)
    actions.remove_unit(math, by=by)
    assert not AdministrativeUnit.objects.filter(pk=math.pk).exists()


# Trying it out


def test_a_preview_says_who_would_come_and_go_and_changes_nothing(district, by, math):
    actions.add_unit_member(math, district.nora, by=by)
    actions.add_unit_member(math, district.pia, by=by)
    seen = dynamic_units.preview(MATH, 20, math)
    assert (seen.count, seen.first) == (2, [district.nora, district.tom])
    assert (seen.come, seen.first_to_come) == (1, [district.tom])
    assert (seen.go, seen.first_to_go) == (1, [district.pia])
    assert members(math) == {district.nora, district.pia}


def test_a_preview_shows_the_first_and_counts_all(district, math):
    seen = dynamic_units.preview("user.objectId -ne null", 3, math)
    assert seen.count == User.objects.count()
    assert len(seen.first) == len(seen.first_to_come) == 3
    assert (seen.go, seen.first_to_go) == (0, [])
