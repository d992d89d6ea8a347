"""Jobs whose worker is gone: put back, as often as one that fails, and only if it is gone."""

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from directory import schedule, tasks
from directory.models import OutboxMessage
from tests.directory.test_tasks import work

SILENT = "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '5 minutes'"
GONE = "DELETE FROM procrastinate_workers"
LONG_AGO = "UPDATE procrastinate_events SET at = at - interval '2 hours'"
NINTH = "UPDATE procrastinate_jobs SET attempts = 8 WHERE status = 'doing'"


@pytest.fixture
def begun(transactional_db, district, settings) -> None:
    """A notice that a worker has begun to send."""
    settings.EMAIL_BACKEND = "directory.notifiers.outbox.EmailBackend"
    tasks.notify(district.sam, "password_reset")
    run("SELECT procrastinate_fetch_job_v2(NULL, procrastinate_register_worker_v1())")


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def after_a_minute() -> str:
    """How the notice's job stands when stalled jobs have been looked for."""
    schedule.retry_stalled_jobs.defer(timestamp=0)
    work()
    return ProcrastinateJob.objects.get(task_name="directory.send_message").status


@pytest.mark.parametrize("happened", [SILENT, GONE, LONG_AGO])
def test_it_is_done_by_another_worker(begun, happened):
    run(happened)
    assert after_a_minute() == "succeeded"
    assert OutboxMessage.objects.count() == 1


def test_what_a_living_worker_does_is_left_alone(begun):
    assert after_a_minute() == "doing"
    assert not OutboxMessage.objects.exists()


def test_a_job_that_its_workers_die_of_is_given_up(begun):
    run(SILENT, NINTH)
    assert after_a_minute() == "failed"
    assert not OutboxMessage.objects.exists()


def test_one_that_cannot_be_put_back_does_not_keep_the_others(begun):
    """A periodic job that is in the queue again already: the database allows one."""
    run(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, status, args)"
        " VALUES ('default', 'directory.clear_expired_sessions', 'one', 'doing', '{\"timestamp\": 0}'),"
        " ('later', 'directory.clear_expired_sessions', 'one', 'todo', '{\"timestamp\": 0}')"
    )
    run("UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 day' WHERE queue_name = 'later'")
    run(GONE)
    assert after_a_minute() == "succeeded"
