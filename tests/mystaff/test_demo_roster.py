"""The demo district: the sizes and people that the guides rely on."""

from collections import Counter
from datetime import date

import pytest

from directory.sync import oneroster
from mystaff.demo import names, roster


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    for version in ("1.1", "1.2"):
        roster.write(folder / f"{version}.zip", version)
    return folder


@pytest.fixture(scope="module")
def read(written):
    return oneroster.read_roster(written / "1.2.zip")


def is_student(person) -> bool:
    return "student" in {held.role for held in person.roles}


def by_login(read, login):
    return next(person for person in read.people.values() if person.username == login)


def classes_of(read, login, role):
    person = by_login(read, login)
    return {e.class_id for e in read.enrolments.values() if e.user == person.source_id and e.role == role}


def test_it_is_the_same_to_the_byte_every_time(written, tmp_path):
    roster.write(tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == (written / "1.2.zip").read_bytes()


def test_both_versions_say_the_same(written, read):
    old = oneroster.read_roster(written / "1.1.zip")
    assert (old.orgs, old.classes, old.people, old.enrolments) == (
        read.orgs,
        read.classes,
        read.people,
        read.enrolments,
    )
    assert old.warnings == read.warnings == []


def test_its_size(read):
    assert sum(is_student(person) for person in read.people.values()) == 2000
    assert sum(not is_student(person) for person in read.people.values()) == 120
    assert len(read.people) == 2120 and len(read.classes) == 180
    assert [org.name for org in read.orgs.values()] == [
        "Riverside Unified School District",
        "Lincoln Elementary",
        "Jefferson High",
        "Roosevelt Middle",
    ]


@pytest.mark.parametrize(
    ("login", "school", "student"),
    [
        ("helen.park", "org-jefferson", False),
        ("maria.lopez", "org-lincoln", False),
        ("tom.baker", "org-jefferson", False),
        ("sam.reed", "org-lincoln", False),
        ("nora.field", "org-jefferson", True),
        ("omar.diaz", "org-jefferson", False),
    ],
)
def test_the_people_of_the_guides(read, login, school, student):
    person = by_login(read, login)
    assert (person.primary_org, is_student(person)) == (school, student)
    assert person.display_name.lower() == login.replace(".", " ")
    assert person.email == f"{login}@riverside.example"
    assert [p.display_name for p in read.people.values()].count(person.display_name) == 1


def test_tom_has_five_classes_and_nora_is_in_one(read):
    toms = classes_of(read, "tom.baker", "teacher")
    assert len(toms) == 5
    assert len(toms & classes_of(read, "nora.field", "student")) == 1


@pytest.mark.parametrize("login", ["helen.park", "maria.lopez", "sam.reed", "omar.diaz"])
def test_some_staff_do_not_teach(read, login):
    assert classes_of(read, login, "teacher") == set()


def test_every_class_has_one_teacher_who_leads_and_some_pupils(read):
    leads = Counter(e.class_id for e in read.enrolments.values() if e.primary and e.role == "teacher")
    assert set(leads) == set(read.classes) and set(leads.values()) == {1}
    taught = Counter(e.user for e in read.enrolments.values() if e.role == "teacher")
    assert len(taught) == 109 and min(taught.values()) == 1 and max(taught.values()) <= 6
    pupils = Counter(e.class_id for e in read.enrolments.values() if e.role == "student")
    assert set(pupils) == set(read.classes) and 10 <= min(pupils.values()) <= max(pupils.values()) <= 50


def test_people_are_enrolled_in_their_own_school(read):
    for enrolment in read.enrolments.values():
        assert read.people[enrolment.user].primary_org == read.classes[enrolment.class_id].school


def test_user_names_are_plain_and_names_are_not(read):
    assert all(person.username.isascii() for person in read.people.values())
    shown = "".join(person.display_name for person in read.people.values())
    assert {"é", "ñ", "王", "م"} <= set(shown)


@pytest.mark.parametrize(("day", "year"), [("2026-07-31", 2025), ("2026-08-01", 2026), ("2027-02-01", 2026)])
def test_a_school_year_contains_every_day(tmp_path, day, year):
    day = date.fromisoformat(day)
    assert roster.school_year(day) == year
    roster.write(tmp_path / "r.zip", year_start=roster.school_year(day))
    for enrolment in oneroster.read_roster(tmp_path / "r.zip").enrolments.values():
        assert enrolment.begin <= day < enrolment.end


def test_names_in_other_scripts_have_plain_user_names():
    assert names.named("子轩|zixuan", "杨|yang") == ("子轩", "杨", "zixuan.yang")
    assert names.named("Łucja", "Groß") == ("Łucja", "Groß", "lucja.gross")
    assert names.named("José", "O’Brien") == ("José", "O’Brien", "jose.obrien")
