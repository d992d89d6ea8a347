"""The plan, without a database: what a roster asks for, and how that differs from what is stored."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from django.utils import timezone

from directory.sync.findings import Findings, RosterError
from directory.sync.plan import Stored, make_plan
from directory.sync.wishes import Grant, wishes_of
from tests.directory.sync import exports
from tests.directory.sync.test_oneroster import change

TODAY = date(2026, 10, 1)


def midnight(*day):
    return timezone.make_aware(datetime(*day))


@pytest.fixture
def wish(read):
    def wish(changed=None, today=TODAY, findings=None):
        findings = findings or Findings()
        options = {"domains": {"riverside.example", "two.example"}, "default_domain": "riverside.example"}
        made = wishes_of(read(changed), today=today, findings=findings, **options)
        findings.stop_if_refused()
        return made

    return wish


def stored_like(wishes, **fields):
    """What the directory holds after these wishes came true."""
    numbered = {
        name: {item: n for n, item in enumerate(getattr(wishes, name))} for name in ("memberships", "grants")
    }
    return Stored(**{"units": dict(wishes.units), "people": dict(wishes.people), **numbered} | fields)


def test_units_are_schools_with_students_staff_and_classes(wish):
    units = wish().units
    assert {key: (facts.name, facts.parent) for key, facts in units.items()} == {
        "school/s1": ("Lincoln", ""),
        "students/s1": ("Students", "school/s1"),
        "staff/s1": ("Staff", "school/s1"),
        "school/s2": ("Jefferson", ""),
        "students/s2": ("Students", "school/s2"),
        "staff/s2": ("Staff", "school/s2"),
        "class/c1": ("Biology 9A", "school/s2"),
    }


def test_a_teacher_holds_a_role_over_the_class_and_is_no_member(wish):
    wishes = wish()
    assert wishes.grants == {Grant("class/c1", "tom", midnight(2026, 8, 17), midnight(2027, 6, 11))}
    assert wishes.memberships == {
        ("staff/s1", "tom"), ("staff/s2", "tom"), ("students/s2", "nora"), ("class/c1", "nora"),
    }  # fmt: skip


def test_without_dates_of_its_own_a_teachers_role_has_those_of_the_terms(wish):
    rows = exports.ENROLMENTS.replace("true,2026-08-17,2027-06-11", "true,,")
    assert wish({"enrollments.csv": rows}).grants == {
        Grant("class/c1", "tom", midnight(2026, 8, 17), midnight(2027, 6, 11))
    }


def test_what_is_over_gives_nothing_and_the_last_day_does_not_count(wish):
    assert wish(today=date(2027, 6, 10)).grants
    over = wish(today=date(2027, 6, 11))
    assert not over.grants and ("class/c1", "nora") not in over.memberships


def test_a_role_that_is_over_makes_nobody_a_member(wish):
    wishes = wish(change("roles.csv", "tom,secondary,teacher,,", "tom,secondary,teacher,,2026-09-01"))
    assert ("staff/s1", "tom") not in wishes.memberships


def test_people_of_the_district_are_in_no_unit(wish):
    wishes = wish()
    assert "amy" in wishes.people and not [m for m in wishes.memberships if m[1] == "amy"]
    assert wishes.people["amy"].department == "Riverside"
    assert not wishes.people["amy"].is_active


def test_user_names_get_the_default_domain_or_keep_one_of_ours(wish):
    wishes = wish(change("users.csv", "nora.field", "Nora.Field@TWO.example"))
    assert wishes.people["tom"].user_principal_name == "tom.baker@riverside.example"
    assert wishes.people["nora"].user_principal_name == "nora.field@two.example"


def test_a_foreign_domain_is_refused_with_its_line(wish):
    with pytest.raises(RosterError, match="^users.csv:3: .*nora@evil.example"):
        wish(change("users.csv", "nora.field", "nora@evil.example"))


def test_two_spellings_of_one_name_are_refused(wish):
    with pytest.raises(RosterError, match="^users.csv:3: .* stands in line 2 too"):
        wish(change("users.csv", "nora.field", "tom.baker@riverside.example"))


@pytest.mark.parametrize("role", ["guardian", "parent", "relative"])
def test_family_gets_no_account(wish, role):
    assert "nora" not in wish(change("roles.csv", "primary,student", f"primary,{role}")).people


def test_an_unknown_role_gives_no_place(wish):
    wishes = wish(change("roles.csv", "primary,student", "primary,wizard"))
    assert "nora" in wishes.people and not [m for m in wishes.memberships if m[1] == "nora"]


def test_a_pupil_enrolled_as_teacher_gets_no_power(wish):
    findings = Findings()
    wishes = wish(change("enrollments.csv", "nora,student", "nora,teacher"), findings=findings)
    assert {grant.person for grant in wishes.grants} == {"tom"}
    assert str(findings.warnings[0]).startswith("enrollments.csv:3:")


def test_who_is_no_teacher_any_more_gets_no_class(wish):
    over = exports.ROLES.replace("teacher,,", "teacher,,2026-09-01")
    assert not wish({"roles.csv": over}).grants
    one_left = exports.ROLES.replace("secondary,teacher,,", "secondary,teacher,,2026-09-01")
    assert wish({"roles.csv": one_left}).grants


def test_staff_enrolled_as_pupils_do_not_come_under_the_teacher(wish):
    wishes = wish(change("enrollments.csv", "tom,teacher,true", "tom,student,true"))
    assert ("class/c1", "tom") not in wishes.memberships


@pytest.mark.parametrize("role", ["administrator", "proctor", "guest"])
def test_other_enrolments_give_nothing(wish, role):
    assert wish(change("enrollments.csv", "tom,teacher", f"tom,{role}")).grants == set()


# The comparison


def test_everything_is_new_at_first_and_nothing_the_second_time(wish):
    first = make_plan(wish(), Stored(), Findings())
    assert [n for n in first.counts().values()] == [7, 0, 3, 0, 0, 0, 4, 0, 1, 0]
    assert first.jobs == {"tom": "Teacher", "nora": "Student", "amy": "District administrator"}
    second = make_plan(wish(), stored_like(wish()), Findings())
    assert second.is_empty and second.lines() == ["Nothing to change."]


def test_names_and_titles_change(wish):
    changed = change("users.csv", "Nora,Field", "Nora,Meadow") | change(
        "classes.csv", "Biology 9A", "Biology 9B"
    )
    plan = make_plan(wish(changed), stored_like(wish()), Findings())
    assert plan.changed_people["nora"].surname == "Meadow"
    assert plan.changed_units["class/c1"].name == "Biology 9B"
    assert sum(plan.counts().values()) == 2


def test_who_is_missing_is_disabled_once(wish):
    after = wish(change("users.csv", "nora,,,true", "nora,tobedeleted,,true"))
    stored = stored_like(wish())
    plan = make_plan(after, stored, Findings())
    assert plan.leavers == ["nora"] and len(plan.gone_memberships) == 2
    assert "disabled: nora.field@riverside.example" in plan.lines()
    people = stored.people | {"nora": replace(stored.people["nora"], is_active=False)}
    assert make_plan(after, stored_like(after, people=people), Findings()).is_empty


def test_who_comes_back_is_enabled(wish):
    stored = stored_like(wish())
    stored.people["nora"] = replace(stored.people["nora"], is_active=False)
    assert make_plan(wish(), stored, Findings()).changed_people["nora"].is_active


def test_a_class_that_is_gone_keeps_its_unit_and_loses_its_people(wish):
    plan = make_plan(wish({"classes.csv": exports.CLASSES.split("\nc1")[0]}), stored_like(wish()), Findings())
    assert (len(plan.gone_memberships), len(plan.gone_grants)) == (1, 1)
    assert not plan.changed_units


def test_memberships_made_by_hand_are_not_made_twice(wish):
    member = ("class/c1", "nora")
    stored = stored_like(wish(), memberships_by_hand={member})
    del stored.memberships[member]
    assert make_plan(wish(), stored, Findings()).is_empty


def test_a_name_that_somebody_made_by_hand_has_is_held_back(wish):
    findings = Findings()
    plan = make_plan(wish(), Stored(others={"nora.field@riverside.example"}), findings)
    assert set(plan.new_people) == {"tom", "amy"}
    assert not [member for member in plan.new_memberships if member[1] == "nora"]
    assert str(findings.warnings[0]).startswith("users.csv:3: ")


def test_a_person_whose_new_name_is_taken_keeps_the_old_one(wish):
    stored = stored_like(wish(), others={"nora.new@riverside.example"})
    plan = make_plan(wish(change("users.csv", "nora.field", "nora.new")), stored, Findings())
    assert plan.is_empty


def test_ids_that_were_made_anew_in_summer_find_their_people(wish):
    files = exports.files()
    new_ids = {name: text.replace("nora,", "nora2,") for name, text in files.items()}
    plan = make_plan(wish(new_ids), stored_like(wish()), Findings())
    assert plan.rekeyed == {"nora2": "nora"}
    assert sum(plan.counts().values()) == 1


def test_a_name_handed_on_to_somebody_else_does_not_hand_on_the_account(wish):
    files = exports.files()
    heir = {name: text.replace("nora,", "nora2,").replace("2001", "3001") for name, text in files.items()}
    findings = Findings()
    plan = make_plan(wish(heir), stored_like(wish()), findings)
    assert not plan.rekeyed and not plan.new_people and plan.leavers == ["nora"]
    assert "belongs to somebody else" in str(findings.warnings[0])


def test_a_name_that_does_not_become_free_is_refused(wish):
    stored = stored_like(wish(), others={"tom.new@riverside.example"})
    changed = exports.USERS_12.replace("tom.baker", "tom.new").replace("nora.field", "tom.baker")
    findings = Findings()
    make_plan(wish({"users.csv": changed}), stored, findings)
    with pytest.raises(RosterError, match="users.csv:3: .*still taken"):
        findings.stop_if_refused()


@pytest.mark.parametrize(("left", "refused"), [(20, False), (21, True)])
def test_a_mass_removal_needs_a_word(wish, left, refused):
    stored = stored_like(wish())
    tom = stored.people["tom"]
    stored.people |= {
        f"x{n}": replace(tom, user_principal_name=f"x{n}@riverside.example") for n in range(left)
    }
    findings, accepted = Findings(), Findings()
    make_plan(wish(), stored, findings)
    assert len(make_plan(wish(), stored, accepted, accept_removals=True).leavers) == left
    accepted.stop_if_refused()
    if refused:
        with pytest.raises(RosterError, match="--accept-removals"):
            findings.stop_if_refused()
