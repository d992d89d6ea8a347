"""How many of a worker's slots one tenant may hold by sending.

A server that hangs holds a slot until our limit of time. A tenant whose gateway does, by fault or on purpose,
must not keep the messages of all others waiting: what is too much is put back, behind what others send.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Collection
from datetime import timedelta
from time import monotonic
from typing import Any

from django.utils import timezone
from procrastinate import JobContext, RetryStrategy
from procrastinate.jobs import Job
from procrastinate.retry import RetryDecision
from procrastinate.worker import Worker

SLOTS = 8  # jobs that a worker does at once
MOST = 2  # of them that send for one tenant
MOST_LASTING = 4  # of them that take long, all tenants' together: at three every source may have its hour
MOST_WITH_CODES = 3  # so that a code finds a slot where notices hold theirs
SOONEST, LATEST = 1.0, 30.0  # seconds until what was put back is looked at again
APART = 0.02  # seconds between two of one tenant: ten thousand that wait must not keep the worker turning

UNCOUNTED = "UPDATE procrastinate_jobs SET attempts = attempts - 1 WHERE id = %(job)s"


class Busy(Exception):
    """The tenant has its share of the slots."""

    def __init__(self, seconds: float, priority: int) -> None:
        super().__init__()
        self.seconds, self.priority = seconds, priority


class Retry(RetryStrategy):
    """Tries what fails again with growing pauses; what was busy is no failure."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, Busy):
            again = timezone.now() + timedelta(seconds=exception.seconds)
            return RetryDecision(retry_at=again, priority=exception.priority)
        return super().get_retry_decision(exception=exception, job=job)


class Turns:
    """A worker's middleware, one for each worker; `sending` are the names of tasks that send, `lasting` of
    those that may take an hour.

    It runs on the worker's event loop alone, so nothing else counts at the same time.
    """

    def __init__(self, sending: set[str], lasting: Collection[str] = ()) -> None:
        self._tasks, self._lasting = sending, lasting
        self._sending: Counter[str] = Counter()
        self._last = 0  # jobs in work that last
        self._moments: dict[tuple[str, bool], float] = {}

    async def __call__(self, go_on: Callable[[], Awaitable[Any]], context: JobContext, worker: Worker) -> Any:
        tenant = context.job.task_kwargs.get("tenant")
        if context.job.task_name not in self._tasks or not isinstance(tenant, str):
            return await go_on()
        urgent, lasts = context.task.priority > 0, context.job.task_name in self._lasting
        most = MOST_WITH_CODES if urgent else MOST
        if self._sending[tenant] >= most or (lasts and self._last >= MOST_LASTING):
            # What is put back counts as a try, in the statement that follows this one.
            await context.app.connector.execute_query_async(UNCOUNTED, job=context.job.id)
            raise Busy(self._wait(tenant, urgent), context.task.priority - 1)
        return await self._send(tenant, lasts, go_on)

    async def _send(self, tenant: str, lasts: bool, go_on: Callable[[], Awaitable[Any]]) -> Any:
        self._sending[tenant] += 1
        self._last += lasts
        try:
            return await go_on()
        finally:
            self._last -= lasts
            self._sending[tenant] -= 1
            self._sending += Counter()  # forgets tenants that send nothing

    def _wait(self, tenant: str, urgent: bool) -> float:
        """Seconds: one after the other, codes and the rest in a line each."""
        now, line = monotonic(), (tenant, urgent)
        after_the_last = self._moments.get(line, 0) + APART
        self._moments[line] = min(max(after_the_last, now + SOONEST), now + LATEST)
        return self._moments[line] - now
