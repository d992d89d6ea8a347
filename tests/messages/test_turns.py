"""A tenant whose gateway hangs holds some of a worker's slots, and never all of them."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from types import SimpleNamespace

import pytest
from django.core import mail
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from directory import tasks, turns
from directory.models import EmailMethod, Message, PhoneMethod, State, TextSettings, Way
from directory.recovery import flow
from mystaff.management.commands import worker
from tenants.models import AllowedHost, operators

PATIENCE = 60  # seconds: only what fails waits that long
MANY = 12  # texts: more than a worker has slots
SENT = "directory.send_message"


def wait_until(true: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "This did not happen in time."
        time.sleep(0.05)


@pytest.fixture
def gateway(web) -> Iterator[SimpleNamespace]:
    """One that takes texts and answers none of them until it is told to; whom each was for."""
    hangs, found = Event(), SimpleNamespace(site=web, taken=[])

    def hang(handler) -> None:
        found.taken.append(web.asked[-1].path)
        hangs.wait(PATIENCE)
        handler.send_response(200)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    web.talks, found.answer = hang, hangs.set
    yield found
    hangs.set()


@pytest.fixture
def slow(transactional_db, district, lake, gateway, settings) -> SimpleNamespace:
    """Lakeshore sends its texts through it; each of its many messages goes to a number of its own."""
    settings.MYSTAFF_DEMO = False
    port = gateway.site.port
    with operators().scope():
        AllowedHost.objects.create(host="127.0.0.1", port=port, tenant=lake.tenant)
    with lake.tenant.scope():
        TextSettings.objects.create(
            gateway="http", url=f"http://127.0.0.1:{port}/?{{digits}}", method="GET", recipients="everyone"
        )
    return lake


def text(lake, number: int) -> None:
    with lake.tenant.scope():
        tasks.notify(lake.ivy, "password_changed", "sms", f"+1425555{number:04}")


def ask_for_code(person, way: str, to: str) -> None:
    """Its moment comes in a second or three: by then every slot that notices may have is theirs."""
    recovery, _token = flow.start(person.user_principal_name)
    flow.ask_for_code(recovery, way, to)


@contextmanager
def working() -> Iterator[None]:
    """The worker as it runs in production, but for its signals; it ends when the block does."""
    begun, hold = Event(), SimpleNamespace()

    async def work() -> None:
        hold.loop, hold.task = asyncio.get_running_loop(), asyncio.create_task(worker._work())
        begun.set()
        await asyncio.wait({hold.task})

    thread = Thread(target=lambda: asyncio.run(work()))
    thread.start()
    begun.wait()
    try:
        yield
    finally:
        hold.loop.call_soon_threadsafe(hold.task.cancel)
        thread.join()


def states() -> list[tuple[str, int]]:
    return sorted(ProcrastinateJob.objects.filter(task_name=SENT).values_list("status", "attempts"))


def test_another_tenants_code_and_notice_go_out_while_a_gateway_hangs(slow, district, gateway):
    for number in range(MANY):
        text(slow, number)
    EmailMethod.objects.create(user=district.nora, address="nora.home@example.org")
    tasks.notify(district.nora, "password_changed")
    ask_for_code(district.sam, Way.EMAIL, "sam.home@example.org")
    with working():
        wait_until(lambda: len(mail.outbox) == 2)
        assert {message.to[0] for message in mail.outbox} == {"sam.home@example.org", "nora.home@example.org"}
        assert len(gateway.taken) == turns.MOST
        gateway.answer()
        wait_until(lambda: states().count(("succeeded", 1)) == MANY + 1)
    # Nothing is lost, nothing is sent twice, and to have waited is no try.
    assert len(gateway.taken) == len(set(gateway.taken)) == MANY
    with slow.tenant.scope():
        assert set(Message.objects.values_list("state", "tries")) == {(State.SENT, 1)}


def test_a_code_finds_a_slot_where_the_same_tenants_notices_hold_theirs(slow, gateway):
    for number in range(MANY):
        text(slow, number)
    with slow.tenant.scope():
        PhoneMethod.objects.create(user=slow.ivy, number="+14255559999")
        ask_for_code(slow.ivy, Way.SMS, "+14255559999")
    with working():
        wait_until(lambda: "/?14255559999" in gateway.taken)
        assert len(gateway.taken) <= turns.MOST_WITH_CODES < turns.SLOTS / 2
        gateway.answer()
        wait_until(lambda: len(gateway.taken) == MANY + 1)


def test_what_waits_is_looked_at_one_after_the_other_and_within_half_a_minute():
    line = turns.Turns(set())
    waits = [line._wait("a", False) for _n in range(10_000)]
    assert waits[0] == pytest.approx(turns.SOONEST, abs=0.1)
    assert waits[100] - waits[0] == pytest.approx(100 * turns.APART, abs=0.5)
    assert max(waits) == turns.LATEST
    # Neither a code nor another tenant stands behind them.
    for other in (("a", True), ("b", False)):
        assert line._wait(*other) == pytest.approx(turns.SOONEST, abs=0.1)


def test_many_tenants_whose_sources_hang_leave_slots_for_codes():
    """By default all of them run at three in the night."""
    line, busy = turns.Turns(tasks.SENDING, tasks.LASTING), []

    async def nothing(*_args, **_values) -> None: ...

    def job(name: str, tenant: int) -> SimpleNamespace:
        task = app.tasks[name]
        found = SimpleNamespace(task_name=name, task_kwargs={"tenant": f"t{tenant}"}, id=tenant)
        connector = SimpleNamespace(execute_query_async=nothing)
        return SimpleNamespace(job=found, task=task, app=SimpleNamespace(connector=connector))

    async def one(name: str, tenant: int, go_on) -> None:
        try:
            await line(go_on, job(name, tenant), None)
        except turns.Busy:
            busy.append(tenant)

    async def all_at_once() -> None:
        hang = asyncio.Event()
        runs = [asyncio.create_task(one("directory.run_source", n, hang.wait)) for n in range(turns.SLOTS)]
        await asyncio.sleep(0)
        assert len(busy) == turns.SLOTS - turns.MOST_LASTING
        await one("directory.send_code", 99, nothing)
        hang.set()
        await asyncio.gather(*runs)
        assert 99 not in busy
        await one("directory.run_source", 50, nothing)
        assert 50 not in busy

    asyncio.run(all_at_once())


def test_failures_still_count_as_tries(slow, gateway):
    gateway.answer()
    gateway.site.talks = None
    gateway.site.status = 500
    text(slow, 1)
    with working():
        wait_until(lambda: states() == [("todo", 1)])
    with slow.tenant.scope():
        assert Message.objects.get().tries == 1
