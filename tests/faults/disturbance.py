"""What PostgreSQL's administrator can do to a program that works in a database: watch, hold up, cut off."""

from collections.abc import Iterator
from contextlib import contextmanager

from mystaff.postgres import Cluster
from mystaff.postgres_roles import APPLICATION
from tests.faults.programs import wait_until

HELD_UP = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND usename = %s AND wait_event_type = %s"
CONNECTED = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND usename = %s"
SILENT = "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '5 minutes'"
FORGOTTEN = "DELETE FROM procrastinate_periodic_defers"


class Disturbance:
    """A hand on one database. A lock stops the program at a stage for as long as a test wants."""

    def __init__(self, server: Cluster, database: str) -> None:
        self.server, self.database = server, database

    @contextmanager
    def held(self, statement: str, *values: object) -> Iterator[None]:
        """Keep what the statement locks, from everyone else."""
        with (
            self.server.administrator(self.database) as administrator,
            administrator.transaction(force_rollback=True),
        ):
            administrator.execute(statement, values)
            yield

    def held_up(self, why: str = "Lock") -> list[int]:
        """Process ids of the application's connections that wait."""
        return self._asked(HELD_UP, self.database, APPLICATION, why)

    def wait_until_held_up(self, why: str = "Lock") -> list[int]:
        """The same, as soon as there are any."""
        return wait_until(lambda: self.held_up(why))

    def cut(self, why: str = "Lock") -> None:
        """Cut the connections that wait."""
        for pid in self.wait_until_held_up(why):
            self._asked("SELECT pg_terminate_backend(%s, 60000)", pid)

    def connected(self) -> list[int]:
        """Process ids of the application's connections."""
        return self._asked(CONNECTED, self.database, APPLICATION)

    def let_minutes_pass(self) -> None:
        """In the queue: what is silent has long been so, and what comes every minute is due."""
        with self.server.administrator(self.database) as administrator:
            administrator.execute(SILENT)
            administrator.execute(FORGOTTEN)

    def _asked(self, statement: str, *values: object) -> list[int]:
        with self.server.administrator() as administrator:
            return [value for (value,) in administrator.execute(statement, values).fetchall()]
