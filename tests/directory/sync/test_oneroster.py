"""What a good export means, and what is taken with a warning."""

from datetime import date

import pytest

from directory.sync.records import EnrolmentRecord, RoleRecord
from tests.directory.sync import exports


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_good_export_is_read_without_a_word(read, version):
    roster = read(version=version)
    assert roster.warnings == []
    assert roster.version == version
    assert {kind: len(getattr(roster, kind)) for kind in ("orgs", "classes", "people", "enrolments")} == {
        "orgs": 4, "classes": 1, "people": 3, "enrolments": 2,
    }  # fmt: skip


def test_both_versions_give_the_same_records(read):
    old, new = read(version="1.1"), read(version="1.2")
    assert (old.orgs, old.classes, old.people, old.enrolments) == (
        new.orgs, new.classes, new.people, new.enrolments,
    )  # fmt: skip


def test_a_person_has_roles_at_organizations_the_primary_first(read):
    tom = read().people["tom"]
    assert tom.roles == (RoleRecord("teacher", "s2"), RoleRecord("teacher", "s1", primary=False))
    assert tom.primary_org == "s2"
    assert tom.display_name == "Tom Baker"
    assert tom.line == 2


def test_a_secondary_role_may_stand_first(read):
    roles = exports.ROLES.replace("r1,,,tom,primary", "r1,,,tom,secondary").replace(
        "r2,,,tom,secondary", "r2,,,tom,primary"
    )
    users = exports.USERS_12.replace(",,,,s2,", ",,,,,")
    assert read({"roles.csv": roles, "users.csv": users}).people["tom"].primary_org == "s1"


def test_an_administrator_of_11_is_one_of_the_place(read):
    users = exports.USERS_11.replace("false,d,administrator", "false,s1,administrator")
    assert read({"users.csv": users}, "1.1").people["amy"].roles[0].role == "siteAdministrator"
    assert read(version="1.1").people["amy"].roles[0].role == "districtAdministrator"


def test_preferred_names_are_shown(read):
    users = exports.USERS_12.replace("09,hunter2,,,,,,", "09,hunter2,,Nori,,Feld,,")
    nora = read({"users.csv": users}).people["nora"]
    assert nora.display_name == "Nori Feld" and nora.given_name == "Nora"


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_password_is_never_kept(read, version):
    assert "hunter2" not in repr(read(version=version))


def test_demographics_are_never_read(warned):
    assert warned({"demographics.csv": b"\xff not even text"}, demographics="bulk") == []


def test_a_class_runs_from_its_first_term_to_its_last(read):
    made = read().classes["c1"]
    assert (made.begin, made.end) == (date(2026, 8, 17), date(2027, 6, 11))


def test_enrolments_have_role_and_dates(read):
    assert read().enrolments["e1"] == EnrolmentRecord(
        "e1", "c1", "s2", "tom", "teacher", True, date(2026, 8, 17), date(2027, 6, 11)
    )
    assert read().enrolments["e2"].begin is None


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_of_all_systems(read, end):
    changed = {name: text.replace("\n", end) for name, text in exports.files().items()}
    assert len(read(changed).people) == 3


def test_columns_that_some_exporters_leave_out_or_add_in_their_place(read):
    header = exports.USERS_12.split("\n")[0]
    without = header.removesuffix(",pronouns") + "\nx,,,true,xu,,X,U" + "," * 13
    added = header.replace("userMasterIdentifier", "userMasterIdentifier,resourceSourcedIds")
    assert read({"users.csv": without}).people["x"].username == "xu"
    assert read({"users.csv": added + "\nx,,,true,xu,,X,U" + "," * 15}).people["x"].username == "xu"


def change(name, old, new):
    text = exports.files()[name]
    assert old in text
    return {name: text.replace(old, new)}


TAKEN = [
    (
        change("users.csv", "tom,,,true", "tom,,,TRUE"),
        "users.csv:2: The column enabledUser is “TRUE” and is read as true.",
    ),
    (
        change("users.csv", "amy,,,false", "amy,,,No"),
        "users.csv:4: The column enabledUser is “No” and is read as false.",
    ),
    (
        change("orgs.csv", "Lincoln,school", "Lincoln,School"),
        "orgs.csv:3: The column type is “School” and is read as school.",
    ),
    (
        change("roles.csv", "nora,primary,student", "nora,Primary,student"),
        "roles.csv:4: The column roleType is “Primary” and",
    ),
    (
        change("roles.csv", "nora,primary,student", "nora,primary,STUDENT"),
        "roles.csv:4: The column role is “STUDENT” and",
    ),
    (
        change("enrollments.csv", "tom,teacher", "tom,Teacher"),
        "enrollments.csv:2: The column role is “Teacher” and",
    ),
    (change("manifest.csv", "file.users,bulk", "file.users,Bulk"), "manifest.csv:9: “Bulk” is read as bulk."),
    (
        change("manifest.csv", "file.users,bulk\n", ""),
        "manifest.csv:1: users.csv is not mentioned and is read as bulk.",
    ),
    ({"orgs.csv": "\ufeff" + exports.ORGS}, "orgs.csv:1: The file begins with a byte order mark."),
    (
        {"courses.csv": None} | change("manifest.csv", "courses,bulk", "courses,absent"),
        "manifest.csv:6: courses.csv is absent",
    ),
    (
        {"academicSessions.csv": None}
        | change("manifest.csv", "academicSessions,bulk", "academicSessions,absent"),
        "manifest.csv:4: academicSessions.csv is absent",
    ),
    (
        {"orgs.csv": "\n".join(line + ",x" for line in exports.ORGS.split())},
        "orgs.csv:1: Extension columns are not read: x.",
    ),
    (
        change("orgs.csv", "parentSourcedId", "parentsourcedid"),
        "orgs.csv:1: The column “parentsourcedid” is read as parentS",
    ),
    (
        change("classes.csv", "termSourcedIds", "termSourcedId"),
        "classes.csv:1: The column “termSourcedId” is read as termS",
    ),
    (
        change("classes.csv", "scheduled,,s2", "scheduled,,dep"),
        "classes.csv:2: The organization “dep” is not a school; the class goes to “s2” above it.",
    ),
    (
        change("classes.csv", "scheduled,,s2", "scheduled,,d"),
        "classes.csv:2: The organization “d” is in no school; the class is",
    ),
    (
        change("classes.csv", "scheduled,,s2", "scheduled,,zz"),
        "classes.csv:2: The organization “zz” is not in orgs.csv; the class",
    ),
    (
        change("classes.csv", '"t1,t2"', '"t1,t9"'),
        "classes.csv:2: The academic session “t9” is not in academicSessions.csv.",
    ),
    (
        change("enrollments.csv", "s2,nora", "s2,gone"),
        "enrollments.csv:3: The user “gone” is not in users.csv; the enrolment is",
    ),
    (
        change("enrollments.csv", "e2,,,c1", "e2,,,c9"),
        "enrollments.csv:3: The class “c9” is not there; the enrolment is held back.",
    ),
    (
        change("roles.csv", "r3,,,nora", "r3,,,gone"),
        "roles.csv:4: The user “gone” is not in users.csv; the role is held back.",
    ),
    (
        change("roles.csv", "student,,,s2", "student,,,s9"),
        "roles.csv:4: The organization “s9” is not in orgs.csv; the role there",
    ),
    (
        change("roles.csv", "r3,,,nora,primary,student", "r3,,,nora,primary,wizard"),
        "roles.csv:4: The role “wizard” is not known and",
    ),
    (
        change("enrollments.csv", "nora,student", "nora,guest"),
        "enrollments.csv:3: The role “guest” is not known and gives no rights.",
    ),
    (
        change("orgs.csv", "Science,department,,s2", "Science,department,,s9"),
        "orgs.csv:5: The parent “s9” is not in orgs.csv.",
    ),
    (
        change("users.csv", "Nora,Field", " Nora ,Field"),
        "users.csv:3: The column givenName had extra white space.",
    ),
    (
        change("users.csv", "Nora,Field", '"No\nra",Field'),
        "users.csv:3: The column givenName had extra white space.",
    ),
    (change("users.csv", "nora,,,", "nora,active,,"), ""),
    (
        change("users.csv", "nora,,,", "nora,tobedeleted,,"),
        "users.csv:3: The row is marked as “tobedeleted” and was left out.",
    ),
    (
        change("enrollments.csv", "2026-08-17", "2026-08-17T00:00:00.000Z"),
        "enrollments.csv:2: The column beginDate holds a time of",
    ),
    (
        {"enrollments.csv": exports.ENROLMENTS.split("\n")[0]},
        "enrollments.csv:1: The file has a header and no rows.",
    ),
    ({"__MACOSX/._users.csv": b"x"}, "roster.zip:1: “__MACOSX/._users.csv” was left out."),
    ({"notes.txt": "hello"}, "roster.zip:1: “notes.txt” was left out."),
    ({"users.csv": None, "Users.CSV": exports.USERS_12}, ""),
]


@pytest.mark.parametrize(("changed", "warning"), TAKEN)
def test_what_is_plain_is_taken_with_file_and_line(warned, changed, warning):
    warnings = warned(changed)
    assert [line for line in warnings if line.startswith(warning)] if warning else warnings == []


def test_lines_are_counted_across_cells_with_line_breaks(warned):
    changed = change("users.csv", "Tom,Baker", '"T\n\nom",Baker')
    changed["users.csv"] = changed["users.csv"].replace("amy,,,false", "amy,,,False")
    assert warned(changed)[-1].startswith("users.csv:6:")


def test_what_is_held_back_is_not_in_the_records(read):
    roster = read(change("enrollments.csv", "s2,nora", "s2,gone") | change("classes.csv", ",s2,", ",dep,"))
    assert list(roster.enrolments) == ["e1"]
    assert roster.classes["c1"].school == "s2"


def test_an_unknown_role_is_kept(read):
    nora = read(change("roles.csv", "r3,,,nora,primary,student", "r3,,,nora,primary,wizard")).people["nora"]
    assert nora.roles[0].role == "wizard"


def test_a_habit_of_the_exporter_does_not_fill_the_screen(warned):
    rows = [f"x{n},,,TRUE,user{n},,A,B" + "," * 14 for n in range(1000)]
    text = exports.USERS_12.split("\n")[0] + "\n" + "\n".join(rows)
    warnings = [line for line in warned({"users.csv": text}) if "TRUE" in line]
    assert len(warnings) == 21
    assert "980 more lines of this file are like this one" in warnings[-1]


def test_accents_are_composed(read):
    users = exports.USERS_12.replace("Nora,Field", "Nore\u0301,Field")
    assert read({"users.csv": users}).people["nora"].given_name == "Nor\u00e9"
