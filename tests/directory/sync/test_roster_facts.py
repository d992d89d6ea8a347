"""What a roster says as facts: who is where, and who gets a role over what and how long."""

from datetime import date, datetime

import pytest
from django.utils import timezone

from directory import roles
from directory.sync.facts import GrantFact, PersonFact, UnitFact, UnitMemberFact
from directory.sync.findings import Findings
from directory.sync.roster_facts import facts_of
from tests.directory.sync import exports
from tests.directory.sync.test_oneroster import change

TODAY = date(2026, 10, 1)
TEACHERS = {"teacher": roles.PASSWORD}
AT_JEFFERSON = exports.ROLES.replace("amy,primary,districtAdministrator,,,d", "amy,primary,{},,{},s2")


def midnight(*day):
    return timezone.make_aware(datetime(*day))


def as_(role, ends=""):
    """Amy is something at Jefferson."""
    return {"roles.csv": AT_JEFFERSON.format(role, ends)}


class Said:
    """Facts by their kind."""

    def __init__(self, facts):
        self.all = list(facts)
        self.units = {fact.key: fact for fact in self.all if isinstance(fact, UnitFact)}
        self.people = {fact.key: fact for fact in self.all if isinstance(fact, PersonFact)}
        self.members = [(f.unit, f.person) for f in self.all if isinstance(f, UnitMemberFact)]
        self.grants = [fact for fact in self.all if isinstance(fact, GrantFact)]


@pytest.fixture
def say(read):
    def say(changed=None, *, today=TODAY, mapping=TEACHERS, version="1.2"):
        say.findings = Findings()
        options = {"roles": mapping, "default_domain": "riverside.example", "today": today}
        return Said(facts_of(read(changed, version), findings=say.findings, **options))

    return say


def test_units_are_schools_with_students_staff_and_classes(say):
    units = say().units
    assert {key: (fact.name, fact.kind, fact.parent) for key, fact in units.items()} == {
        "school/s1": ("Lincoln", "school", ""),
        "students/s1": ("Students", "students", "school/s1"),
        "staff/s1": ("Staff", "staff", "school/s1"),
        "school/s2": ("Jefferson", "school", ""),
        "students/s2": ("Students", "students", "school/s2"),
        "staff/s2": ("Staff", "staff", "school/s2"),
        "class/c1": ("Biology 9A", "class", "school/s2"),
    }


def test_a_person_as_the_directory_knows_them(say):
    assert say().people["nora"] == PersonFact(
        key="nora",
        user_principal_name="nora.field@riverside.example",
        display_name="Nora Field",
        given_name="Nora",
        surname="Field",
        job_title="Student",
        department="Jefferson",
        employee_id="2001",
    )
    assert not say().people["amy"].is_active


def test_user_names_get_the_default_domain_or_keep_theirs_in_small_letters(say):
    people = say(change("users.csv", "nora.field", "Nora.Field@TWO.example")).people
    assert people["nora"].user_principal_name == "nora.field@two.example"


def test_every_fact_knows_its_file_and_line(say):
    said = say()
    assert {(fact.file, fact.line) for fact in said.units.values()} == {
        ("orgs.csv", 3), ("orgs.csv", 4), ("classes.csv", 2),
    }  # fmt: skip
    assert (said.people["amy"].file, said.people["amy"].line) == ("users.csv", 4)
    assert [(fact.file, fact.line) for fact in said.grants] == [("enrollments.csv", 2)]
    members = {fact.unit: (fact.file, fact.line) for fact in said.all if isinstance(fact, UnitMemberFact)}
    assert members == {
        "staff/s2": ("roles.csv", 2), "staff/s1": ("roles.csv", 3), "students/s2": ("roles.csv", 4),
        "class/c1": ("enrollments.csv", 3),
    }  # fmt: skip


def test_in_11_roles_stand_with_the_people(say):
    members = [fact for fact in say(version="1.1").all if isinstance(fact, UnitMemberFact)]
    assert ("users.csv", 3) in {(fact.file, fact.line) for fact in members}


def test_a_teacher_holds_a_role_over_the_class_and_is_no_member(say):
    said = say()
    assert said.grants == [
        GrantFact("class/c1", roles.PASSWORD, "tom", "", midnight(2026, 8, 17), midnight(2027, 6, 11))
    ]
    assert sorted(said.members) == [
        ("class/c1", "nora"), ("staff/s1", "tom"), ("staff/s2", "tom"), ("students/s2", "nora"),
    ]  # fmt: skip


def test_the_tenant_says_which_role_a_teacher_gets(say):
    assert [grant.role for grant in say(mapping={"teacher": roles.HELPDESK}).grants] == [roles.HELPDESK]
    assert say(mapping={}).grants == []


def test_without_dates_of_its_own_a_teachers_role_has_those_of_the_terms(say):
    rows = exports.ENROLMENTS.replace("true,2026-08-17,2027-06-11", "true,,")
    (grant,) = say({"enrollments.csv": rows}).grants
    assert (grant.starts_at, grant.ends_at) == (midnight(2026, 8, 17), midnight(2027, 6, 11))


def test_what_is_over_gives_nothing_and_the_last_day_does_not_count(say):
    assert say(today=date(2027, 6, 10)).grants
    over = say(today=date(2027, 6, 11))
    assert not over.grants and ("class/c1", "nora") not in over.members


def test_a_role_that_is_over_makes_nobody_a_member(say):
    said = say(change("roles.csv", "tom,secondary,teacher,,", "tom,secondary,teacher,,2026-09-01"))
    assert ("staff/s1", "tom") not in said.members


def test_nothing_is_said_twice(say):
    twice = exports.ROLES + "r9,,,tom,secondary,aide,,,s2,\n"
    again = exports.ENROLMENTS + "e9,,,c1,s2,nora,student,false,,\n"
    said = say({"roles.csv": twice, "enrollments.csv": again})
    assert len(said.members) == len(set(said.members)) == 4


@pytest.mark.parametrize("role", ["guardian", "parent", "relative"])
def test_family_gets_no_account_and_no_place(say, role):
    said = say(change("roles.csv", "primary,student", f"primary,{role}"))
    assert "nora" not in said.people and "nora" not in [person for _unit, person in said.members]


def test_an_unknown_role_gives_no_place(say):
    said = say(change("roles.csv", "primary,student", "primary,wizard"))
    assert "nora" in said.people and "nora" not in [person for _unit, person in said.members]


# Roles over a school

AT_SCHOOL = ["principal", "siteAdministrator", "aide", "counselor", "proctor"]


@pytest.mark.parametrize("role", AT_SCHOOL)
def test_what_somebody_is_at_a_school_gives_a_role_over_it_for_its_dates(say, role):
    said = say(as_(role, "2027-07-01"), mapping={role: roles.AUTHENTICATION})
    assert said.grants == [
        GrantFact("school/s2", roles.AUTHENTICATION, "amy", "", None, midnight(2027, 7, 1))
    ]
    assert (said.grants[0].file, said.grants[0].line) == ("roles.csv", 5)


@pytest.mark.parametrize("role", AT_SCHOOL)
def test_or_over_its_pupils_only(say, role):
    said = say(as_(role), mapping={f"{role}.students": roles.PASSWORD})
    assert said.grants == [GrantFact("students/s2", roles.PASSWORD, "amy")]


def test_a_role_at_a_school_that_is_over_gives_nothing(say):
    assert say(as_("principal", "2026-10-01"), mapping={"principal": roles.PASSWORD}).grants == []


@pytest.mark.parametrize("role", ["districtAdministrator", "systemAdministrator", "teacher"])
def test_roles_that_are_not_a_schools_give_nothing_over_it(say, role):
    """A teacher has classes; who runs the district gets a role over the whole tenant by hand."""
    mapping = {role: roles.PASSWORD, f"{role}.students": roles.PASSWORD}
    assert "amy" not in [grant.person for grant in say(as_(role), mapping=mapping).grants]


def test_a_principal_of_the_district_gets_nothing(say):
    changed = change("roles.csv", "amy,primary,districtAdministrator", "amy,primary,principal")
    assert say(changed, mapping={"principal": roles.PASSWORD}).grants == []


def test_nobody_gets_a_role_twice_through_a_school_and_its_department(say):
    twice = exports.ROLES + "r8,,,amy,secondary,aide,,,s2,\nr9,,,amy,secondary,aide,,,dep,\n"
    said = say({"roles.csv": twice}, mapping={"aide": roles.PASSWORD})
    assert said.grants == [GrantFact("school/s2", roles.PASSWORD, "amy")]


# Pupils


def test_a_pupil_enrolled_as_teacher_gets_no_power(say):
    said = say(change("enrollments.csv", "nora,student", "nora,teacher"))
    assert {grant.person for grant in said.grants} == {"tom"}
    assert str(say.findings.warnings[0]) == (
        "enrollments.csv:3: “nora” is enrolled as teacher but has no such role; the enrolment is held back."
    )


@pytest.mark.parametrize("mapping", [{"aide": roles.PASSWORD}, {"aide.students": roles.PASSWORD}])
def test_a_pupil_who_helps_in_the_office_gets_no_power(say, mapping):
    helps = exports.ROLES + "r9,,,nora,secondary,aide,,,s2,\n"
    assert say({"roles.csv": helps}, mapping=mapping).grants == []
    assert str(say.findings.warnings[0]) == (
        "roles.csv:6: “nora” is a pupil too; what aide would give is held back."
    )


def test_a_pupil_who_is_said_to_teach_gets_no_power_either(say):
    teaches = {"roles.csv": exports.ROLES + "r9,,,nora,secondary,teacher,,,s2,\n"}
    said = say(teaches | change("enrollments.csv", "nora,student", "nora,teacher"))
    assert {grant.person for grant in said.grants} == {"tom"}


def test_who_has_left_school_and_teaches_now_does_get_it(say):
    rows = exports.ROLES.replace("primary,student,,", "primary,student,,2026-09-01")
    teaches = {"roles.csv": rows + "r9,,,nora,secondary,teacher,,,s2,\n"}
    said = say(teaches | change("enrollments.csv", "nora,student", "nora,teacher"))
    assert {grant.person for grant in said.grants} == {"tom", "nora"}


def test_who_is_no_teacher_any_more_gets_no_class(say):
    over = exports.ROLES.replace("teacher,,", "teacher,,2026-09-01")
    assert not say({"roles.csv": over}).grants
    one_left = exports.ROLES.replace("secondary,teacher,,", "secondary,teacher,,2026-09-01")
    assert say({"roles.csv": one_left}).grants


def test_staff_enrolled_as_pupils_do_not_come_under_the_teacher(say):
    said = say(change("enrollments.csv", "tom,teacher,true", "tom,student,true"))
    assert ("class/c1", "tom") not in said.members


@pytest.mark.parametrize("role", ["administrator", "proctor", "guest"])
def test_other_enrolments_give_nothing(say, role):
    everything = {key: roles.PASSWORD for key in ("teacher", "administrator", "proctor", "guest")}
    changed = change("enrollments.csv", "tom,teacher", f"tom,{role}")
    assert say(changed, mapping=everything).grants == []
