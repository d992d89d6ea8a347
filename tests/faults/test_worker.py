"""A worker that is killed or asked to end in the middle of a task: the notice goes out all the same."""

import time
from contextlib import ExitStack

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from directory import actions
from directory.door import Initiator
from directory.models import OutboxMessage
from tests.faults.programs import wait_until

NEW = "Maple-Bridge-93"
NOTICE = "directory.send_message"
READING = "LOCK TABLE directory_message IN ACCESS EXCLUSIVE MODE"
SENDING = "LOCK TABLE directory_outboxmessage IN SHARE MODE"
MARKING = "SELECT FROM directory_message FOR UPDATE"


@pytest.fixture
def start(stage, programs):
    """Starts workers, on a queue that holds the notice of one reset; they end before their database does."""
    actions.reset_password(stage.sam, NEW, by=Initiator(stage.maria))
    started = []

    def start_worker():
        started.append(programs.worker())
        return started[-1]

    yield start_worker
    for worker in started:
        if worker.is_alive():
            worker.kill()


def notice() -> ProcrastinateJob:
    return ProcrastinateJob.objects.get(task_name=NOTICE)


def test_killed_before_it_is_sent_it_is_sent_once_by_the_next(start, disturbance):
    with disturbance.held(READING):
        killed = start()
        disturbance.wait_until_held_up()
        killed.kill()
    assert (notice().status, OutboxMessage.objects.count()) == ("doing", 0)
    disturbance.let_minutes_pass()
    start()
    wait_until(lambda: notice().status == "succeeded")
    assert (notice().attempts, OutboxMessage.objects.count()) == (2, 1)


def test_killed_after_it_was_sent_but_before_that_is_known_it_is_sent_again(start, disturbance):
    """At least once: a mail server and our queue cannot agree on a single moment."""
    with ExitStack() as marking:
        with disturbance.held(SENDING):
            killed = start()
            disturbance.wait_until_held_up()
            marking.enter_context(disturbance.held(MARKING))
        wait_until(OutboxMessage.objects.exists)
        disturbance.wait_until_held_up()
        killed.kill()
        disturbance.cut()  # else what it has asked for last is done without it
    disturbance.let_minutes_pass()
    start()
    wait_until(lambda: notice().status == "succeeded")
    assert OutboxMessage.objects.count() == 2


def test_asked_to_end_it_finishes_what_it_has_begun(start, disturbance):
    with disturbance.held(READING):
        asked = start()
        disturbance.wait_until_held_up()
        asked.ask_to_end()
        time.sleep(3)  # seconds: it has heard that by then, and would wait for twenty
        assert asked.is_alive()
    wait_until(lambda: not asked.is_alive())
    assert (notice().status, notice().attempts, OutboxMessage.objects.count()) == ("succeeded", 1, 1)
