"""Locations with rules follow every change of people, by whatever way it comes."""

import pytest

from audit.models import Entry
from directory import actions, dynamic_units, guests, schedule, tasks
from directory.door import Initiator
from directory.federation import Received
from directory.models import (
    AdministrativeUnit,
    FederatedIdentity,
    Group,
    GroupMember,
    IdentityProvider,
    Invitation,
    PhoneMethod,
    UnitMembership,
    User,
)
from tests.conftest import make_person, make_unit
from tests.directory.test_tasks import work
from tests.directory.trail import changes, last, outcomes

ADDED, REMOVED = "Add member to administrative unit", "Remove member from administrative unit"


@pytest.fixture
def by(district):
    return Initiator(district.admin, surface="Admin")


@pytest.fixture
def found(district, by):
    """Whom a rule finds: set it with found(rule), ask with found()."""
    unit = make_unit("Dynamic")

    def ask(rule: str | None = None) -> set[User]:
        if rule is not None:
            actions.set_rule(unit, rule, by=by)
        return set(User.objects.filter(unit_memberships__unit=unit))

    return ask


def test_adding_and_changing_a_person(district, by, found):
    found('user.department -eq "Math" -or user.userPrincipalName -startsWith "x."')
    new = User(user_principal_name="new@riverside.example", display_name="New One", department="MATH")
    actions.add_user(new, by=by)
    assert found() == {new}
    assert last(ADDED).target_id == new.pk
    assert last(ADDED).correlation_id == last("Add user").correlation_id
    actions.update_user(district.sam, {"user_principal_name": "x.sam@riverside.example"}, by=by)
    assert found() == {new, district.sam}
    assert changes(ADDED) == {"AdministrativeUnit.DisplayName": (None, "Dynamic")}
    actions.update_user(new, {"department": "Art"}, by=by)
    assert found() == {district.sam}
    assert changes(REMOVED) == {"AdministrativeUnit.DisplayName": ("Dynamic", None)}
    details = {one["key"]: one["value"] for one in last(REMOVED).additional_details}
    assert details["MembershipRule"].startswith("user.department")


def test_what_changes_nothing_about_it_writes_nothing(district, by, found):
    found('user.department -eq "Math"')
    actions.update_user(district.sam, {"job_title": "Janitor"}, by=by)
    assert outcomes(ADDED) == outcomes(REMOVED) == []


def test_disabling_enabling_and_removing(district, by, found):
    found("user.accountEnabled -eq false")
    actions.disable_user(district.sam, by=by)
    assert found() == {district.sam}
    actions.enable_user(district.sam, by=by)
    assert found() == set()
    actions.disable_user(district.pia, by=by)
    actions.remove_user(district.pia, by=by)
    assert found() == set()


def test_alternate_addresses(district, by, found):
    assert found('user.otherMails -any (_ -endsWith "@example.org")') == {district.sam}
    actions.set_alternate_email(district.pia, "pia@example.org", by=by)
    actions.set_alternate_email(district.sam, "sam@elsewhere.example", by=by)
    assert found() == {district.pia}
    actions.remove_alternate_email(district.pia, by=by)
    assert found() == set()


def test_phones(district, by, found):
    assert found('user.mobile -startsWith "+1425"') == {district.sam}
    actions.set_phone(district.pia, "+14255550177", by=by)
    actions.remove_phone(district.sam, by=by)
    assert found() == {district.pia}


def test_what_people_put_on_file_themselves(district, found):
    found("user.telephoneNumber -ne null -and user.mobile -eq null")
    mine = Initiator(district.nora)
    actions.set_office_phone("+14255550190", by=mine)
    assert found() == {district.nora}
    assert last(ADDED).actor_id == district.nora.pk
    actions.remove_security_info("office", by=mine)
    assert found() == set()


def test_groups(district, by, found):
    group = Group.objects.create(name="Fans")
    GroupMember.objects.create(group=group, user=district.pia)
    assert found(f"user.memberOf -any (group.objectId -in ['{group.pk}'])") == {district.pia}
    actions.add_group_member(group, district.sam, by=by)
    actions.remove_group_member(group, district.pia, by=by)
    actions.add_group_owner(group, district.omar, by=by)  # looks after it, and is not in it
    assert found() == {district.sam}


def test_whoever_comes_from_a_provider(district, found):
    found('user.userPrincipalName -endsWith "@riverside.example" -and user.surname -eq "Comer"')
    provider = IdentityProvider.objects.create(name="Riverside ID", issuer="https://id.example")
    received = Received(subject="s", user_name="new.comer@riverside.example", surname="Comer")
    person = actions.join(provider, received, ip_address=None)
    assert found() == {person}
    assert FederatedIdentity.objects.filter(user=person).exists()


@pytest.mark.django_db(transaction=True)
def test_guests_come_by_the_worker(district, lake):
    with lake.tenant.scope():
        unit = make_unit("Guests")
        by = Initiator(lake.admin)
        actions.set_rule(unit, 'user.userType -eq "Guest" -and user.surname -eq "López"', by=by)
        guests.invite(district.maria.user_principal_name, by=by)
    work()
    with lake.tenant.scope():
        assert not UnitMembership.objects.filter(unit=unit).exists()  # of whom nothing is known yet
    guests.accept(Invitation.objects.get(user=district.maria), by=Initiator(district.maria))
    work()
    with lake.tenant.scope():
        [membership] = UnitMembership.objects.filter(unit=unit)
        assert membership.user.user_principal_name == district.maria.user_principal_name
        assert last("Update administrative unit").actor_name == "Membership rule"


# Many at once


def test_everybody_is_put_right_and_counted_for_each_location(district, by, found):
    found('user.department -eq "Math"')
    User.objects.filter(pk__in=[district.sam.pk, district.pia.pk]).update(department="Math")
    before = Entry.objects.count()
    schedule.put_all_units_right(0)
    assert found() == {district.sam, district.pia}
    assert Entry.objects.count() == before + 1
    details = {one["key"]: one["value"] for one in last("Update administrative unit").additional_details}
    assert (details["MembersAdded"], details["MembersRemoved"]) == ("2", "0")
    schedule.put_all_units_right(0)
    assert Entry.objects.count() == before + 1  # nothing to do, nothing to say


@pytest.mark.django_db(transaction=True)
def test_everybody_is_put_right_by_the_worker(district, by, found):
    found('user.department -eq "Math"')
    User.objects.filter(pk=district.pia.pk).update(department="Math")
    tasks.put_units_right()
    work()
    assert found() == {district.pia}


def test_of_rules_put_right_one_that_takes_too_long_holds_up_no_other(district, by, found, monkeypatch):
    found('user.department -eq "Math"')
    slow = make_unit("Slow")
    actions.set_rule(slow, 'user.department -eq "math"', by=by)
    User.objects.filter(pk=district.pia.pk).update(department="Math")
    as_sql = dynamic_units.rules.as_sql
    sleeping = lambda text: ("pg_sleep(5) IS NOT NULL", ()) if '"math"' in text else as_sql(text)  # noqa: E731
    monkeypatch.setattr(dynamic_units.rules, "as_sql", sleeping)
    monkeypatch.setattr(dynamic_units, "LONGEST", 1500)
    schedule.put_all_units_right(0)
    assert found() == {district.pia}
    assert not UnitMembership.objects.filter(unit=slow).exists()


def test_only_those_who_are_named_are_asked_about(district, found):
    found('user.department -eq "Math"')
    User.objects.filter(pk__in=[district.sam.pk, district.pia.pk]).update(department="Math")
    [moved] = dynamic_units.keep_current([district.pia.pk])
    assert (moved.come, moved.go) == ([district.pia.pk], [])
    assert found() == {district.pia}
    assert dynamic_units.keep_current([]) == []
    assert found() == {district.pia}


def test_more_people_than_one_statement_takes(district, found, monkeypatch):
    monkeypatch.setattr(dynamic_units, "PEOPLE_AT_ONCE", 3)
    found('user.department -eq "Math"')
    User.objects.update(department="Math")
    everybody = set(User.objects.all())
    [moved] = dynamic_units.keep_current([person.pk for person in everybody])
    assert found() == everybody
    assert set(moved.come) == {person.pk for person in everybody}
    User.objects.update(department="")
    dynamic_units.keep_current([person.pk for person in everybody])
    assert found() == set()


def test_more_rules_than_one_statement_takes(district, by, monkeypatch):
    monkeypatch.setattr(dynamic_units, "RULES_AT_ONCE", 2)
    units = [make_unit(f"Department {n}") for n in range(5)]
    for n, unit in enumerate(units):
        actions.set_rule(unit, f'user.department -in ["d{n}", "d{n + 1}"]', by=by)
    actions.update_user(district.sam, {"department": "d2"}, by=by)
    here = UnitMembership.objects.filter(user=district.sam, source=dynamic_units.BY_RULE)
    assert {membership.unit for membership in here} == {units[1], units[2]}
    actions.update_user(district.sam, {"department": "d5"}, by=by)
    assert {membership.unit for membership in here.all()} == {units[4]}


def test_one_who_is_there_from_a_source_stays(district, by, found):
    found('user.department -eq "Math"')
    unit = AdministrativeUnit.objects.get(name="Dynamic")
    UnitMembership.objects.create(unit=unit, user=district.pia, source="oneroster")
    actions.update_user(district.pia, {"department": "Math"}, by=by)
    actions.update_user(district.pia, {"department": "Art"}, by=by)
    assert found() == {district.pia}
    assert UnitMembership.objects.get(unit=unit).source == "oneroster"


def test_another_tenants_rules_find_nobody_here(district, lake, by):
    with lake.tenant.scope():
        unit = make_unit("All")
        actions.set_rule(unit, "user.objectId -ne null", by=Initiator(lake.admin))
        theirs = set(UnitMembership.objects.filter(unit=unit).values_list("user_id", flat=True))
        assert theirs == set(User.objects.values_list("pk", flat=True))
    make_person("more@riverside.example", "More People")
    schedule.put_all_units_right(0)
    with lake.tenant.scope():
        assert UnitMembership.objects.filter(unit=unit).count() == len(theirs)


def test_a_deed_costs_few_statements_more_however_many_rules(district, by, django_assert_max_num_queries):
    def asked(number: int) -> int:
        with django_assert_max_num_queries(200) as captured:
            actions.set_phone(district.pia, f"+1425555{number:04}", by=by)
        return len(captured)

    asked(100)
    none = asked(101)
    for n in range(dynamic_units.RULES_AT_ONCE):
        unit = make_unit(f"Unit {n}")
        actions.set_rule(unit, f'user.department -eq "{n}"', by=by)
    assert asked(102) - none <= 3
    assert PhoneMethod.objects.get(user=district.pia).number == "+14255550102"
