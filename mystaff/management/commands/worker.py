"""Does the background work: notices, and what happens every night."""

import asyncio
import contextlib
import logging
import os
import signal
from concurrent.futures import ThreadPoolExecutor

import psycopg
from django.core.management.base import BaseCommand
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException

from directory.tasks import LASTING, SENDING, SILENCE
from directory.turns import SLOTS, Turns
from tenants.checks import refuse_unsafe_role

FINISH = 20  # seconds that jobs have to end in
SPARE = 2  # threads beside those of the jobs, such as for looking up the database's host
PAUSE = 1  # seconds before a worker that has lost the database is followed by another
LOST = (ConnectorException, psycopg.OperationalError)
SIGNALS = (signal.SIGINT, signal.SIGTERM)

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Runs until a signal; jobs that have begun are finished first."""

    help = "Run the background jobs of every tenant. As many of these may run as are needed."
    requires_system_checks = []

    def handle(self, *args, **options) -> None:
        refuse_unsafe_role()
        asyncio.run(_serve())


async def _serve() -> None:
    """Work until a signal: procrastinate's worker ends with its database, and another takes over."""
    # A thread for each slot: Python's own choice is five on a machine with one processor.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(SLOTS + SPARE))
    asked = _asked_to_end()
    while not asked.is_set():
        working, ending = asyncio.create_task(_work()), asyncio.create_task(asked.wait())
        await asyncio.wait({working, ending}, return_when=asyncio.FIRST_COMPLETED)
        await _ended(working)
        if not asked.is_set():
            logger.warning("The worker has lost the database and starts again.")
            await asyncio.wait({ending}, timeout=PAUSE)
        ending.cancel()


async def _ended(working: asyncio.Task) -> None:
    """Have it finish its jobs; a wish that was lost while it was starting is said again, then enforced."""
    for patience in (FINISH + 5, 5):
        working.cancel()
        if (await asyncio.wait({working}, timeout=patience))[0]:
            with contextlib.suppress(asyncio.CancelledError, *LOST):
                await working
            return
    os._exit(1)


async def _work() -> None:
    # Django's own connection cannot wait for the queue's notices.
    with app.replace_connector(app.connector.get_worker_connector()) as worker:
        async with worker.open_async():
            await worker.run_worker_async(
                concurrency=SLOTS,
                worker_middleware=[Turns(SENDING, LASTING)],
                fetch_job_polling_interval=1,  # second: nothing announces jobs that begin later
                shutdown_graceful_timeout=FINISH,
                stalled_worker_timeout=SILENCE,
                install_signal_handlers=False,
            )


def _asked_to_end() -> asyncio.Event:
    """Set by the first signal; a second one ends the process at once."""
    asked, loop = asyncio.Event(), asyncio.get_running_loop()

    def ask() -> None:
        asked.set()
        for number in SIGNALS:
            loop.remove_signal_handler(number)

    for number in SIGNALS:
        loop.add_signal_handler(number, ask)
    return asked
