"""The bench's databases: in a cluster of their own, kept from run to run."""

from __future__ import annotations

import hashlib
import time

from mystaff.own_files import PROJECT
from mystaff.postgres import Cluster
from tests.benchmarks.size import Size

# What the rows follow from: with another state of these the database is made anew.
SOURCES = (
    "*/migrations/*.py",
    "tenants/isolation.py",
    "tenants/words.py",
    "audit/chain.py",
    "audit/words.py",
    "mystaff/demo/names.py",
    "tests/benchmarks/generate.py",
    "tests/benchmarks/sheets.py",
    "tests/benchmarks/size.py",
    "tests/benchmarks/trail.py",
)
CLUSTER = "bench-postgres"


def cluster() -> Cluster:
    """As durable as the demo's: what a test may lose to be fast would make the figures too good."""
    return Cluster(CLUSTER)


def name_of(size: Size) -> str:
    """The database of this size and this state of the code."""
    if size.entries:
        return f"bench_{_fingerprint()}_trail_{size.entries}"
    return f"bench_{_fingerprint()}_{size.tenants}_{size.people}" + ("_even" if size.even else "")


def provide(server: Cluster, size: Size) -> str:
    """The name of the database of this size, made first if there is none; needs Django set up."""
    with server.alone():
        made = _names(server)
        for name in made:
            if name.startswith(("bench_", "half_")) and not name.startswith(f"bench_{_fingerprint()}_"):
                server.drop_database(name)
        if name_of(size) not in made:
            _make(server, size)
    return name_of(size)


def _names(server: Cluster) -> list[str]:
    with server.administrator() as administrator:
        return [name for (name,) in administrator.execute("SELECT datname FROM pg_database").fetchall()]


def _make(server: Cluster, size: Size) -> None:
    """Made under another name: a run that is broken off leaves no half of a database."""
    from django.core.management import call_command

    from tests.benchmarks import generate, trail
    from tests.database import point_django_to

    half, began = f"half_{name_of(size)}", time.monotonic()
    what = f"{size.people:,} people in {size.tenants} tenants"
    print(f"Making {f'{size.entries:,} entries' if size.entries else what} (once) ...", flush=True)
    server.create_database(half)
    point_django_to(server, half)
    call_command("migrate", verbosity=0, skip_checks=True)
    point_django_to(server, name_of(size))
    with server.administrator(half) as administrator:
        (trail if size.entries else generate).fill(administrator, size)
    with server.administrator() as administrator:
        administrator.execute(f'ALTER DATABASE "{half}" RENAME TO "{name_of(size)}"')
    print(f"... made in {time.monotonic() - began:.0f} s", flush=True)


def _fingerprint() -> str:
    found = sorted(path for pattern in SOURCES for path in PROJECT.glob(pattern))
    return hashlib.sha256(b"".join(path.read_bytes() for path in found)).hexdigest()[:12]
