"""The part of the bench that runs a source: against a plain COPY of the same rows, in the same run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from mystaff.own_files import PROJECT
from mystaff.postgres import Cluster
from tests.benchmarks import servers, sync_runs
from tests.benchmarks.client import load, request_of
from tests.benchmarks.people import cookie_of, tenant_of
from tests.benchmarks.report import Row, milliseconds, section, share, show
from tests.benchmarks.size import Size
from tests.database import point_django_to

TURNS = 3
MOST = 300  # MiB at 100,000 people
TENFOLD = 10
REQUESTS = 300
PORTAL = 2.0  # so much slower may a page be during a run


def sync(server: Cluster, size: Size) -> None:
    """A tenth of the bench's size, so that the tenfold of it is the whole."""
    people = max(1000, size.people // TENFOLD)
    sync_runs.migrate(server)
    urls = server.urls(sync_runs.ROWS)  # of the processes that are started
    os.environ["MYSTAFF_DATABASE_URL"], os.environ["MYSTAFF_OWNER_DATABASE_URL"] = urls.values()
    _speed(server, people)
    _memory(server, people)
    _portal(server, people)
    for name in (sync_runs.ROWS, sync_runs.MIGRATED):
        server.drop_database(name)


def _speed(server: Cluster, people: int) -> None:
    """The first load is made in a new database each time, as the COPY is; medians of three."""
    from tests.benchmarks.roster import facts

    section(f"A run of {people:,} people, from parsed facts to the commit, against a COPY of all its rows")
    said, other = list(facts(people)), list(facts(people, 1))
    seconds: dict[str, list[float]] = {name: [] for name in ("COPY", "first", "nothing", "1 %")}
    for _turn in range(TURNS):
        sync_runs.fresh(server, sync_runs.ROWS)
        seconds["first"].append(sync_runs.timed_run(said)[0])
        copied, rows = sync_runs.copied(server)
        seconds["COPY"].append(copied)
        point_django_to(server, sync_runs.ROWS)
        for name, now in (("nothing", said), ("1 %", other), ("1 %", said)):
            seconds[name].append(sync_runs.timed_run(now)[0])
    limit = median(seconds["COPY"])
    told = f"{limit:.2f} s, {rows:,} rows"
    goals = {"first load": ("first", 2), "nothing changed": ("nothing", 1), "1 % changed": ("1 %", 1.2)}
    for what, (name, goal) in goals.items():
        taken = median(seconds[name])
        show(Row(what, f"{taken:.2f} s", told, taken / limit, goal))


def _memory(server: Cluster, people: int) -> None:
    section("Memory of a process that loads, and then changes 1 %, at most")
    found = []
    for number in (people, people * TENFOLD):
        sync_runs.fresh(server, sync_runs.ROWS)
        with _child(number, 2) as child:
            found.append(max(map(int, child.stdout)))
    one, ten = (bytes / 1024**2 for bytes in found)
    show(Row(f"{people:,} people", f"{one:.0f} MiB", f"{MOST} MiB", one / MOST, 1))
    what = f"{people * TENFOLD:,} people; limit: {TENFOLD} times that"
    show(Row(what, f"{ten:.0f} MiB", f"{one * TENFOLD:.0f} MiB", ten / one / TENFOLD, 1))


def _portal(server: Cluster, people: int) -> None:
    """A school's page, asked one after the other, while a process runs the source again and again."""
    from tests.benchmarks.roster import facts

    section("A location page during a run, p95, against its idle p95")
    sync_runs.fresh(server, sync_runs.ROWS)
    sync_runs.timed_run(facts(people))
    with server.administrator(sync_runs.ROWS) as connection:
        connection.execute("VACUUM (ANALYZE)")  # as autovacuum does within a minute
    asked = [_location()]
    with servers.running(2, servers.OURS) as (site,):
        load(site.port, asked, REQUESTS)
        idle = load(site.port, asked, REQUESTS).times
        with _child(people, 100) as child:
            child.stdout.readline()  # the first one is over
            busy = load(site.port, asked, REQUESTS).times
            child.kill()
    limit, p95 = share(idle, 0.95), share(busy, 0.95)
    show(Row("1 % changed again and again", milliseconds(p95), milliseconds(limit), p95 / limit, PORTAL))


def _location() -> bytes:
    """The first school's page, of somebody who helps everyone."""
    from directory import roles
    from directory.models import AdministrativeUnit, RoleAssignment, User

    tenant = tenant_of(0)
    with tenant.scope():
        helper = User.objects.create(user_principal_name="helpdesk@t000.example", display_name="Helen Park")
        RoleAssignment.objects.create(user=helper, role=roles.HELPDESK)
        school = AdministrativeUnit.objects.filter(kind="school").order_by("source_id")[0]
    return request_of(f"/{tenant.slug}/locations/{school.pk}/", cookie_of(tenant, "helpdesk"))


@contextmanager
def _child(people: int, times: int) -> Iterator[subprocess.Popen]:
    command = [sys.executable, "-m", "tests.benchmarks.sync_runs", str(people), str(times)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as child:
        yield child
