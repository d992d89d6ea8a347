"""Runs of a source in a database of the bench's own, and the same rows by a plain COPY.

python -m tests.benchmarks.sync_runs PEOPLE TIMES: so many runs of so many people, one after the other.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from pathlib import Path

from mystaff.postgres import Cluster

PEOPLE = "directory_user"
# In an order that what is referred to comes first.
TABLES = (
    PEOPLE, "directory_administrativeunit", "directory_unitmembership", "directory_roleassignment",
    "directory_searchword", "audit_entry", "audit_entryword", "directory_run", "directory_runchange",
)  # fmt: skip
MIGRATED, ROWS, COPIED = "bench_sync_migrated", "bench_sync_rows", "bench_sync_copied"


def fresh(server: Cluster, name: str) -> None:
    """A migrated database with one tenant and one source, and Django pointing to it."""
    from tests.database import point_django_to

    server.drop_database(name)
    server.create_database(name, MIGRATED)
    point_django_to(server, name)


def migrate(server: Cluster) -> None:
    """The database that the others are copies of."""
    from django.core.management import call_command

    from directory.models import Source, SourceKind
    from tenants.models import EmailDomain, Tenant, operators
    from tests.benchmarks.roster import DOMAIN
    from tests.database import close_connections, point_django_to

    server.drop_database(MIGRATED)
    server.create_database(MIGRATED)
    point_django_to(server, MIGRATED)
    call_command("migrate", verbosity=0, skip_checks=True)
    with operators().scope():
        tenant = Tenant.objects.create(slug="t000", name="Roster")
        for domain in (DOMAIN, "t000.example"):
            EmailDomain.objects.create(domain=domain, tenant=tenant, is_default=domain == DOMAIN)
    with tenant.scope():
        Source.objects.create(key="sis", name="SIS", kind=SourceKind.LDAP)
    close_connections()


def timed_run(facts: Iterable) -> tuple[float, dict[str, int]]:
    """Seconds from parsed facts to the commit, and what was changed."""
    from directory.models import Run, Source
    from directory.sync import runs
    from directory.sync.facts import Reading
    from tenants.models import Tenant

    with Tenant.objects.get(slug="t000").scope():
        run = Run.objects.create(source=Source.objects.get())
        began = time.perf_counter()
        runs.carry_out(run, read=lambda *_: Reading(iter(facts)))
        return time.perf_counter() - began, {what: n for what, n in run.counts.items() if n}


def copied(server: Cluster) -> tuple[float, int]:
    """Seconds of a plain COPY, above the wall, of all rows that are in the other database; and how many."""
    from tests.database import close_connections

    close_connections()
    server.drop_database(COPIED)
    server.create_database(COPIED, MIGRATED)
    with server.administrator(ROWS) as here, server.administrator(COPIED) as there:
        sheets = {table: _read(here, table) for table in TABLES}
        began, rows = time.perf_counter(), 0
        with there.transaction():
            for table, parts in sheets.items():
                with there.cursor() as cursor:
                    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                        for part in parts:
                            copy.write(part)
                    rows += cursor.rowcount
        seconds = time.perf_counter() - began
    server.drop_database(COPIED)
    return seconds, rows


def _read(connection, table: str) -> list[bytes]:
    with connection.cursor().copy(f"COPY {table} TO STDOUT") as copy:
        lines = b"".join(bytes(part) for part in copy)
    return [lines[start : start + (1 << 18)] for start in range(0, len(lines), 1 << 18)]


def most_memory() -> int:
    """The most that this process ever held, in bytes. (getrusage's begins with what its parent held.)"""
    [line] = [
        line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")
    ]
    return int(line.split()[1]) * 1024


def main() -> None:
    """In a child: so many runs, of which every second one changes 1 %, and the most memory that each took."""
    people, times = map(int, sys.argv[1:3])
    import django

    django.setup()
    from tests.benchmarks.roster import facts

    for turn in range(times):
        timed_run(facts(people, turn % 2))
        print(most_memory(), flush=True)


if __name__ == "__main__":
    main()
