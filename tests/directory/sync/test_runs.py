"""Runs: their states, the brake, what stays in the trail, who asks and when."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Entry, Result
from directory import roles, schedule
from directory.actions import runs as asking
from directory.connectors import Refused, Unreachable
from directory.door import Denied, Initiator
from directory.models import ConnectedDirectory, RoleAssignment, Run, RunState, Source, User
from directory.sync import readers, runs
from directory.sync.facts import GrantFact, Reading, UnitFact, UnitMemberFact
from directory.sync.findings import RosterError
from tests import jobs
from tests.conftest import assign, make_person
from tests.directory.sync.states import changed, fact, make_source, run_of, said, state

UNIT = UnitFact("c", "Algebra", "class")


def class_of(*numbers):
    """So many pupils in a class."""
    return [UNIT, *(one for n in numbers for one in (fact(f"p{n}"), UnitMemberFact("c", f"p{n}")))]


@pytest.fixture
def source(riverside):
    with riverside.scope():
        yield make_source()


@pytest.fixture
def ada(source):
    person = make_person("admin@riverside.example", "Ada Rivers")
    assign(person, roles.GLOBAL)
    return Initiator(person)


@pytest.fixture
def says(monkeypatch):
    """What the source says when it is read by a worker."""

    def says(facts=(), error=None):
        def read(source, content, findings):
            if error:
                raise error
            return Reading(iter(facts))

        monkeypatch.setattr(runs, "reader_of", lambda kind: read)

    return says


# The brake


@pytest.mark.parametrize(("left", "stopped"), [(95, False), (90, False), (89, True), (0, True)])
def test_more_leavers_than_the_share_need_a_word(source, left, stopped):
    run_of(source, class_of(*range(100)))
    before = state()
    run = run_of(source, class_of(*range(left)))
    assert run.state == (RunState.BRAKED if stopped else RunState.DONE)
    assert (state() == before) == stopped
    assert run.counts["people disabled"] == 100 - left and len(said(run, "people disabled")) == 100 - left


def test_a_few_never_need_one(source):
    run_of(source, class_of(*range(5)))
    assert run_of(source, [UNIT]).state == RunState.DONE
    assert not User.objects.filter(is_active=True).exists()


def test_a_new_school_year_swaps_everything_and_passes(source):
    first = [*class_of(*range(40)), *(GrantFact("c", roles.PASSWORD, f"p{n}") for n in range(20))]
    run_of(source, first)
    people = [one for one in class_of(*range(40)) if not isinstance(one, UnitMemberFact)]
    second = [UnitFact("d", "Biology", "class"), *people]
    second += [UnitMemberFact("d", f"p{n}") for n in range(40)]
    second += [GrantFact("d", roles.PASSWORD, f"p{n}") for n in range(20, 40)]
    run = run_of(source, second)
    assert run.state == RunState.DONE and run.counts["memberships removed"] == 40
    assert set(RoleAssignment.objects.values_list("unit__name", flat=True)) == {"Biology"}


@pytest.mark.parametrize("what", [UnitMemberFact, GrantFact])
def test_losing_most_memberships_or_roles_needs_a_word(source, what):
    facts = [*class_of(*range(20)), *(GrantFact("c", roles.PASSWORD, f"p{n}") for n in range(20))]
    run_of(source, facts)
    assert run_of(source, [one for one in facts if not isinstance(one, what)]).state == RunState.BRAKED


def test_roles_that_are_over_are_no_loss(source):
    over = timezone.now() - timedelta(days=1)
    grants = [GrantFact("c", roles.PASSWORD, f"p{n}", ends_at=over) for n in range(20)]
    run_of(source, [*class_of(*range(20)), *grants])
    assert run_of(source, class_of(*range(20))).state == RunState.DONE


def test_the_share_is_the_sources_own(source):
    Source.objects.update(brake_percent=60)
    source.refresh_from_db()
    run_of(source, class_of(*range(40)))
    assert run_of(source, class_of(*range(20))).state == RunState.DONE


# What a run leaves


def test_a_dry_run_writes_nothing_but_itself(source):
    before = state()
    run = run_of(source, class_of(1, 2), is_dry=True)
    assert state() == before and not Entry.objects.exists()
    assert run.state == RunState.DONE and run.counts["people added"] == 2
    assert len(said(run, "memberships added")) == 2


def test_names_are_kept_a_thousand_in_a_row(source):
    run = run_of(source, [fact(f"x{n}") for n in range(1001)])
    assert [len(change.names) for change in run.changes.all()] == [1000, 1]


def test_the_trail_tells_of_the_run_and_of_every_role_and_account(source):
    tom = [UNIT, fact("tom", "Tom Baker"), GrantFact("c", roles.PASSWORD, "tom")]
    first = run_of(source, tom)
    given, whole = Entry.objects.order_by("sequence")
    assert (given.activity, given.target_name) == ("Add scoped member to role", "Tom Baker")
    assert (given.actor_name, given.actor_id, given.correlation_id) == ("sis", None, first.pk)
    assert {"name": "Role.DisplayName", "oldValue": None, "newValue": roles.PASSWORD} in (
        given.modified_properties
    )
    assert whole.activity == "Import roster"
    assert {"key": "people added", "value": "1"} in whole.additional_details
    assert {"key": "Run", "value": str(first.pk)} in whole.additional_details
    run_of(source, [UNIT])
    run_of(source, tom)
    told = list(Entry.objects.order_by("sequence").values_list("activity", flat=True))[2:]
    assert sorted(told[:3]) == ["Disable account", "Import roster", "Remove scoped member from role"]
    assert sorted(told[3:]) == ["Add scoped member to role", "Enable account", "Import roster"]


def test_a_refused_run_tells_why(source):
    bad = [fact("x", upn="x@evil.example", file="users.csv", line=2)]
    with pytest.raises(RosterError):
        run_of(source, bad)
    run, entry = Run.objects.get(), Entry.objects.get()
    assert run.state == RunState.FAILED and run.problems[0].startswith("users.csv:2: ")
    assert (entry.result, entry.result_reason) == (Result.FAILURE, run.problems[0])


def test_a_failure_half_way_leaves_everything_as_it_was(source, monkeypatch):
    run_of(source, class_of(1, 2))
    before = state()

    def fail(*args, **kwargs):
        raise RuntimeError("secret")

    monkeypatch.setattr(runs.run_entries, "record_changes", fail)
    with pytest.raises(RuntimeError):
        run_of(source, class_of(2, 3))
    assert state() == before
    run = source.runs.first()
    assert run.state == RunState.FAILED and "secret" not in str(run.problems) and not run.changes.exists()
    assert "secret" not in str(list(Entry.objects.values()))


def test_a_run_whose_process_died_is_noted_by_the_next_and_done_again_if_asked(source):
    dead = Run.objects.create(source=source, state=RunState.WRITING, content=b"x")
    run_of(source, class_of(1))
    dead.refresh_from_db()
    assert (dead.state, dead.content) == (RunState.BROKEN_OFF, None)


def test_the_same_run_is_done_again_when_its_job_comes_back(source, says):
    says(class_of(1))
    run = Run.objects.create(source=source, state=RunState.READING)
    runs.execute(run)
    run.refresh_from_db()
    assert run.state == RunState.DONE
    runs.execute(run)
    assert Entry.objects.filter(activity="Import roster").count() == 1


# Who asks, and when


def test_a_run_is_asked_for_and_done_by_a_worker(source, ada, says):
    says(class_of(1))
    run = asking.ask(source, by=ada)
    assert run.state == RunState.WAITING and jobs.queued() == ["run_source"]
    jobs.run()
    run.refresh_from_db()
    assert run.state == RunState.DONE and changed(run)["people added"] == 1
    last = Entry.objects.first()
    assert (last.activity, last.actor_name) == ("Import roster", "Ada Rivers")
    asked = Entry.objects.filter(activity="Start roster import")
    assert {(one.actor_name, one.category, one.correlation_id) for one in asked} == {
        ("Ada Rivers", "ProvisioningManagement", run.pk)
    }
    assert sorted(one.result for one in asked) == ["attempted", "success"]
    assert last.correlation_id == run.pk
    assert Entry.objects.filter(activity="Import roster").count() == 1


def test_only_global_administrators_ask(source):
    helen = make_person("helen@riverside.example", "Helen Park")
    assign(helen, roles.USER)
    with pytest.raises(Denied):
        asking.ask(source, by=Initiator(helen))
    assert not Run.objects.exists() and jobs.queued() == []


@pytest.mark.parametrize("state", [RunState.WAITING])
def test_one_run_of_a_source_at_a_time(source, ada, state):
    Run.objects.create(source=source, state=state)
    with pytest.raises(Refused, match="goes on already"):
        asking.ask(source, by=ada)


def test_a_dead_run_keeps_nobody_from_asking(source, ada):
    dead = Run.objects.create(source=source, state=RunState.WRITING)
    asking.ask(source, by=ada)
    dead.refresh_from_db()
    assert dead.state == RunState.BROKEN_OFF


def test_a_source_that_is_switched_off_or_has_no_file_does_not_run(source, ada):
    roster = make_source("roster", kind="oneroster-csv")
    with pytest.raises(Refused, match="Choose a file"):
        asking.ask(roster, by=ada)
    Source.objects.filter(pk=source.pk).update(enabled=False)
    with pytest.raises(Refused, match="switched off"):
        asking.ask(source, by=ada)


def test_a_stopped_run_is_confirmed_with_its_file(source, ada):
    roster = make_source("roster", kind="oneroster-csv")
    braked = Run.objects.create(source=roster, state=RunState.BRAKED, content=b"zip")
    run = asking.ask(roster, by=ada, confirms=braked)
    braked.refresh_from_db()
    assert (bytes(run.content), run.confirms, braked.content) == (b"zip", braked, None)
    Run.objects.update(state=RunState.DONE)
    with pytest.raises(Refused, match="nothing to confirm"):
        asking.ask(source, by=ada, confirms=braked)


def test_a_server_that_does_not_answer_is_a_failed_run(source, says):
    says(error=Unreachable("dc1.example did not answer."))
    run = Run.objects.create(source=source)
    runs.execute(run)
    run.refresh_from_db()
    assert (run.state, run.problems) == (RunState.FAILED, ["dc1.example did not answer."])


@pytest.mark.parametrize(
    ("rhythm", "last", "now", "due"),
    [
        ("never", None, (4, 0), False),
        ("hourly", None, (4, 0), True),
        ("hourly", (3, 59), (4, 0), True),
        ("hourly", (4, 1), (4, 55), False),
        ("daily", (2, 50), (3, 5), True),
        ("daily", (3, 1), (4, 0), False),
        ("daily", (1, 0), (2, 0), False),
    ],
)
def test_what_its_rhythm_says_is_due(source, rhythm, last, now, due):
    day = timezone.localtime().replace(year=2026, month=11, day=3, second=0, microsecond=0)
    Source.objects.update(rhythm=rhythm, hour=3)
    if last:
        Run.objects.create(source=source, state=RunState.DONE)
        Run.objects.update(made_at=day.replace(hour=last[0], minute=last[1]))
    asking.start_due(day.replace(hour=now[0], minute=now[1]))
    assert jobs.queued() == ["run_source"] * due


def test_sources_of_every_tenant_are_started_in_their_own_scope(source, lakeshore):
    Source.objects.update(rhythm="hourly")
    with lakeshore.scope():
        make_source("theirs", rhythm="hourly")
        make_source("files", kind="csv", rhythm="hourly")
    schedule.start_due_sources(0)
    assert jobs.queued() == ["run_source"] * 2
    assert Run.objects.get().source == source


def test_files_of_runs_that_nobody_confirmed_are_forgotten(source):
    old, new = (Run.objects.create(source=source, state=RunState.BRAKED, content=b"x") for _n in range(2))
    Run.objects.filter(pk=old.pk).update(made_at=timezone.now() - timedelta(days=2))
    schedule.clear_uploads(0)
    old.refresh_from_db(), new.refresh_from_db()
    assert (old.content, bytes(new.content)) == (None, b"x")


def test_every_kind_of_source_names_its_reader():
    assert set(readers.MODULES) == {value for value, _label in Source._meta.get_field("kind").choices}


# What changes meanwhile


@pytest.mark.parametrize("change", [{"enabled": False}, {"groups": "AU-*"}, {"brake_percent": 100}])
def test_a_source_that_is_changed_while_it_is_read_changes_nothing(source, change):
    def facts():
        Source.objects.filter(pk=source.pk).update(**change)
        yield fact("p1")

    with pytest.raises(RosterError, match="was changed while it was read"):
        run_of(source, facts())
    assert not User.objects.exists()


@pytest.mark.parametrize("change", [{"enabled": False}, {"servers": "dc2"}, {"base_dn": "DC=x"}])
def test_so_does_the_directory_that_it_reads(source, change):
    """Whoever finds that somebody else answers there switches it off."""
    source.directory = ConnectedDirectory.objects.create(key="dc", name="DC", kind="ad", enabled=True)
    source.save()

    def facts():
        ConnectedDirectory.objects.update(**change)
        yield fact("p1")

    with pytest.raises(RosterError, match="was changed while it was read"):
        run_of(source, facts())
    assert not User.objects.exists()


def test_a_run_that_waits_does_not_begin_when_its_source_was_switched_off(source, ada, says):
    says([fact("p1")])
    run = asking.ask(source, by=ada)
    Source.objects.update(enabled=False)
    runs.execute(run)
    run.refresh_from_db()
    assert (run.state, run.problems) == (RunState.FAILED, ["This source is switched off."])


@pytest.mark.parametrize("state", [RunState.WAITING, RunState.READING, RunState.BRAKED])
def test_no_file_stays_whatever_became_of_its_run(source, state):
    run = Run.objects.create(source=source, content=b"x", state=state)
    asking.forget_files()
    Run.objects.update(made_at=timezone.now() - timedelta(days=1, hours=1))
    asking.forget_files()
    run.refresh_from_db()
    assert run.content is None
