"""Runs that meet or die: two at once, and a process that is killed while it runs."""

import os
import random
import signal
import subprocess
import sys
import time
from threading import Thread

import pytest
from django.db import connection, connections

from directory import tasks, turns
from directory.models import Run, RunState
from directory.sync import runs
from directory.sync.facts import Reading
from directory.sync.progress import GOING, Progress, break_off_dead
from tenants import scopes
from tests.directory.sync import states
from tests.directory.sync.killed import facts

TIMES = 20


@pytest.fixture
def source(riverside, transactional_db):
    with riverside.scope():
        yield states.make_source()


def read(*_anything):
    return Reading(facts(2))


def test_whoever_comes_just_after_a_run_need_not_wait(source):
    """However long PostgreSQL takes to end a connection that was closed."""
    run = Run.objects.create(source=source)
    with Progress(run) as first:
        close, first.connection.close = first.connection.close, lambda: None
    with Progress(run):
        close()


def test_of_two_runs_at_once_the_second_is_told_to_wait(source):
    first, second = (Run.objects.create(source=source) for _n in range(2))
    with Progress(first), pytest.raises(runs.Busy):
        runs.carry_out(second, read=read)
    second.refresh_from_db()
    assert second.state == RunState.WAITING
    runs.carry_out(second, read=read)
    second.refresh_from_db()
    assert second.state == RunState.DONE


def test_a_worker_puts_a_run_back_while_another_goes_on(source):
    run = Run.objects.create(source=source)
    with Progress(Run.objects.create(source=source)), pytest.raises(turns.Busy):
        tasks.run_source.run(tenant=str(scopes.require()), run=str(run.pk))


def test_another_tenants_run_disturbs_nobody(source, lakeshore):
    with Progress(Run.objects.create(source=source)), lakeshore.scope():
        run = states.run_of(states.make_source(), [])
    assert run.state == RunState.DONE


def test_a_run_that_goes_on_is_not_taken_for_dead(source):
    run = Run.objects.create(source=source, state=RunState.READING)
    with Progress(run):
        break_off_dead()
        run.refresh_from_db()
        assert run.state == RunState.READING
    break_off_dead()
    run.refresh_from_db()
    assert run.state == RunState.BROKEN_OFF


def test_others_see_how_far_it_is_while_it_goes_on(source):
    seen, run = [], Run.objects.create(source=source)

    def told():
        for number, one in enumerate(facts(2)):
            if not number % 1000:
                seen.append(Run.objects.values_list("state", "done").get(pk=run.pk))
            yield one

    runs.carry_out(run, read=lambda *_: Reading(told()))
    assert seen[0] == (RunState.READING, 0) and run.state == RunState.DONE


def test_two_that_begin_at_once_end_in_one_state(source):
    """Each in a thread and over connections of its own; whoever is told to wait tries again."""
    tenant, ended = scopes.require(), []

    def go():
        try:
            with scopes.scope(tenant):
                run = Run.objects.create(source=source)
                while run.state == RunState.WAITING:
                    try:
                        runs.carry_out(run, read=read)
                    except runs.Busy:
                        time.sleep(0.05)
                    run.refresh_from_db()
                ended.append(run.state)
        finally:
            connections.close_all()

    both = [Thread(target=go) for _n in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert ended == [RunState.DONE] * 2
    assert sorted(any(run.counts.values()) for run in Run.objects.all()) == [False, True]


@pytest.mark.slow
def test_a_run_that_is_killed_at_any_moment_leaves_the_next_one_nothing_to_mend(source, database_environment):
    for year in (1, 2, 1):
        states.run_of(source, facts(year), brakes=False)
    before = states.state()
    seconds = _killed(database_environment, None)
    wanted = states.state()
    assert wanted != before
    moments = random.Random(7)
    for _n in range(TIMES):
        states.run_of(source, facts(1), brakes=False)
        assert states.state() == before
        _killed(database_environment, moments.uniform(0, seconds))
        run = states.run_of(source, facts(2), brakes=False)
        assert run.state == RunState.DONE and states.state() == wanted
        assert not Run.objects.filter(state__in=GOING).exists()
    assert Run.objects.filter(state=RunState.BROKEN_OFF).exists()


def _killed(environment: dict[str, str], after: float | None) -> float:
    """A process that runs the source, killed so many seconds after it began; the seconds that it took."""
    command = [sys.executable, "-m", "tests.directory.sync.killed", str(scopes.require())]
    with subprocess.Popen(
        command, env=os.environ | environment | {"MYSTAFF_PRODUCTION": "0"}, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout.readline() == "begins\n"
        began = time.monotonic()
        if after is not None:
            time.sleep(after)
            child.send_signal(signal.SIGKILL)
        child.wait()
        return time.monotonic() - began


def test_the_second_connection_is_closed_at_the_end(source):
    def count():
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
            return cursor.fetchone()[0]

    before = count()
    states.run_of(source, facts(1))
    assert count() == before
