"""A PostgreSQL of a module's own: what is done to it happens to no other test."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mystaff import postgres
from tests.database import Copy, close_connections, point_django_to, renew_after_commits
from tests.faults.programs import wait_until

# It keeps what it has said yes to, as in production. A commit told to wait for a standby waits for ever.
AS_IN_PRODUCTION = {"synchronous_commit": "local", "synchronous_standby_names": "nobody"}


@contextmanager
def own_server(shared: Copy, worker: str, var: Path, unblocked) -> Iterator[Copy]:
    """Let Django work on a copy of its own, and put it back to the shared one at the end."""
    cluster = postgres.for_tests(os.environ.get("MYSTAFF_TEST_POSTGRES"), var)
    cluster.options |= AS_IN_PRODUCTION
    with cluster.running():
        own = Copy(cluster, worker)
        with unblocked():
            own.make()
            renew_after_commits(own)
        yield own
        with unblocked():
            own.remove()
            point_django_to(shared.server, shared.name)
            renew_after_commits(shared)
    cluster.remove()


def restart(server: postgres.Cluster, how: str) -> None:
    """Restart it: fast ends every connection, immediate is a crash."""
    log = server.folder / "log"
    server.programs.must("pg_ctl", "-D", server.data, "-l", log, "-m", how, "-w", "restart")
    close_connections()  # ours are dead too


def configure(server: postgres.Cluster, name: str, value: str | None) -> None:
    """Change a setting in every connection that there is; None puts it back."""
    witness = server.administrator()
    with server.administrator() as administrator:
        change = f"SET {name} = '{value}'" if value else f"RESET {name}"
        before = witness.execute(f"SHOW {name}").fetchone()
        administrator.execute(f"ALTER SYSTEM {change}")
        administrator.execute("SELECT pg_reload_conf()")
    with witness:
        wait_until(lambda: witness.execute(f"SHOW {name}").fetchone() != before)
