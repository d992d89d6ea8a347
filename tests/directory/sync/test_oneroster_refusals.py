"""What is refused: always with file and line, and all problems at once."""

from contextlib import suppress
from datetime import date
from random import Random

import pytest

from directory.sync import oneroster
from directory.sync.findings import Findings, RosterError
from directory.sync.roster_facts import facts_of
from tests.directory.sync import exports
from tests.directory.sync.test_oneroster import change

UTF_16 = exports.ORGS.encode("utf-16")

REFUSED = [
    ({"manifest.csv": None}, "manifest.csv:1: The file is missing from the zip file."),
    (
        {"manifest.csv": "propertyName,value\nmanifest.version,1.0\n"},
        "manifest.csv:1: The line oneroster.version is missing.",
    ),
    (
        change("manifest.csv", "version,1.2", "version,2.0"),
        "manifest.csv:3: OneRoster 2.0 is not supported, only 1.1 and 1.2.",
    ),
    (
        change("manifest.csv", "users,bulk", "users,delta"),
        "manifest.csv:9: users.csv is a delta, and no bulk export was read before it.",
    ),
    (
        change("manifest.csv", "users,bulk", "users,some"),
        "manifest.csv:9: users.csv is “some” and none of: bulk, delta, absent.",
    ),
    (
        change("manifest.csv", "users,bulk", "users,absent"),
        "manifest.csv:9: users.csv is said to be absent, yet it is in the zip",
    ),
    (
        change("manifest.csv", "file.users,bulk", "file.users,bulk\nfile.users,bulk"),
        "manifest.csv:10: “file.users” stands here",
    ),
    (
        {"courses.csv": None},
        "manifest.csv:6: courses.csv is missing from the zip file, though the manifest promises it.",
    ),
    ({"users.csv": None}, "manifest.csv:9: users.csv is missing from the zip file"),
    (
        {"orgs.csv": None} | change("manifest.csv", "orgs,bulk", "orgs,absent"),
        "manifest.csv:8: orgs.csv is missing, and nothing",
    ),
    (
        {"roles.csv": None} | change("manifest.csv", "file.roles,bulk\n", ""),
        "manifest.csv:1: roles.csv is missing, and nothing",
    ),
    (
        change("orgs.csv", "name,type", "title,type"),
        "orgs.csv:1: The column name is missing from the header.",
    ),
    (
        change("orgs.csv", "name,type", "type,name"),
        "orgs.csv:1: The column name is out of place: it is column 5 and must be column 4",
    ),
    ({"orgs.csv": ""}, "orgs.csv:1: The header row is missing."),
    (
        {"users.csv": exports.USERS_11},
        "users.csv:1: The column userMasterIdentifier is missing from the header.",
    ),
    (
        change("orgs.csv", "s2,,,Jefferson", "s1,,,Jefferson"),
        "orgs.csv:4: The sourcedId “s1” stands in line 3 too.",
    ),
    (change("users.csv", "nora,,,", "tom,,,"), "users.csv:3: The sourcedId “tom” stands in line 2 too."),
    (
        change("users.csv", "nora.field", "Tom.Baker"),
        "users.csv:3: The username “Tom.Baker” stands in line 2 too.",
    ),
    (change("users.csv", "nora.field", ""), "users.csv:3: The column username is empty."),
    (change("users.csv", "nora.field", "nora field"), "users.csv:3: “nora field” cannot be a user name."),
    (change("users.csv", "nora,,,", ",,,"), "users.csv:3: The column sourcedId is empty."),
    (
        change("users.csv", "tom,,,true", "tom,,,maybe"),
        "users.csv:2: The column enabledUser is neither true nor false: “maybe”.",
    ),
    (
        change("users.csv", "tom,,,true", "tom,,,"),
        "users.csv:2: The column enabledUser is empty.",
    ),
    (
        change("users.csv", "Nora", "N" * 129),
        "users.csv:3: The column givenName is longer than 128 characters.",
    ),
    (change("users.csv", "Nora", "No\0ra"), "users.csv:3: The line holds a character that is no text."),
    (
        change("orgs.csv", "Lincoln,school", "Lincoln,shcool"),
        "orgs.csv:3: The column type is “shcool” and none of: department,",
    ),
    (change("orgs.csv", "Lincoln,school", "Lincoln,"), "orgs.csv:3: The column type is empty."),
    (
        change("orgs.csv", "district,,", "district,,dep"),
        "orgs.csv:2: The organization “d” lies below itself.",
    ),
    (
        change("roles.csv", "r1,,,tom,primary", "r1,,,tom,first"),
        "roles.csv:2: The column roleType is “first” and none of: primary,",
    ),
    (
        change("users.csv", "nora,,,", "nora,gone,,"),
        "users.csv:3: The column status is “gone” and none of: active,",
    ),
    (
        change("academicSessions.csv", "2026-08-17", "17/08/2026"),
        "academicSessions.csv:2: The column startDate is not a date like",
    ),
    (
        change("academicSessions.csv", "2026-08-17", ""),
        "academicSessions.csv:2: The academic session has no dates.",
    ),
    (
        change("enrollments.csv", "2026-08-17", "2026-02-30"),
        "enrollments.csv:2: The column beginDate is not a date like 2026-08-17",
    ),
    (
        change("enrollments.csv", "2026-08-17", "2028-08-17"),
        "enrollments.csv:2: The column endDate lies before beginDate.",
    ),
    (
        change("enrollments.csv", ",student,false,,", ",student"),
        "enrollments.csv:3: The row has 7 cells and not 10.",
    ),
    (
        change("enrollments.csv", ",student,false,,", ",student,false,,,"),
        "enrollments.csv:3: The row has 11 cells and not 10.",
    ),
    (
        change("orgs.csv", "Jefferson", '"Jefferson'),
        "orgs.csv:4: A quotation mark opens in this row and never closes.",
    ),
    (change("orgs.csv", "Jefferson", '"Jeff"erson'), "orgs.csv:4: The row is not valid CSV"),
    ({"orgs.csv": UTF_16}, "orgs.csv:1: The file is encoded as UTF-16. Export it as UTF-8."),
    ({"orgs.csv": UTF_16[2:]}, "orgs.csv:1: The file is encoded as UTF-16. Export it as UTF-8."),
    (
        {"users.csv": exports.USERS_12.replace("Nora", "Noré").encode("latin-1")},
        "users.csv:3: The line is not encoded as UTF-8.",
    ),
    (change("courses.csv", "title", "name"), "courses.csv:1: The column title is missing from the header."),
]


@pytest.mark.parametrize(("changed", "problem"), REFUSED)
def test_what_could_mean_two_things_is_refused_with_file_and_line(refused, changed, problem):
    problems = refused(changed)
    assert [line for line in problems if line.startswith(problem)], problems


def test_all_problems_come_at_once(refused):
    changed = change("orgs.csv", "Lincoln,school", "Lincoln,shcool") | change(
        "users.csv", "nora.field", "tom.baker"
    )
    assert [line.split(" ")[0] for line in refused(changed)] == ["orgs.csv:3:", "users.csv:3:"]


def test_a_file_of_the_other_version_is_refused(refused):
    assert refused({"users.csv": exports.USERS_12}, "1.1")[0].startswith("users.csv:1:")


def test_a_very_long_line_is_refused(refused):
    assert refused({"orgs.csv": exports.ORGS + "x" * 2**17})[0] == "orgs.csv:6: The line is too long."


def test_a_quotation_mark_that_swallows_the_file_is_stopped_early(refused):
    text = exports.ORGS + 'x,,,"' + "a,b\n" * 100_000
    assert refused({"orgs.csv": text})[0].startswith("orgs.csv:6: A quotation mark")


def test_too_many_rows(refused, monkeypatch):
    monkeypatch.setattr("directory.sync.oneroster.tables.MAX_ROWS", 12)
    assert refused({"orgs.csv": exports.ORGS + "\n" * 10}) == [
        "orgs.csv:14: The file has more rows than this program reads."
    ]


def test_a_thousand_problems_are_enough(refused):
    problems = refused({"orgs.csv": exports.ORGS + "x\n" * 100_000})
    assert len(problems) == 21
    assert "980 more lines of this file" in problems[-1]


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_scrambled_rows_are_taken_or_refused_and_never_crash(tmp_path, version):
    """Cells swapped, emptied, doubled, filled with odd things: a roster or RosterError, nothing else."""
    random, good = Random(version), exports.files(version)
    odd = [
        "",
        "x",
        '"',
        ",",
        "\n",
        "\x00",
        "é",
        "\ufeff",
        "2026-13-01",
        "d",
        "s1",
        "true",
        "@",
        "a@b",
        "٣",
        " ",
    ]
    for _ in range(300):
        name = random.choice(sorted(good))
        cells = good[name].split(",")
        for _ in range(random.randint(1, 3)):
            cells[random.randrange(len(cells))] = random.choice(odd + cells)
        path = exports.pack(tmp_path / "r.zip", good | {name: ",".join(cells)})
        with suppress(RosterError):
            roster = oneroster.read_roster(path)
            options = {"roles": {}, "default_domain": "a.example", "today": date(2026, 10, 1)}
            list(facts_of(roster, findings=Findings(), **options))


def test_a_tree_that_is_too_deep_is_refused_at_once(refused):
    """Each organization is walked upwards: of a long chain that would be work without end."""
    chain = "".join(f"o{n},,,Level {n},department,,{f'o{n - 1}' if n else 'd'}\n" for n in range(20_000))
    problems = refused({"orgs.csv": exports.ORGS + chain})
    assert "orgs.csv:104: The organization “o98” lies too deep." in problems[0]
