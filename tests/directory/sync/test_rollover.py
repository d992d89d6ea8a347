"""The summer: next year's roster ends with exactly the right teachers over the right classes."""

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from directory import permissions, roles, verbs
from directory.models import (
    AdministrativeUnit,
    RoleAssignment,
    Run,
    RunState,
    Source,
    SourceKind,
    UnitMembership,
    User,
)
from directory.sync import runs
from tests.conftest import assign
from tests.directory.sync.rollover import two_years
from tests.directory.sync.states import changed, state

DOMAIN = "@riverside.example"


@pytest.fixture
def source(riverside):
    with riverside.scope():
        yield Source.objects.create(key="oneroster", name="SIS", kind=SourceKind.ONEROSTER_CSV)


@pytest.fixture
def years(clock):
    """Last and next year; it is autumn of the next."""
    return two_years(timezone.localdate() - timedelta(days=365 + 40))


def run_of(source, year, **fields):
    run = Run.objects.create(**{"source": source, "content": year.export()} | fields)
    runs.execute(run)
    run.refresh_from_db()
    assert run.state == RunState.DONE, (run.state, run.problems, run.counts)
    return run


@pytest.fixture
def rolled(source, years, clock):
    """Both years were brought in, each in its autumn; people had passwords by then."""
    last, then = years
    clock.pass_(days=-365)
    run_of(source, last)
    User.objects.update(password=make_password("Copper-Lantern-47"))
    before = {person.employee_id: person for person in User.objects.all()}
    clock.pass_(days=365)
    run_of(source, then)
    return last, then, before


def held():
    """Who holds which role over which unit, from when until when."""
    return {
        (
            one.user.user_principal_name.removesuffix(DOMAIN),
            one.unit.source_id,
            timezone.localdate(one.starts_at),
            timezone.localdate(one.ends_at),
        )
        for one in RoleAssignment.objects.filter(role=roles.PASSWORD).select_related("user", "unit")
    }


def in_classes():
    rows = UnitMembership.objects.filter(unit__kind="class")
    return {
        (unit, upn.removesuffix(DOMAIN))
        for unit, upn in rows.values_list("unit__source_id", "user__user_principal_name")
    }


def should_be_in_classes(year):
    return {(f"class/{one.key}", login) for one in year.courses for login in year.pupils_of(one)}


def test_last_year_is_right_to_begin_with(source, years, clock):
    clock.pass_(days=-365)
    run_of(source, years[0])
    assert held() == years[0].taught() and in_classes() == should_be_in_classes(years[0])


def test_exactly_the_right_teachers_are_over_the_right_classes(rolled):
    _last, then, _before = rolled
    assert held() == then.taught() and len(held()) == 30
    assert in_classes() == should_be_in_classes(then)


def test_every_teacher_reaches_the_pupils_of_their_classes_and_nobody_else(rolled):
    _last, then, _before = rolled
    teachers = [one.login for one in then.people.values() if not one.is_pupil]
    for login in teachers:
        teacher = User.objects.get(user_principal_name=login + DOMAIN)
        reached = permissions.reachable(teacher, verbs.RESET_PASSWORD)
        taught = [one for one in then.courses if login in one.teachers]
        expected = {pupil + DOMAIN for one in taught for pupil in then.pupils_of(one)}
        assert set(reached.values_list("user_principal_name", flat=True)) == expected, login
    assert len(teachers) == 15


def test_who_teaches_at_two_schools_has_classes_at_both(rolled):
    both = User.objects.get(user_principal_name="both" + DOMAIN)
    schools = both.role_assignments.values_list("unit__parent__source_id", flat=True)
    assert sorted(schools) == ["school/jefferson"] * 2 + ["school/lincoln"] * 2
    staff = both.unit_memberships.values_list("unit__source_id", flat=True)
    assert sorted(staff) == ["staff/jefferson", "staff/lincoln"]


def test_who_moved_has_nothing_left_at_the_old_school(rolled):
    moved = User.objects.get(user_principal_name="teacher101" + DOMAIN)
    units = {one.unit.source_id for one in moved.unit_memberships.select_related("unit")}
    assert units == {"staff/jefferson"}
    parents = set(moved.role_assignments.values_list("unit__parent__source_id", flat=True))
    assert parents == {"school/jefferson"}


def test_everybody_keeps_their_account_whatever_their_id_is_now(rolled):
    _last, then, before = rolled
    stayed = [one for one in then.people.values() if one.number in before]
    assert len(stayed) == 109
    for one in stayed:
        now = User.objects.get(user_principal_name=one.login + DOMAIN)
        known = before[one.number]
        assert (now.pk, now.password, now.is_active) == (known.pk, known.password, True), one.login
        assert now.source_id == then.key(one) and now.surname == one.family
    assert len([one for one in stayed if then.key(one).startswith("new-")]) > 40


def test_graduates_and_leavers_are_disabled_and_lose_everything(rolled):
    last, then, before = rolled
    numbers = {one.number for one in then.people.values()}
    gone = User.objects.filter(pk__in=[one.pk for number, one in before.items() if number not in numbers])
    assert gone.count() == 10 and not gone.filter(is_active=True).exists()
    assert not RoleAssignment.objects.filter(user__in=gone).exists()
    assert not UnitMembership.objects.filter(user__in=gone).exists()
    assert User.objects.filter(is_active=True).count() == len(then.people)


def test_new_pupils_are_there_without_a_password(rolled):
    new = User.objects.filter(surname="Meadow")
    assert new.count() == 8
    assert not any(pupil.has_usable_password() for pupil in new)


def test_classes_that_ended_are_gone_and_the_schools_are_the_same(rolled):
    classes = AdministrativeUnit.objects.filter(kind="class")
    assert {one.source_id for one in classes} == {f"class/{one.key}" for one in rolled[1].courses}
    assert AdministrativeUnit.objects.filter(parent=None).count() == 2


def test_in_winter_the_classes_of_one_term_end_by_themselves(rolled, clock):
    _last, then, _before = rolled
    short = next(one for one in then.courses if one.in_winter_only)
    pupil = User.objects.get(user_principal_name=min(then.pupils_of(short)) + DOMAIN)

    def is_reached():
        teacher = User.objects.get(user_principal_name=short.teachers[0] + DOMAIN)
        return permissions.reachable(teacher, verbs.RESET_PASSWORD).contains(pupil)

    assert is_reached()
    clock.pass_(days=120)
    assert not is_reached()


def test_a_delta_in_the_middle_of_the_year_gives_a_class_to_another_teacher(rolled, source):
    """It names the class and the people only; school, terms and what they are stand in last summer's file."""
    _last, then, _before = rolled
    course = next(one for one in then.courses if not one.in_winter_only and "both" not in one.teachers)
    before, after = course.teachers[0], "both"
    old, new = (then.key(then.people[login]) for login in (before, after))
    rows = [
        {"sourcedId": f"{course.key}-{old}", "status": "tobedeleted"},
        {"sourcedId": f"{course.key}-{new}", "status": "active", "role": "teacher"}
        | {"classSourcedId": course.key, "userSourcedId": new},
    ]
    run = run_of(source, then, content=then.delta("enrollments", rows))
    course.teachers = [after]
    assert held() == then.taught() and in_classes() == should_be_in_classes(then)
    assert changed(run) == {"role assignments added": 1, "role assignments removed": 1}


def test_the_same_roster_again_changes_nothing(rolled, source):
    before = state()
    assert changed(run_of(source, rolled[1])) == {} and state() == before


def test_what_somebody_gave_by_hand_outlives_the_summer(source, years, clock):
    last, then = years
    clock.pass_(days=-365)
    run_of(source, last)
    substitute = User.objects.get(user_principal_name="teacher103" + DOMAIN)
    school = AdministrativeUnit.objects.get(source_id="school/lincoln")
    given = assign(substitute, roles.HELPDESK, school)
    clock.pass_(days=365)
    run_of(source, then)
    assert RoleAssignment.objects.filter(pk=given.pk).exists()
    assert held() == then.taught()


def test_next_years_roster_takes_nothing_from_this_year_unasked(source):
    """As many roles come as go, and nobody would help anybody until the summer is over."""
    this, then = two_years(timezone.localdate() - timedelta(days=40))
    run_of(source, this)
    held_now = held()
    run = Run.objects.create(source=source, content=then.export())
    runs.execute(run)
    run.refresh_from_db()
    assert run.state == RunState.BRAKED and held() == held_now
    assert run.counts["roles that begin later"] == run.counts["role assignments added"] == 30


def test_a_dry_run_says_all_of_it_and_does_nothing(source, years, clock):
    last, then = years
    clock.pass_(days=-365)
    run_of(source, last)
    clock.pass_(days=365)
    before = state()
    run = run_of(source, then, is_dry=True)
    counts = changed(run)
    assert state() == before
    assert counts["people disabled"] == 10 and counts["people added"] == 10
    assert counts == changed(run_of(source, then))
