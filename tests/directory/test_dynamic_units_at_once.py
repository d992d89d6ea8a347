"""Two at once leave no wrong row: each waits where it must, and sees what the other one did."""

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from time import monotonic, sleep

import pytest
from django.db import connection, transaction

from directory import actions, administrators, dynamic_units
from directory.door import Initiator
from directory.models import AdministrativeUnit, Group, PhoneMethod, UnitMembership, User
from tests.conftest import make_unit

pytestmark = pytest.mark.django_db(transaction=True)
BOTH = 'user.department -eq "Math" -and user.mobile -startsWith "+1"'
MATH = 'user.department -eq "Math"'


@pytest.fixture
def unit(district) -> AdministrativeUnit:
    return make_unit("Dynamic")


@pytest.fixture
def threads():
    with ThreadPoolExecutor(4) as pool:
        yield pool


def started(threads, district, deed) -> Future:
    """The deed in a thread and a connection of its own, inside the tenant."""

    def run():
        try:
            with district.tenant.scope():
                return deed(Initiator(User.objects.get(pk=district.admin.pk)))
        finally:
            connection.close()

    return threads.submit(run)


def waits(future: Future) -> bool:
    """Whether somebody waits for a lock of PostgreSQL; in the end somebody does, or the deed is done."""
    end = monotonic() + 20
    while monotonic() < end and not future.done():
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return True
        sleep(0.02)
    return False


@contextmanager
def left_open(threads, district, change):
    """Somebody's change that is compared with the rules, and committed only at the end of the block."""
    go_on, compared = Event(), Event()

    def deed(_by):
        with transaction.atomic():
            people = change()
            dynamic_units.keep_current(people)
            compared.set()
            assert go_on.wait(30)

    future = started(threads, district, deed)
    try:
        assert compared.wait(30)
        yield
    finally:
        go_on.set()
        future.result(30)


def members(unit) -> set:
    return {membership.user for membership in UnitMembership.objects.filter(unit=unit)}


def test_two_facts_of_one_person_that_only_together_are_enough(district, unit, threads):
    by = Initiator(district.admin)
    actions.set_rule(unit, BOTH, by=by)

    def new_phone():
        PhoneMethod.objects.create(user=district.pia, number="+14255550177")
        return [district.pia.pk]

    with left_open(threads, district, new_phone):
        other = started(
            threads, district, lambda by: actions.update_user(district.pia, {"department": "Math"}, by=by)
        )
        assert waits(other)
        assert members(unit) == set()
    other.result(30)
    assert members(unit) == {district.pia}


def test_a_rule_that_is_set_while_somebody_changes(district, unit, threads):
    def new_department():
        User.objects.filter(pk=district.pia.pk).update(department="Math")
        return [district.pia.pk]

    with left_open(threads, district, new_department):
        rule = started(threads, district, lambda by: actions.set_rule(unit, MATH, by=by))
        assert waits(rule)
    rule.result(30)
    assert members(unit) == {district.pia}


def test_somebody_who_changes_while_a_rule_is_set(district, unit, threads):
    """Even their user name, which takes a lock that a new membership would wait for."""

    def new_rule():
        dynamic_units.hold(alone=True)
        AdministrativeUnit.objects.filter(pk=unit.pk).update(membership_rule='user.department -eq "Math"')
        return None

    values = {"department": "Math", "user_principal_name": "pia.new@riverside.example"}
    with left_open(threads, district, new_rule):
        other = started(threads, district, lambda by: actions.update_user(district.pia, values, by=by))
        assert waits(other)
    other.result(30)
    assert members(unit) == {district.pia}


def test_somebody_who_is_removed_while_a_rule_is_set(district, unit, threads):
    """Whoever is being deleted is not added: else the rule, or the removal, would break at its end."""
    User.objects.filter(pk__in=[district.pia.pk, district.sam.pk]).update(department="Math")

    def gone():
        User.objects.filter(pk=district.pia.pk).delete()
        return []

    with left_open(threads, district, gone):
        rule = started(threads, district, lambda by: actions.set_rule(unit, MATH, by=by))
        assert waits(rule)
    rule.result(30)
    assert members(unit) == {district.sam}


def test_a_location_that_is_removed_while_somebody_comes(district, unit, threads):
    actions.set_rule(unit, MATH, by=Initiator(district.admin))

    def new_department():
        User.objects.filter(pk=district.pia.pk).update(department="Math")
        return [district.pia.pk]

    with left_open(threads, district, new_department):
        removal = started(threads, district, lambda by: actions.remove_unit(unit, by=by))
        assert waits(removal)
    removal.result(30)
    assert not AdministrativeUnit.objects.filter(pk=unit.pk).exists()


def test_somebody_added_by_hand_while_a_rule_is_set(district, unit, threads):
    def new_rule():
        dynamic_units.hold(alone=True)
        AdministrativeUnit.objects.filter(pk=unit.pk).update(membership_rule='user.department -eq "Math"')
        return None

    with left_open(threads, district, new_rule):
        other = started(threads, district, lambda by: actions.add_unit_member(unit, district.pia, by=by))
        assert waits(other)
    with pytest.raises(Exception, match="found by a rule"):
        other.result(30)
    assert members(unit) == set()


def test_changes_of_different_people_wait_for_nobody(district, unit, threads):
    actions.set_rule(unit, MATH, by=Initiator(district.admin))

    def new_department():
        User.objects.filter(pk=district.pia.pk).update(department="Math")
        return [district.pia.pk]

    with left_open(threads, district, new_department):
        values = {"department": "Math"}
        other = started(threads, district, lambda by: actions.update_user(district.sam, values, by=by))
        other.result(30)
        assert members(unit) == {district.sam}
    assert members(unit) == {district.sam, district.pia}


def test_many_changes_at_once_end_where_one_after_the_other_would(district, unit, threads):
    """People move to and fro, their phones come and go, and the rule changes: no deadlock, no wrong row."""
    actions.set_rule(unit, BOTH, by=Initiator(district.admin))
    people = [district.pia, district.nora, district.omar]

    def moving(by):
        for n in range(12):
            actions.update_user(people[n % 3], {"department": "Math" if n % 2 else f"Art {n}"}, by=by)

    def calling(by):
        for n in range(12):
            actions.set_phone(people[n % 3], f"+1425555{n:04}", by=by)

    def renaming(by):
        for n in range(12):
            new = f"name{n}@riverside.example"
            actions.update_user(people[(n + 1) % 3], {"user_principal_name": new}, by=by)

    def ruling(by):
        for n in range(6):
            actions.set_rule(unit, MATH if n % 2 else BOTH, by=by)

    works = [started(threads, district, deed) for deed in (moving, calling, renaming, ruling)]
    for work in works:
        work.result(120)
    now = AdministrativeUnit.objects.get(pk=unit.pk)
    assert members(unit) == set(dynamic_units.rules.people(dynamic_units.rules.parse(now.membership_rule)))
    assert dynamic_units.keep_current() == []


DEEDS = {
    "enable_user": lambda d, by: actions.enable_user(d.pia, by=by),
    "update_user": lambda d, by: actions.update_user(d.pia, {"department": "Math"}, by=by),
    "disable_user": lambda d, by: actions.disable_user(d.pia, by=by),
    "set_phone": lambda d, by: actions.set_phone(d.pia, "+14255550144", by=by),
    "remove_phone": lambda d, by: actions.remove_phone(d.sam, by=by),
    "set_alternate_email": lambda d, by: actions.set_alternate_email(d.pia, "pia@example.org", by=by),
    "remove_alternate_email": lambda d, by: actions.remove_alternate_email(d.sam, by=by),
    "set_office_phone": lambda d, by: actions.set_office_phone("+14255550155", by=by),
    "add_group_member": lambda d, by: actions.add_group_member(Group.objects.get(), d.pia, by=by),
}


@pytest.mark.parametrize("name", DEEDS)
def test_a_deed_waits_for_a_run_before_it_takes_anybodys_row(district, threads, name):
    """The run holds who administers and the rules, then takes rows: the other way round one dies."""
    Group.objects.create(name="Readers")
    User.objects.filter(pk=district.pia.pk).update(is_active=name == "disable_user")
    with transaction.atomic(), administrators.keeping_one():
        dynamic_units.hold(alone=True)
        other = started(threads, district, lambda by: DEEDS[name](district, by))
        assert waits(other)
        User.objects.update(job_title="Written by the run")  # or each waits for the other
    other.result(30)
    assert set(User.objects.values_list("job_title", flat=True)) == {"Written by the run"}
