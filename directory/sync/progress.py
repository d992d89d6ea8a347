"""How a run goes on, told over a connection of its own: what the run itself writes nobody sees until its end.

That connection holds a lock for as long as its process lives. So a run whose process has died is told from
one that goes on, whatever the clock says.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from time import monotonic

from django.db import DatabaseError, connection, models
from django.db.models import Q
from django.utils import timezone

from directory import turns
from directory.models import Run, RunState
from tenants import scopes

GOING = (RunState.READING, RunState.COMPARING, RunState.WRITING)
APART = 0.5  # seconds between two signs of life
SILENCE = timedelta(seconds=30)
LATER = 10.0  # seconds


class Busy(turns.Busy):
    """Another run of this tenant goes on; a job that finds it so is tried again a little later."""

    def __init__(self) -> None:
        super().__init__(LATER, priority=0)


class Progress:
    """Tells of one run. Raises Busy when it is entered while another run of the tenant goes on."""

    def __init__(self, run: Run) -> None:
        self.run, self.told = run, 0.0

    def __enter__(self) -> Progress:
        self.connection = connection.copy()
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [_lock()])
            if not cursor.fetchone()[0]:
                self.connection.close()
                raise Busy
        return self

    def __exit__(self, *exception: object) -> None:
        # By itself PostgreSQL lets go of it only some time after a connection has closed.
        with suppress(DatabaseError), self.connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all()")
        self.connection.close()

    def says(self, state: str, total: int | None = None) -> None:
        """It does something else now, in so many steps."""
        self._update(state=str(state), done=0, total=total)

    def reads(self, done: int) -> None:
        """So many facts were read."""
        if monotonic() - self.told > APART:
            self._update(done=done)

    def writes(self, done: int, total: int) -> None:
        """So many steps are done."""
        self._update(done=done, total=total)

    def _update(self, **values: object) -> None:
        self.told = monotonic()
        values |= {"sign_of_life": timezone.now(), "id": str(self.run.pk)}
        said = ", ".join(f"{name} = %({name})s" for name in values if name != "id")
        with self.connection.cursor() as cursor:
            cursor.execute(f"UPDATE directory_run SET {said} WHERE id = %(id)s::uuid", values)  # noqa: S608


def break_off_dead() -> None:
    """Note of every run whose process has died that it broke off; what it was about is as it was before."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_HELD, [_lock()])
        is_held = cursor.fetchone()[0]
    if not is_held:  # one that has begun since then has just given a sign of life
        silent = Q(sign_of_life=None) | Q(sign_of_life__lt=timezone.now() - SILENCE)
        mark_dead(Run.objects.filter(silent))


def mark_dead(runs: models.QuerySet[Run]) -> None:
    """The same of those of these that had not ended; for whoever holds the lock."""
    dead = runs.filter(state__in=GOING)
    dead.update(state=RunState.BROKEN_OFF, ended_at=timezone.now(), content=None)


# Looked up and not tried: a lock that was taken to see whether it is free would keep a run from beginning.
_IS_HELD = """
    SELECT EXISTS (
        SELECT FROM pg_locks, (SELECT hashtextextended(%s, 0) AS key) wanted
        WHERE locktype = 'advisory' AND objsubid = 1 AND granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND (classid::bigint << 32 | objid::bigint) = wanted.key)
"""


def _lock() -> str:
    return f"run {scopes.require()}"
