"""How a run goes on, told over a connection of its own: what the run itself writes nobody sees until its end.

That connection holds a lock for as long as its process lives. So a run whose process has died is told from
one that goes on, whatever the clock says.
"""

from __future__ import annotations

from time import monotonic

from django.db import connection, transaction
from django.utils import timezone

from directory.models import Run, RunState
from tenants import scopes

GOING = (RunState.READING, RunState.COMPARING, RunState.WRITING)
APART = 0.5  # seconds between two signs of life


class Busy(Exception):
    """Another run of this tenant goes on."""


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
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [_lock()])
        if cursor.fetchone()[0]:
            mark_dead()


def mark_dead(but: Run | None = None) -> None:
    """The same for whoever holds the lock."""
    dead = Run.objects.filter(state__in=GOING).exclude(pk=but and but.pk)
    dead.update(state=RunState.BROKEN_OFF, ended_at=timezone.now(), content=None)


def _lock() -> str:
    return f"run {scopes.require()}"
