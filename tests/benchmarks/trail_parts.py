"""The part of the bench that reads a long trail: list, filters, search, deep pages, files, the proof."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from http.client import HTTPConnection
from urllib.parse import urlencode

from audit.models import Entry, Result, record
from mystaff.own_files import PROJECT
from mystaff.postgres import Cluster
from tests.benchmarks import inside, servers, setup
from tests.benchmarks.client import HOST
from tests.benchmarks.database import provide
from tests.benchmarks.people import Case, cookie_of, tenant_of
from tests.benchmarks.report import Row, milliseconds, percentiles, section, share, show
from tests.benchmarks.size import Size
from tests.benchmarks.trail import RARE
from tests.database import point_django_to

GOAL = 0.1  # seconds of database time that 95 of 100 requests may take
TIMES = 60  # requests of one figure
WRITTEN = 500  # entries
CHUNK = 1 << 16
LIST = "/t000/admin/audit/entry/"


def trail(server: Cluster, size: Size) -> None:
    """Everything that is asked of the trail, in a database of its own."""
    own = Size(entries=size.people)
    point_django_to(server, provide(server, own))
    os.environ.update(setup.environment(own))
    cookie = cookie_of(tenant_of(0), "admin")
    _pages(cookie)
    _files(cookie, size.people)
    _proof(size.people)
    _writing()


def _pages(cookie: str) -> None:
    with tenant_of(0).scope():
        questions, number = asked(), f"{Entry.objects.count():,}"
    section(f"Seconds in the database for a trail of {number} entries, p50 / p95, against the goal for p95")
    show(Row("SELECT 1, for comparison", percentiles(inside.round_trips(1000)), "", 1))
    site = inside.Site()
    for name, query in questions.items():
        case = Case(name, f"{LIST}?{urlencode(query)}", cookie, GOAL)
        times, statements = inside.database_times(site, case, TIMES)
        what = f"{name} ({statements} statements)"
        show(Row(what, percentiles(times), milliseconds(GOAL), share(times, 0.95) / GOAL, 1))


def asked() -> dict[str, dict[str, str]]:
    """What the address asks, for each figure."""
    entries = Entry.objects.order_by("sequence")
    oldest, newest = entries[0], entries.reverse()[0]
    deep = str(oldest.sequence + 100)
    day = f"{oldest.activity_at:%Y-%m-%d}"
    common, rare = newest.activity, RARE
    other = entries.exclude(ip_address=newest.ip_address)[0]
    denied = entries.filter(result=Result.DENIED)[0]
    return {
        "list": {},
        "list, the last page": {"before": deep},
        "filter: since a day": {"since": f"{newest.activity_at:%Y-%m-%d}"},
        "filter: one day, a year ago": {"since": day, "until": day},
        "filter: activity, common": {"activity": common},
        "filter: activity, common, the last page": {"activity": common, "before": deep},
        "filter: activity, ten entries of all": {"activity": rare},
        "filter: result": {"result__exact": Result.DENIED},
        "filter: activity and result": {"activity": common, "result__exact": Result.DENIED},
        "filter: activity and result, nothing": {"activity": rare, "result__exact": Result.DENIED},
        "filter: actor": {"actor": newest.actor_principal_name},
        "filter: actor, beginning of all": {"actor": "manager"},
        "filter: actor, the last page": {"actor": oldest.actor_principal_name, "before": deep},
        "filter: target": {"target": oldest.target_principal_name},
        "filter: target, nobody": {"target": newest.actor_principal_name},
        "filter: actor and result": {"actor": denied.actor_principal_name, "result__exact": Result.DENIED},
        "search: one letter": {"q": "m"},
        "search: one letter, the last page": {"q": "m", "before": deep},
        "search: a common name": {"q": "maria"},
        "search: two words": {"q": f"maria {oldest.target_name.split()[-1]}"},
        "search: a rare user name": {"q": oldest.target_principal_name},
        "search: a network address": {"q": newest.ip_address},
        "search: nobody": {"q": "qqxz"},
        "search: a common name and nobody": {"q": "maria qqxz"},
        "search and a rare activity": {"q": "m", "activity": rare},
        "search and a day, a year ago": {"q": "m", "since": day, "until": day},
        "search: two words that never meet": {"q": f"{newest.actor_principal_name} {other.ip_address}"},
    }


def _files(cookie: str, number: int) -> None:
    section("Files of the whole trail, one server process: entries/s, most memory against that of a tenth")
    with servers.running(1, servers.OURS) as (site,):
        for kind in ("csv", "jsonl"):
            began, seen, lines = time.perf_counter(), [], 0
            for part in _download(site.port, f"{LIST}export.{kind}", cookie):
                lines += part.count(b"\n")
                seen.append(site.memory())
            seconds, tenth = time.perf_counter() - began, max(seen[: max(1, len(seen) // 10)])
            assert lines >= number, f"{lines} lines"
            rate = f"{number / seconds:,.0f}/s, {max(seen) / 1024**2:.1f} MiB"
            show(Row(f"export.{kind}", rate, f"{tenth / 1024**2:.1f} MiB", max(seen) / tenth, 1.05))


def _download(port: int, path: str, cookie: str):
    connection = HTTPConnection(HOST, port, timeout=300)
    connection.request("GET", path, headers={"Cookie": cookie})
    answer = connection.getresponse()
    assert answer.status == 200, answer.status
    while part := answer.read(CHUNK):
        yield part


def _proof(number: int) -> None:
    section("manage.py verify_audit: entries/s and memory at most")
    began, most = time.perf_counter(), 0.0
    command = [sys.executable, "manage.py", "verify_audit", "t000"]
    with subprocess.Popen(command, cwd=PROJECT) as child:
        while child.poll() is None:
            most = max(most, servers.resident(str(child.pid)))
            time.sleep(0.1)
    assert child.returncode == 0
    seconds = time.perf_counter() - began
    show(Row("verify_audit", f"{number / seconds:,.0f}/s", f"{most / 1024**2:.1f} MiB", 1))


def _writing() -> None:
    """Into a trail of that length; each entry its own transaction."""
    section("Entries written, each in a transaction of its own, p50 / p95")
    actor = {"id": None, "name": "The bench", "principal_name": "bench@t000.example"}
    times = []
    with tenant_of(0).scope():
        for n in range(WRITTEN):
            began = time.perf_counter()
            record("Update user", category="x", operation="Update", actor=actor, target=_target(n))
            times.append(time.perf_counter() - began)
    show(Row("record()", percentiles(times), f"{WRITTEN / sum(times):,.0f}/s", 1))


def _target(n: int) -> dict[str, str]:
    return {"name": f"Person {n}", "principal_name": f"person{n}@t000.example", "type": "User"}
