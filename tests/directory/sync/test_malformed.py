"""What cannot be understood changes nothing: every malformed input goes through a whole run of its source.

Each says what is wrong with file and line, ends as failed, and leaves every row as it was.
"""

import pytest
from django.utils import timezone

from audit.models import Entry
from directory.models import RosterFile, Run, RunState, Source, SourceKind
from directory.sync import runs
from directory.sync.oneroster_rest import service as client
from tenants.models import AllowedHost, operators
from tests.directory.sync import exports, malformed_csv
from tests.directory.sync.deltas import delta
from tests.directory.sync.malformed_csv import FOR_THE_PLAN, MALFORMED, ONCE
from tests.directory.sync.malformed_service import BROKEN, OBJECTS
from tests.directory.sync.oneroster_server import CLIENT, SECRET, running
from tests.directory.sync.states import state
from tests.directory.sync.test_oneroster_delta import ROWS, row
from tests.directory.sync.test_oneroster_refusals import REFUSED


@pytest.fixture
def tenant(riverside, monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda: timezone.datetime(2026, 10, 1).date())
    monkeypatch.setattr(client, "WAITS", (0, 0))
    with riverside.scope():
        yield riverside


def run_of(source, content=None):
    run = Run.objects.create(source=source, content=content)
    runs.execute(run)
    run.refresh_from_db()
    return run


def good_run(source, content=None):
    run = run_of(source, content)
    assert run.state == RunState.DONE, run.problems
    return everything()


def everything():
    """All that a source could have written."""
    files = set(RosterFile.objects.values_list("name", "content"))
    return state() | {"files": {(name, bytes(content)) for name, content in files}}


def assert_refused(source, content, problem, before):
    run = run_of(source, content)
    assert run.state == RunState.FAILED and run.content is None
    assert [line for line in run.problems if line.startswith(problem)], run.problems
    assert everything() == before
    entry = Entry.objects.first()
    assert (entry.activity, entry.result) == ("Import roster", "failure")


@pytest.fixture
def oneroster(tenant):
    return Source.objects.create(key="oneroster", name="SIS", kind=SourceKind.ONEROSTER_CSV)


def packed(tmp_path, files):
    return exports.pack(tmp_path / "r.zip", files).read_bytes()


def test_oneroster_files(oneroster, tmp_path):
    before = good_run(oneroster, packed(tmp_path, exports.files()))
    Source.objects.update(cursor="")  # a delta among them is one before any bulk export
    for changed, problem in REFUSED:
        assert_refused(oneroster, packed(tmp_path, exports.files() | changed), problem, before)
    good_run(oneroster, packed(tmp_path, exports.files()))


def test_oneroster_deltas(oneroster, tmp_path):
    before = good_run(oneroster, packed(tmp_path, exports.files()))
    for rows, problem in ROWS:
        assert_refused(oneroster, packed(tmp_path, delta(users=rows)), problem, before)
    assert good_run(oneroster, packed(tmp_path, delta(users="")))["people"] == before["people"]


def test_csv_files(tenant):
    source = Source.objects.create(key="csv", name="CSV", kind=SourceKind.CSV)
    before = good_run(source, malformed_csv.all_())
    for content, problem in MALFORMED + FOR_THE_PLAN:
        assert_refused(source, content, problem, before)
    assert good_run(source, malformed_csv.all_()) == before


@pytest.mark.parametrize(("content", "problem"), ONCE)
def test_what_is_wrong_once_is_said_once(tenant, content, problem):
    run = run_of(Source.objects.create(key="csv", name="CSV", kind=SourceKind.CSV), content)
    assert len(run.problems) == 1 and run.problems[0].startswith(problem)


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        ("users.csv", "tom.baker", "", "users.csv:2: The column username is empty."),
        ("users.csv", "true,tom", ",tom", "users.csv:2: The column enabledUser is empty."),
        ("users.csv", "tom.baker", "t" * 201 + " @", "users.csv:2: The column username is longer than"),
        ("orgs.csv", "s1,", ",", "orgs.csv:3: The column sourcedId is empty."),
        ("enrollments.csv", "s2,tom", "s2,", "enrollments.csv:2: The column userSourcedId is empty."),
    ],
)
def test_of_a_roster_too(oneroster, tmp_path, name, old, new, problem):
    changed = {name: exports.files()[name].replace(old, new, 1)}
    run = run_of(oneroster, packed(tmp_path, exports.files() | changed))
    assert len(run.problems) == 1 and run.problems[0].startswith(problem)


def test_of_a_delta_too(oneroster, tmp_path):
    good_run(oneroster, packed(tmp_path, exports.files()))
    run = run_of(oneroster, packed(tmp_path, delta(users=row("users", "nora", ""))))
    assert run.problems == ["users.csv:2: The column status is empty."]
    run = run_of(oneroster, packed(tmp_path, delta(users=row("users", "nora").replace("nora,", ",", 1) * 2)))
    assert [line.partition(" ")[2] for line in run.problems] == ["The column sourcedId is empty."] * 2


def test_services(tenant):
    with running() as server:
        with operators().scope():
            AllowedHost.objects.create(host="127.0.0.1", port=server.port, tenant=tenant)
        fields = {"client_id": CLIENT, "secret": SECRET, "address": server.address}
        kind = SourceKind.ONEROSTER_REST
        source = Source.objects.create(key="rest", name="SIS", kind=kind, **fields)
        before = good_run(source)
        good = server.data
        for resource, wrong, problem in OBJECTS:
            found = [dict(one) for one in good[resource]]
            found[1] = wrong if isinstance(wrong, str) else found[1] | wrong
            server.data = good | {resource: found}
            assert_refused(source, None, problem, before)
        server.data = good
        for how, why in BROKEN[:-1]:
            server.breaks_at, server.most = {"users": 2}, 2
            vars(server).update(how)
            assert_refused(source, None, f"users:3: {why}", before)
        server.breaks_at = {}
        assert good_run(source) == before


def test_there_are_many_of_them():
    assert len(REFUSED) + len(ROWS) + len(MALFORMED) + len(FOR_THE_PLAN) + len(OBJECTS) + len(BROKEN) > 130
