"""How readers are called: what is refused before anything is read, and that facts come one by one."""

import pytest

from directory import roles
from directory.models import RosterFile, Source, SourceKind
from directory.sync.facts import UnitFact
from directory.sync.findings import Finding, Findings, RosterError
from directory.sync.readers import reader_of
from tests.directory.sync import exports

FILES = {SourceKind.ONEROSTER_CSV: "roster.zip", SourceKind.CSV: "people.csv"}
READERS = [SourceKind.ONEROSTER_CSV, SourceKind.ONEROSTER_REST, SourceKind.CSV]


@pytest.fixture(autouse=True)
def tenant(riverside):
    with riverside.scope():
        yield riverside


@pytest.mark.parametrize(("kind", "name"), FILES.items())
def test_a_run_without_a_file_is_refused(kind, name):
    with pytest.raises(RosterError) as caught:
        reader_of(kind)(Source(kind=kind), None, Findings())
    assert [str(problem) for problem in caught.value.problems] == [
        f"{name}: There is no file to read. Upload one."
    ]


@pytest.mark.parametrize("kind", READERS)
def test_a_role_over_everything_is_refused_before_anything_is_read(kind):
    source = Source(kind=kind, roles={"teacher": roles.GLOBAL}, address="https://sis.example")
    with pytest.raises(RosterError, match=f"^roles of the source: “{roles.GLOBAL}” cannot be given"):
        reader_of(kind)(source, b"", Findings())


def test_a_roster_is_read_while_its_facts_are_taken(tmp_path):
    """What stands last in it is not known yet when the first fact comes."""
    files = exports.files() | {"enrollments.csv": "no such columns\n"}
    content = exports.pack(tmp_path / "r.zip", files).read_bytes()
    facts = reader_of(SourceKind.ONEROSTER_CSV)(Source(), content, Findings()).facts
    assert isinstance(next(facts), UnitFact)
    with pytest.raises(RosterError, match="^enrollments.csv:1: "):
        list(facts)


def test_of_half_a_roster_nothing_is_kept_for_the_next_delta(tmp_path):
    source = Source.objects.create(key="sis", name="SIS", kind=SourceKind.ONEROSTER_CSV, cursor="1.2")
    content = exports.pack(tmp_path / "r.zip", exports.files()).read_bytes()
    reading = reader_of(source.kind)(source, content, Findings())
    next(reading.facts)
    assert reading.cursor() == "1.2" and not RosterFile.objects.exists()
    list(reading.facts)
    assert reading.cursor() == "1.2" and RosterFile.objects.count() == 6


@pytest.mark.parametrize(
    ("finding", "text"),
    [
        (Finding("users.csv", 3, "Odd."), "users.csv:3: Odd."),
        (Finding("users", 0, "Odd."), "users: Odd."),
        (Finding("a\x1bb.csv", 1, "Odd\u202e."), "a?b.csv:1: Odd?."),
    ],
)
def test_a_finding_names_its_place(finding, text):
    assert str(finding) == text
