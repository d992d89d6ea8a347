"""What was uploaded for a run is kept encrypted, and without the passwords that nobody reads."""

import csv
import zipfile
from contextlib import suppress
from io import BytesIO

import pytest
from django.core.management import call_command
from django.db import connection

from directory import tasks
from directory.actions import runs as asking
from directory.actions.sources import update_source
from directory.connectors import Refused
from directory.door import Initiator
from directory.models import Run, RunState
from directory.sync import csv_files, oneroster
from directory.sync.csv_files.unread import without_unread
from directory.sync.findings import Findings, RosterError
from directory.sync.oneroster.passwords import without_passwords
from tenants import scopes
from tests.directory.sources import make_source
from tests.directory.sync import exports

NEW_KEY = "n" * 20 + "0123456789abcdef"


@pytest.fixture
def pack(tmp_path):
    """An export, of which files are replaced."""

    def packed(version: str = "1.1", **changed: str) -> bytes:
        return exports.pack(tmp_path / "x.zip", exports.files(version) | changed).read_bytes()

    return packed


@pytest.fixture
def roster(riverside):
    with riverside.scope():
        yield make_source()


def users_of(content: bytes) -> str:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return archive.read("users.csv").decode()


def stored(run: Run) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM directory_run WHERE id = %s", [run.pk])
        return bytes(cursor.fetchone()[0])


def asked(source, content: bytes) -> Run:
    return Run.objects.get(pk=asking.make(source, user=None, content=content, is_dry=True).pk)


def test_the_file_is_encrypted_for_this_tenant_and_column(roster, pack):
    run = asked(roster, pack())
    assert users_of(run.content) and b"users.csv" not in stored(run)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE directory_run SET content = set_byte(content, 40, get_byte(content, 40) # 1)")
    Run.objects.update(state=RunState.DONE)
    with pytest.raises(Refused, match="Upload it again"):
        asking.make(roster, user=None, confirms=run)


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_passwords_are_dropped_and_nothing_else(roster, pack, version):
    content = pack(version)
    kept = asked(roster, content).content
    assert "hunter2" in users_of(content) and "hunter2" not in users_of(kept)
    before, after = (list(csv.DictReader(users_of(one).splitlines())) for one in (content, kept))
    assert [row | {"password": ""} for row in before] == after
    for one in (content, kept):
        findings = Findings()
        facts = list(oneroster.read(roster, one, findings).facts)
        assert len(facts) > 5 and findings.warnings == []


ODD = {
    "a byte order mark": ("\ufeff", exports.USERS_11),
    "cells with line breaks": ("", exports.USERS_11.replace("Nora,Field", '"No\nra","Fi ""x"" eld"')),
    "another letter case": ("", exports.USERS_11.replace(",password", ",Password")),
    "a row that is too short, and an empty one": ("", exports.USERS_11 + "x,,\n\n"),
}


@pytest.mark.parametrize("odd", ODD)
def test_odd_files_lose_their_passwords_too_and_keep_their_lines(pack, odd):
    users = "".join(ODD[odd])
    kept = users_of(without_passwords(pack(**{"users.csv": users})))
    assert kept == users.replace("hunter2", "")


PEOPLE = (
    "User name;Initial password;Name\n"
    'a@riverside.example;hunter2;"Ann, B"\n'
    'b@riverside.example;"hun\nter2";Bo\n'
    "odd\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_of_csv_files_columns_that_nobody_reads_are_dropped(riverside, encoding):
    with riverside.scope():
        source = make_source("people", "csv")
        kept = asked(source, PEOPLE.encode(encoding)).content
        assert b"hunter2" not in kept and b"ter2" not in kept
        for content in (PEOPLE.encode(), kept):
            with pytest.raises(RosterError) as error:
                list(csv_files.read(source, content, Findings()).facts)
            assert str(error.value) == "people.csv:5: The row has 1 cells and not 3."
        good = PEOPLE.replace("odd\n", "").encode(encoding)
        facts, again = (
            list(csv_files.read(source, one, Findings()).facts)
            for one in (good, without_unread(good, source))
        )
        assert facts == again and len(facts) == 2


def test_of_a_zip_of_csv_files_too(riverside):
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("people.csv", PEOPLE.replace("odd\n", ""))
        archive.writestr("units.csv", "unit,password\nOne,hunter2\n")
        archive.writestr("passwords.csv", "a,hunter2\n")
    with riverside.scope():
        source = make_source("people", "csv", columns={"display_name": "Name"})
        kept = asked(source, made.getvalue()).content
        before, after = (Findings(), Findings())
        facts = list(csv_files.read(source, made.getvalue(), before).facts)
        assert facts == list(csv_files.read(source, kept, after).facts) and len(facts) == 3
        assert before.warnings == after.warnings != []
    with zipfile.ZipFile(BytesIO(kept)) as archive:
        assert "hunter2" not in "".join(archive.read(name).decode() for name in archive.namelist())


def test_with_other_columns_the_file_is_wanted_again(district):
    """In the one that is kept those that are read now are empty: it would empty them for everybody."""
    source, by = make_source("people", "csv"), Initiator(district.admin)
    run = asked(source, PEOPLE.encode())
    Run.objects.update(state=RunState.DONE)
    update_source(source, {"name": "People"}, by=by)
    assert Run.objects.get().content
    update_source(source, {"columns": {"job_title": "Initial password"}}, by=by)
    with pytest.raises(Refused, match="Upload it again"):
        asking.make(source, user=None, confirms=run)


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04", b"Name\nx\n", b'User name,Password\na,"b', b"\xff\xfe\x00"]
)
def test_csv_files_that_cannot_be_read_are_left_to_the_run(riverside, content):
    with riverside.scope():
        assert without_unread(content, make_source("people", "csv")) == content


NO_ROSTERS = {"no zip": b"PK", "half a zip": None, "utf-16": exports.USERS_11.encode("utf-16")}


@pytest.mark.parametrize("what", NO_ROSTERS)
def test_what_cannot_be_read_is_left_to_the_run(pack, what):
    content = NO_ROSTERS[what]
    if what == "utf-16":
        content = pack(**{"users.csv": content})
    content = content or pack()[:-40]
    assert without_passwords(content) == content


def test_without_passwords_nothing_is_packed_anew(pack):
    content = pack(**{"users.csv": exports.USERS_11.replace("hunter2", "")})
    assert without_passwords(content) is content


def test_a_file_whose_key_is_lost_is_a_run_that_says_so(riverside, roster, pack, settings):
    run = asked(roster, pack())
    settings.MYSTAFF_ENCRYPTION_KEYS = [NEW_KEY]
    tasks.run_source.run(tenant=str(riverside.pk), run=str(run.pk))
    run = Run.objects.get(pk=run.pk)
    assert (run.state, run.problems) == (
        RunState.FAILED,
        ["The file cannot be read any more. Upload it again."],
    )
    assert run.content is None


def test_without_a_key_no_file_is_taken(roster, pack, settings):
    settings.MYSTAFF_ENCRYPTION_KEYS = []
    with pytest.raises(Refused, match="MYSTAFF_ENCRYPTION_KEYS is not set"):
        asked(roster, pack())
    assert not Run.objects.exists()


def test_keys_rotate(roster, pack, settings):
    run = asked(roster, pack())
    before, old = stored(run), settings.MYSTAFF_ENCRYPTION_KEYS
    settings.MYSTAFF_ENCRYPTION_KEYS = [NEW_KEY, *old]
    call_command("rotate_keys", verbosity=0)
    settings.MYSTAFF_ENCRYPTION_KEYS = [NEW_KEY]
    assert stored(run) != before
    assert "Nora" in users_of(Run.objects.get(pk=run.pk).content)


def test_files_that_take_long_hold_few_threads(roster, lakeshore, pack, monkeypatch):
    """A tenant of many sources, with a large zip for each, would else keep the portal from everybody."""
    said, content, here = [], pack(), scopes.require()

    def long(content: bytes) -> bytes:
        said.append("begins")
        for tenant in (here, lakeshore.pk):
            with scopes.scope(tenant), suppress(Refused):
                asking._fit_to_keep(roster, content)
                said.append("ends")
        return content

    monkeypatch.setattr(asking, "without_passwords", long)
    asking._fit_to_keep(roster, content)
    # Another tenant has its turn meanwhile, the same one has not, and then nobody more.
    assert said == ["begins", "begins", "ends"]
    asking._fit_to_keep(roster, content)
    assert len(said) == 6
