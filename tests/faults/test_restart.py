"""PostgreSQL restarted while people work: honest pages meanwhile, and everything goes on by itself."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psycopg
import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from audit.models import Entry, Result
from directory import schedule
from directory.models import EmailMethod, OutboxMessage, User
from tests.conftest import make_person
from tests.database import Copy
from tests.faults.browser import Browser, profile
from tests.faults.load import Load, Manager
from tests.faults.own_server import configure, own_server, restart
from tests.faults.programs import wait_until
from tests.faults.reset import STAGES, is_as_before, is_honest, is_reset, trail

CROWD = 8


@pytest.fixture(scope="module")
def copy(database_copy, django_db_blocker, worker_id, tmp_path_factory) -> Iterator[Copy]:
    var = tmp_path_factory.mktemp("cluster")
    with own_server(database_copy, worker_id, var, django_db_blocker.unblock) as own:
        yield own


def address(person: User) -> str:
    return f"{person.pk}@example.org"


@pytest.fixture
def crowd(stage) -> list[User]:
    """Pupils, all with an address that notices go to."""
    people = [
        make_person(f"pupil{n}@riverside.example", f"Pupil {n}", stage.lincoln_students) for n in range(CROWD)
    ]
    for person in people:
        EmailMethod.objects.create(user=person, address=address(person))
    return people


@pytest.fixture
def worker(stage, programs):
    """At work; it ends before its database does."""
    worker = programs.worker()
    yield worker
    worker.kill()


def deeds(person: User) -> list[list[str]]:
    """What the trail says of each deed on a person: its lines, the oldest deed first."""
    by_deed: dict[object, list[str]] = {}
    for entry in Entry.objects.filter(target_id=person.pk).order_by("activity_at"):
        by_deed.setdefault(entry.correlation_id, []).append(entry.result)
    return list(by_deed.values())


def tells_the_truth(manager: Manager) -> bool:
    """Whether pages, trail and password agree on every press."""
    told, person = deeds(manager.person), User.objects.get(pk=manager.person.pk)
    done = told.count([Result.ATTEMPTED, Result.SUCCESS])
    last = Entry.objects.filter(target_id=person.pk, result=Result.SUCCESS).order_by("-activity_at")[0]
    attempt = Entry.objects.get(correlation_id=last.correlation_id, result=Result.ATTEMPTED)
    return (
        all(lines[0] == Result.ATTEMPTED and len(lines) <= 2 for lines in told)
        and manager.done <= done <= len(manager.presses)
        # The newest password was written inside the newest deed that succeeded, and in no other.
        and attempt.activity_at < person.password_changed_at < last.activity_at
        and person.check_password(manager.presses[-1].temporary)
    )


def test_all_goes_on_by_itself(copy, web, worker, stage, crowd, disturbance):
    with Load(web, stage.maria, crowd) as load:
        load.wait_for_more()
        restart(copy.server, "immediate")
        load.wait_for_more()
    assert all(answer.status == 200 or is_honest(answer) for answer in load.answers)
    assert any(answer.status == 503 for answer in load.answers)
    assert all(tells_the_truth(manager) for manager in load.managers)
    look_for_stalled_jobs()
    disturbance.let_minutes_pass()
    look_for_stalled_jobs()
    wait_until(lambda: all(map(is_told, crowd)))
    assert worker.is_alive()


def look_for_stalled_jobs() -> None:
    """What the worker queues every minute, now; returns when it has begun, so that the worker is back too."""
    with suppress(AlreadyEnqueued):
        schedule.retry_stalled_jobs.defer(timestamp=0)
    waiting = ProcrastinateJob.objects.filter(task_name="directory.retry_stalled_jobs", status="todo")
    wait_until(lambda: not waiting.exists())


def is_told(person: User) -> bool:
    """Whether a notice has gone out for each reset: at least once, if the worker could not note that."""
    resets = Entry.objects.filter(target_id=person.pk, result=Result.SUCCESS).count()
    return OutboxMessage.objects.filter(to=address(person)).count() >= resets


def test_a_reset_under_way_is_told_honestly_and_the_very_next_request_works(copy, web, stage, disturbance):
    maria, sam = Browser(web, stage.maria), Browser(web, stage.sam)
    with (
        suppress(psycopg.OperationalError),  # whoever holds the row is cut off too
        ThreadPoolExecutor(1) as threads,
        disturbance.held(STAGES["before the password"]),
    ):
        pressed = threads.submit(maria.reset, stage.sam)
        disturbance.wait_until_held_up()
        restart(copy.server, "fast")
    answers = [maria.get(profile(stage.sam)) for _n in range(CROWD)]
    assert [answer.status for answer in answers] == [200] * CROWD
    assert is_honest(pressed.result())
    assert is_as_before(stage.sam, sam)
    # Nobody could write how it ended, unless the database was back at once.
    assert trail() in ([Result.ATTEMPTED], [Result.ATTEMPTED, Result.FAILURE])
    assert ("Outcome unknown" in answers[-1].text) == (trail() == [Result.ATTEMPTED])
    assert is_reset(stage.sam, sam, maria.reset(stage.sam).temporary)


def test_a_commit_whose_answer_is_lost_is_no_failure(copy, web, stage, disturbance):
    """The server has committed and is cut off before it can say so, here while it waits for a standby."""
    maria, sam = Browser(web, stage.maria), Browser(web, stage.sam)
    with ThreadPoolExecutor(1) as threads:
        with disturbance.held(STAGES["before the password"]):
            pressed = threads.submit(maria.reset, stage.sam)
            disturbance.wait_until_held_up()
            configure(copy.server, "synchronous_commit", "on")
        disturbance.cut("IPC")
        configure(copy.server, "synchronous_commit", None)
        assert is_honest(pressed.result())
    assert trail() == [Result.ATTEMPTED, Result.SUCCESS]
    assert is_reset(stage.sam, sam)
