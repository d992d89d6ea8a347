"""How much a source may say, and what of it stays in memory."""

import gc
from itertools import count

import pytest

from directory.models import Source, SourceKind, User
from directory.sync import findings as remarks
from directory.sync import oneroster, staging
from directory.sync.csv_files import meaning, sheets
from directory.sync.findings import Findings, RosterError
from directory.sync.oneroster import cells, people, places, tables
from tests.directory.sync import exports
from tests.directory.sync.states import fact, make_source, run_of
from tests.directory.sync.test_csv_files import read  # noqa: F401  a fixture


@pytest.fixture
def source(riverside):
    with riverside.scope():
        yield make_source()


def test_a_source_that_never_ends_does_not_fill_the_disk(source, monkeypatch):
    monkeypatch.setattr(staging, "MOST", 2**20)
    with pytest.raises(RosterError, match="more than this program takes"):
        run_of(source, (fact(f"p{n}") for n in count()))
    assert not User.objects.exists()


def test_names_of_files_are_forgotten():
    """A directory has one for each of its entries."""
    stager = staging._Stager(Findings(), {"riverside.example"}, lambda n: None)
    for n in range(3 * staging.REMEMBERED):
        stager._person(fact(f"p{n}", file=f"CN={n}"))
    assert len(stager.files) <= staging.REMEMBERED
    assert stager.lines["staged_people"][-1].endswith(f"\tCN={3 * staging.REMEMBERED - 1}\t0\n")


def test_names_of_files_have_an_end():
    stager = staging._Stager(Findings(), {"riverside.example"}, lambda n: None)
    stager._person(fact("p", file="CN=" + "x" * 2**20))
    assert len(stager.lines["staged_people"][0]) < 1000


# OneRoster


@pytest.fixture
def problems(riverside, tmp_path):
    """What is said of an export in which files are replaced; facts that came before are thrown away."""

    def of(version: str = "1.1", **changed: str) -> str:
        content = exports.pack(tmp_path / "roster.zip", exports.files(version) | changed).read_bytes()
        with riverside.scope():
            source = Source(key="sis", name="SIS", kind=SourceKind.ONEROSTER_CSV)
            with pytest.raises(RosterError) as error:
                list(oneroster.read(source, content, Findings()).facts)
        return str(error.value)

    return of


@pytest.mark.parametrize(
    ("part", "name", "file", "version"),
    [
        (places, "MOST_PLACES", "orgs.csv:3", "1.1"),
        (places, "MOST_CLASSES", "classes.csv:2", "1.1"),
        (people, "MOST_ROLES", "roles.csv:3", "1.2"),
    ],
)
def test_what_is_held_in_memory_has_an_end(problems, monkeypatch, part, name, file, version):
    monkeypatch.setattr(part, name, 0 if name == "MOST_CLASSES" else 1)
    assert f"{file}: There are more rows than this program takes." in problems(version)


def test_of_organizations_no_row_is_kept():
    """Columns that nobody reads may be a thousand times as large as those that are read."""
    table, alive = tables.Table(None, "orgs.csv", (), Findings()), []

    def rows():
        for n in range(10):
            yield cells.Row(table, n, {"sourcedId": f"d{n}", "name": "D", "type": "district"})
            # isinstance() would ask lazy objects that other tests have left.
            alive.append(sum(type(one) is cells.Row for one in gc.get_objects()))

    assert len(places.read_orgs(rows())) == 10
    assert max(alive) <= alive[0] + 1


def test_a_row_over_many_lines_is_a_quotation_mark_that_never_closes(problems):
    many = '"' + "\n".join(["x"] * (tables.MAX_LINES + 1)) + '"'
    said = problems(**{"orgs.csv": exports.ORGS.replace("Lincoln", many)})
    assert "orgs.csv:3: A quotation mark opens in this row and never closes." in said


def test_a_cell_that_lists_very_much(problems):
    grades = ",".join(["9"] * (cells.MOST_PARTS + 1))
    said = problems(**{"classes.csv": exports.CLASSES.replace(",09,", f',"{grades}",')})
    assert "The column grades lists more than 100." in said


# CSV files


PEOPLE = "person,user_principal_name,units\np1,a@riverside.example,One;Two\n"


@pytest.mark.parametrize("name", ["MOST_PLACES", "MOST_MEMBERSHIPS"])
def test_locations_and_members_of_csv_files_have_an_end(read, monkeypatch, name):  # noqa: F811
    monkeypatch.setattr(meaning, name, 1)
    with pytest.raises(RosterError, match="people.csv:2: The files say more than this program takes."):
        read(PEOPLE.encode())
    monkeypatch.undo()
    read(PEOPLE.encode())


def test_utf_16_is_not_gathered_past_its_limit(monkeypatch):
    class Endless:
        def lines(self, name):
            yield b"\xff\xfea\x00\n"
            yield from (b"\x00b\x00\n" for _n in count())

    monkeypatch.setattr(sheets, "MAX_UTF_16", 2**10)
    found = Findings()
    assert list(sheets.Sheet(Endless(), "people.csv", (), {}, found).rows()) == []
    with pytest.raises(RosterError, match="too large to be UTF-16"):
        found.stop_if_refused()


# Remarks


def test_remarks_have_an_end_whatever_the_files_are_called(monkeypatch):
    monkeypatch.setattr(remarks, "MAX_KINDS", 3)
    found = Findings()
    for n in range(10):
        found.warn(f"CN={n},{'x' * 2**16}", 0, "“%(text)s” is odd.", text="y" * 2**16)
    *shown, last = found.warnings
    assert len(shown) == 3 and all(len(one.message) + len(one.file) <= 1000 for one in shown)
    assert last.message == "There is more to remark on, in 7 places."


def test_columns_have_an_end(read):  # noqa: F811
    """Each of millions, which one row may have, would be compared with every name that we know."""
    header = "user_principal_name" + ",a" * tables.MAX_COLUMNS
    with pytest.raises(RosterError, match="more than 1000 columns"):
        read(f"{header}\nsam\n".encode())


def test_columns_of_a_roster_have_an_end(problems):
    said = problems(**{"users.csv": "a," * 1000 + "a\n"})
    assert "users.csv:1: The file has more than 1000 columns." in said
