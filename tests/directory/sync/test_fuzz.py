"""Whatever a source sends, a reader gives facts or says what is wrong: it never fails in another way."""

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from directory.models import Source, SourceKind
from directory.sync import csv_files, oneroster, oneroster_rest
from directory.sync.facts import GrantFact, GroupFact, GroupMemberFact, PersonFact, UnitFact, UnitMemberFact
from directory.sync.findings import Findings, RosterError
from directory.sync.groups_to_units import units_of_groups
from tests.directory.sync import exports
from tests.directory.sync.deltas import delta as delta_files
from tests.directory.sync.deltas import row
from tests.directory.sync.malformed_csv import MANAGERS, MEMBERS, PEOPLE, UNITS, pack
from tests.directory.sync.oneroster_server import CLIENT, SECRET
from tests.directory.sync.test_oneroster_rest import server  # noqa: F401 - a fixture

FACTS = (UnitFact, PersonFact, GroupFact, UnitMemberFact, GroupMemberFact, GrantFact)
odd = st.sampled_from(
    ["", " ", "x", '"', ",", ";", "\t", "\n", "\r", "\x00", "\x1b", "\ufeff", "é", "\u202e", "٣", "@", "a@b",
     "=1+1", "true", "tobedeleted", "2026-13-01", "0000-00-00", "s1", "nora", "'", "\\",
     "%s", "{0}", "\U0001f600"]
)  # fmt: skip
cell = st.one_of(odd, st.text(max_size=12))
quickly = settings(
    deadline=None, max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def all_of(reader, source, content=None):
    """All facts, or nothing but a RosterError with at least one problem."""
    findings = Findings()
    try:
        facts = list(reader(source, content, findings).facts)
    except RosterError as error:
        assert error.problems and all(str(problem) for problem in error.problems)
        return []
    assert all(isinstance(fact, FACTS) for fact in facts)
    assert all(str(warning) for warning in findings.warnings)
    return facts


@pytest.fixture
def tenant(riverside):
    with riverside.scope():
        yield riverside


@st.composite
def mangled(draw, files):
    """Good files of which some pieces have been put in another place or replaced with odd ones."""
    name = draw(st.sampled_from(sorted(files)))
    pieces = files[name].split(",")
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(pieces) - 1))
        pieces[place] = draw(st.one_of(cell, st.sampled_from(pieces)))
    return files | {name: ",".join(pieces)}


@st.composite
def broken(draw, content):
    """Bytes of which some have been changed, or that end early."""
    data = bytearray(content)
    for _ in range(draw(st.integers(0, 6))):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    return bytes(data[: draw(st.one_of(st.just(len(data)), st.integers(0, len(data))))])


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_oneroster_files(tenant, tmp_path, version):
    @quickly
    @given(mangled(exports.files(version)))
    def check(files):
        content = exports.pack(tmp_path / "r.zip", files).read_bytes()
        all_of(oneroster.read, Source(kind=SourceKind.ONEROSTER_CSV), content)

    check()


def test_oneroster_deltas(tenant, tmp_path):
    source = Source.objects.create(key="oneroster", name="SIS", kind=SourceKind.ONEROSTER_CSV)
    content = exports.pack(tmp_path / "r.zip", exports.files()).read_bytes()
    reading = oneroster.read(source, content, Findings())
    assert list(reading.facts)
    source.cursor = reading.cursor()
    keys = {"users": "nora", "enrollments": "e1", "classes": "c1", "orgs": "s2", "roles": "r1"}
    changes = {name: row(name, key) for name, key in keys.items()}

    @quickly
    @given(mangled(delta_files(**changes)))
    def check(files):
        all_of(oneroster.read, source, exports.pack(tmp_path / "d.zip", files).read_bytes())

    check()


def test_zips_with_broken_bytes(tenant, tmp_path):
    good = exports.pack(tmp_path / "r.zip", exports.files()).read_bytes()

    @quickly
    @given(broken(good))
    def check(content):
        all_of(oneroster.read, Source(kind=SourceKind.ONEROSTER_CSV), content)
        all_of(csv_files.read, Source(kind=SourceKind.CSV), content)

    check()


def test_csv_files_of_anything(tenant):
    columns = st.dictionaries(st.sampled_from(["surname", "units", "person", "x"]), cell, max_size=2)

    @quickly
    @given(
        st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode), broken(PEOPLE.encode())),
        columns,
    )
    def check(content, columns):
        all_of(csv_files.read, Source(kind=SourceKind.CSV, columns=columns), content)

    check()


def test_csv_files_that_are_nearly_right(tenant):
    good = {"people": PEOPLE, "units": UNITS, "members": MEMBERS, "managers": MANAGERS}

    @quickly
    @given(mangled(good), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]))
    def check(files, encoding):
        content = pack(**{name: text.encode(encoding, "replace") for name, text in files.items()})
        all_of(csv_files.read, Source(kind=SourceKind.CSV), content)

    check()


anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), cell, st.text(max_size=5)),
    lambda parts: st.one_of(st.lists(parts, max_size=3), st.dictionaries(cell, parts, max_size=3)),
    max_leaves=6,
)


def test_a_service_that_says_anything(server):  # noqa: F811
    source = Source(kind=SourceKind.ONEROSTER_REST, address=server.address, client_id=CLIENT, secret=SECRET)
    good = {name: list(found) for name, found in server.data.items()}
    places = [
        (name, number, key) for name, found in good.items() for number, one in enumerate(found) for key in one
    ]

    @settings(quickly, max_examples=60)
    @given(st.lists(st.tuples(st.sampled_from(places), anything), min_size=1, max_size=3))
    def check(changes):
        server.data = {name: [dict(one) for one in found] for name, found in good.items()}
        for (name, number, key), value in changes:
            server.data[name][number][key] = value
        all_of(oneroster_rest.read, source)

    check()


@quickly
@given(st.lists(st.tuples(st.integers(0, 3), cell), max_size=12), cell, cell, cell)
def test_groups_of_any_name(groups, listed, prefix, suffix):
    facts = [GroupFact(str(key), name) for key, name in groups]
    facts += [GroupMemberFact(str(key), name) for key, name in groups]
    source = Source(
        kind=SourceKind.LDAP, groups=listed, unit_prefix=prefix, managers_suffix=suffix, managers_groups="any"
    )
    with suppress(RosterError):
        made = list(units_of_groups(source, facts, Findings()))
        assert all(isinstance(fact, FACTS) for fact in made)
