"""CSV files as a district's secretary has them: what they mean, and what is taken however it is written."""

from datetime import datetime

import pytest
from django.utils import timezone

from directory import roles
from directory.models import Source, SourceKind
from directory.sync import csv_files
from directory.sync.facts import GrantFact, PersonFact, UnitFact, UnitMemberFact
from directory.sync.findings import Findings, RosterError
from tests.directory.sync.malformed_csv import MALFORMED, all_, pack

PEOPLE = (
    "user_principal_name,given_name,surname\nnora.field,Nora,Field\nTom.Baker@riverside.example,Tom,Baker\n"
)
UNITS = "unit,unit_name,kind,parent\nl,Lincoln,school,\nb,Biology,class,l\n"
MEMBERS = "unit,person\nb,nora.field\n"
MANAGERS = "unit,person,role,starts_at,ends_at\nb,tom.baker@riverside.example,,2026-08-17,2999-06-11\n"
NORA, TOM = "nora.field@riverside.example", "tom.baker@riverside.example"


@pytest.fixture
def read(riverside):
    """The facts of files, read in a tenant; `read.warnings` is what there was to say."""

    def read(content, **settings):
        findings = Findings()
        source = Source(kind=SourceKind.CSV, key="csv", **settings)
        content = content.encode() if isinstance(content, str) else content
        facts = list(csv_files.read(source, content, findings).facts)
        read.warnings = [str(warning) for warning in findings.warnings]
        return facts

    with riverside.scope():
        yield read


def test_one_file_of_people(read):
    assert read(PEOPLE) == [
        PersonFact(NORA, NORA, "Nora Field", "Nora", "Field"),
        PersonFact(TOM, TOM, "Tom Baker", "Tom", "Baker"),
    ]
    assert read.warnings == []


def test_all_files(read):
    facts = read(pack(people=PEOPLE, units=UNITS, members=MEMBERS, managers=MANAGERS))
    assert facts[:2] == [UnitFact("l", "Lincoln", "school"), UnitFact("b", "Biology", "class", "l")]
    dates = [timezone.make_aware(datetime(2026, 8, 17)), timezone.make_aware(datetime(2999, 6, 11))]
    assert facts[4:] == [UnitMemberFact("b", NORA), GrantFact("b", roles.PASSWORD, TOM, "", *dates)]
    assert {(fact.file, fact.line) for fact in facts} == {
        ("units.csv", 2), ("units.csv", 3), ("people.csv", 2), ("people.csv", 3), ("members.csv", 2),
        ("managers.csv", 2),
    }  # fmt: skip


def test_the_tenants_own_names_of_columns(read):
    text = "Klasse;Vorname;Nachname;E-Mail\n7a;Nora;Field;nora.field\n"
    columns = {
        "user_principal_name": "E-Mail",
        "given_name": "vorname",
        "surname": "NACHNAME",
        "units": "Klasse",
    }
    assert read(text, columns=columns) == [
        PersonFact(NORA, NORA, "Nora Field", "Nora", "Field"),
        UnitMemberFact("7a", NORA),
        UnitFact("7a", "7a"),
    ]


def test_the_names_of_our_own_export_and_of_graph(read):
    ours = "User name,Name,First name,Last name,Job,Department,Employee number,Account enabled\n"
    graph = "userPrincipalName,displayName,givenName,surname,jobTitle,department,employeeId,accountEnabled\n"
    row = f"{NORA},Nora F,Nora,Field,Student,Science,2001,no\n"
    expected = [PersonFact(NORA, NORA, "Nora F", "Nora", "Field", "Student", "Science", "2001", False)]
    assert read(ours + row) == read(graph + row) == expected


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_delimiters_encodings_and_line_ends(read, delimiter, encoding, end):
    text = PEOPLE.replace("Field", "Fiéld").replace(",", delimiter).replace("\n", end)
    (nora, _tom) = read(text.encode(encoding))
    assert nora == PersonFact(NORA, NORA, "Nora Fiéld", "Nora", "Fiéld")


def test_a_delimiter_inside_quotation_marks_divides_nothing(read):
    text = 'user_principal_name;display_name\nnora.field;"Field; Nora, called ""Nori"""\n'
    assert read(text)[0].display_name == 'Field; Nora, called "Nori"'


def test_lines_are_counted_across_cells_with_line_breaks(read):
    text = 'user_principal_name,surname\nnora.field,"Fi\n\neld"\ntom.baker,Baker\n'
    assert [fact.line for fact in read(text)] == [2, 5]


def test_a_column_of_one(read):
    assert [fact.key for fact in read("user_principal_name\nnora.field\n\n")] == [NORA]


def test_empty_rows_of_a_spreadsheet_are_no_people(read):
    assert len(read(PEOPLE + ",,\n,,\n")) == 2


def test_people_may_have_keys_of_their_own(read):
    people = "person,user_principal_name\n17,nora.field\n"
    facts = read(pack(people=people, units=UNITS, members="unit,person\nb,17\n"))
    assert facts[2].key == "17" and facts[3] == UnitMemberFact("b", "17")


def test_without_names_somebody_is_called_like_their_user_name(read):
    assert read("user_principal_name\nnora.field\n")[0].display_name == "nora.field"


def test_locations_without_a_file_of_theirs_are_made_by_name(read):
    people = "user_principal_name,units\nnora.field,Lincoln; Biology | Choir;Lincoln\n"
    facts = read(pack(people=people, members=f"unit,person\nArt,{NORA}\n"))
    assert [fact.unit for fact in facts if isinstance(fact, UnitMemberFact)] == [
        "Lincoln",
        "Biology",
        "Choir",
        "Art",
    ]
    assert [fact for fact in facts if isinstance(fact, UnitFact)] == [
        UnitFact(name, name) for name in ("Lincoln", "Biology", "Choir", "Art")
    ]


def test_with_a_file_of_locations_none_is_made_by_name(read):
    people = "user_principal_name,units\nnora.field,nowhere\n"
    facts = read(pack(people=people, units=UNITS))
    assert [fact.key for fact in facts if isinstance(fact, UnitFact)] == ["l", "b"]


def test_nothing_is_said_twice(read):
    facts = read(pack(people=PEOPLE, units=UNITS, members=MEMBERS + "b,nora.field\n"))
    assert len(facts) == 5


@pytest.mark.parametrize(
    ("cell", "role"),
    [
        ("", roles.HELPDESK),
        ("helpdesk administrator", roles.HELPDESK),
        (roles.AUTHENTICATION, roles.AUTHENTICATION),
        ("Principal", roles.PRIVILEGED_AUTHENTICATION),
        (roles.PRIVILEGED_AUTHENTICATION, roles.PRIVILEGED_AUTHENTICATION),
    ],
)
def test_a_managers_role_by_its_name_or_by_the_tenants_word(read, cell, role):
    mapping = {"managers": roles.HELPDESK, "principal": roles.PRIVILEGED_AUTHENTICATION}
    managers = f"unit,person,role\nb,nora.field,{cell}\n"
    facts = read(pack(people=PEOPLE, units=UNITS, managers=managers), roles=mapping)
    assert facts[-1] == GrantFact("b", role, NORA)


def test_managers_get_nothing_where_the_tenant_says_so(read):
    """A file does not give what the mapping denies."""
    managers = f"unit,person,role\nb,{NORA},\nb,{TOM},User Administrator\nb,{TOM},teacher\n"
    content = pack(people=PEOPLE, units=UNITS, managers=managers)
    facts = read(content, roles={"managers": "", "teacher": roles.PASSWORD})
    assert not [fact for fact in facts if isinstance(fact, GrantFact)]
    assert len(read.warnings) == 3 and "managers get none" in read.warnings[0]


def test_what_is_over_gives_nothing(read):
    managers = "unit,person,ends_at\nb,nora.field,2020-01-01\n"
    assert not [
        f for f in read(pack(people=PEOPLE, units=UNITS, managers=managers)) if isinstance(f, GrantFact)
    ]


def test_what_is_not_read_is_said(read):
    read(pack(people=PEOPLE, notes="x"), columns={"favourite colour": "x"})
    assert read.warnings == [
        "columns of the source: “favourite colour” is no field of ours.",
        "notes.csv: “notes.csv” was left out.",
    ]


def test_columns_that_nobody_asked_for_are_not_read(read):
    facts = read("user_principal_name,password\nnora.field,hunter2\n")
    assert "hunter2" not in repr(facts) and read.warnings == []


def test_facts_come_as_a_stream(riverside):
    """A file of any length is never in memory as a whole."""
    with riverside.scope():
        source = Source(kind=SourceKind.CSV)
        facts = csv_files.read(source, (PEOPLE + "no row\n").encode(), Findings()).facts
        assert next(facts).key == NORA


@pytest.mark.parametrize(("content", "problem"), MALFORMED)
def test_what_could_mean_two_things_is_refused_with_file_and_line(read, content, problem):
    with pytest.raises(RosterError) as caught:
        read(content)
    problems = [str(one) for one in caught.value.problems]
    assert [line for line in problems if line.startswith(problem)], problems


def test_no_file_is_refused(riverside):
    with riverside.scope(), pytest.raises(RosterError, match=r"^people.csv: There is no file to read"):
        csv_files.read(Source(kind=SourceKind.CSV), None, Findings())


def test_a_column_of_the_tenants_that_is_gone_is_refused(read):
    """It would empty the field of everybody."""
    with pytest.raises(RosterError, match="^people.csv:1: The column “Abteilung” is missing"):
        read(PEOPLE, columns={"department": "Abteilung"})


def test_too_many_rows(read, monkeypatch):
    monkeypatch.setattr("directory.sync.oneroster.tables.MAX_ROWS", 1)
    with pytest.raises(RosterError, match="^people.csv:3: The file has more rows than this program reads."):
        read(PEOPLE)


def test_utf_16_has_a_limit(read, monkeypatch):
    monkeypatch.setattr("directory.sync.csv_files.sheets.MAX_UTF_16", 20)
    with pytest.raises(RosterError, match="^people.csv:1: The file is too large to be UTF-16."):
        read(PEOPLE.encode("utf-16"))


def test_all_problems_come_at_once(read):
    content = all_(people="user_principal_name\nno ra\n", members="unit,person\n,x\n")
    with pytest.raises(RosterError) as caught:
        read(content)
    assert [problem.file for problem in caught.value.problems] == ["people.csv", "members.csv"]
