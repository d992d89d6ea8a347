"""The parts of the bench, each a section of the table."""

from __future__ import annotations

from mystaff.postgres import Cluster
from tests.benchmarks import inside, servers
from tests.benchmarks.client import Load, load, request_of
from tests.benchmarks.database import name_of, provide
from tests.benchmarks.people import Case, cases, cookie_of, school_of, tenant_of
from tests.benchmarks.recovery import recovery
from tests.benchmarks.report import Row, milliseconds, percentiles, section, share, show
from tests.benchmarks.size import Size
from tests.benchmarks.sync_parts import sync
from tests.benchmarks.trail_parts import trail
from tests.database import point_django_to

__all__ = ["database", "load_", "memory", "recovery", "response", "sync", "tenants", "trail"]

BIG, SMALL = 0, 1  # numbers of tenants
TIMES = 150  # requests of one figure
CONNECTIONS = 16
PER_TENANT = 400  # people, where only the number of tenants changes
MANY = 20_000  # requests that a server process must bear


def database(server: Cluster, size: Size) -> None:
    """Time in the database of every page, against its goal."""
    section("Seconds in the database, p50 / p95 of a request, against the goal for p95")
    base = inside.round_trips(1000)
    show(Row("SELECT 1, for comparison", percentiles(base), "", 1))
    site = inside.Site()
    for case in [*cases(SMALL), *cases(BIG)]:
        times, statements = inside.database_times(site, case, TIMES)
        measured, p95 = percentiles(times), share(times, 0.95)
        what = f"{case.name} ({statements} statements)"
        show(Row(what, measured, milliseconds(case.goal), p95 / case.goal, 1))


def response(server: Cluster, size: Size) -> None:
    """The whole answer of one server process, against a bare page of the same rows and columns."""
    section("Whole response, p50 / p95, against a bare django-tables2 page: ratio of the medians")
    with servers.running(1, servers.OURS, servers.BARE) as (ours, bare):
        for case in [*cases(SMALL), *cases(BIG)]:
            request = request_of(case.path, case.cookie)
            if case.bare:
                mine, other = _in_turn((ours.port, request), (bare.port, request_of(case.bare)))
                ratio = share(mine, 0.5) / share(other, 0.5)
                show(Row(case.name, percentiles(mine), percentiles(other), ratio, 1.5))


def _in_turn(*asked: tuple[int, bytes]) -> list[list[float]]:
    """Seconds of each of these requests; in turn, so that the machine's moods meet all of them."""
    measured: list[list[float]] = [[] for _one in asked]
    for turn in range(11):
        for times, (port, request) in zip(measured, asked, strict=True):
            found = load(port, [request], TIMES // 10).times
            times += found if turn else []  # the first turn warms up
    return measured


def load_(server: Cluster, size: Size) -> None:
    """Requests per second of two server processes, against the bare site's."""
    section(f"Requests/s and p95, 2 server processes, {CONNECTIONS} connections, against the bare site")
    location = cases(BIG)[0]
    slug = tenant_of(BIG).slug
    pairs = {
        "sign-in page; limit: bare allauth form": (request_of(f"/{slug}/sign-in/"), "/accounts/login/"),
        f"{location.name}; limit: bare table": (request_of(location.path, location.cookie), location.bare),
    }
    for name, (request, other) in pairs.items():
        mine, bare = _at_full_load(servers.OURS, request), _at_full_load(servers.BARE, request_of(other))
        show(Row(name, _rate(mine), _rate(bare), bare.rate / mine.rate))


def _at_full_load(application: str, request: bytes) -> Load:
    with servers.running(2, application) as (site,):
        load(site.port, [request], 400, CONNECTIONS)
        return load(site.port, [request], 3000, CONNECTIONS)


def _rate(done: Load) -> str:
    return f"{done.rate:.0f}/s, {milliseconds(share(done.times, 0.95))}"


def tenants(server: Cluster, size: Size) -> None:
    """One page at 10, 100 and 200 tenants of the same size, against the first."""
    section(
        f"A location page at 10, 100 and 200 tenants of {PER_TENANT} people, p50 / p95, against the first"
    )
    numbers = (10, 100, 200)
    found: dict[int, list[float]] = {number: [] for number in numbers}
    site = inside.Site()
    for _round in range(3):
        for number in numbers:
            found[number] += _round_of(server, site, number)
    for number, times in found.items():
        ratio = share(times, 0.5) / share(found[10], 0.5)
        show(Row(f"{number} tenants", percentiles(times), percentiles(found[10]), ratio, 1.3))
    point_django_to(server, name_of(size))


def _round_of(server: Cluster, site: inside.Site, number: int) -> list[float]:
    """Requests to all tenants in turn, in a database that holds so many."""
    point_django_to(server, provide(server, Size(number, number * PER_TENANT, even=True)))
    asked = []
    for tenant in map(tenant_of, range(number)):
        path = f"/{tenant.slug}/locations/{school_of(tenant).pk}/"
        asked.append(Case(tenant.slug, path, cookie_of(tenant, "principal"), 0))
    inside.whole_times(site, asked, number)
    return inside.whole_times(site, asked, 2 * max(number, TIMES))


def memory(server: Cluster, size: Size) -> None:
    """Memory of one server process over many requests to many pages."""
    section(f"Memory of a server process over {MANY:,} requests, against that after the first 2,000")
    asked = [
        request_of(case.path, case.cookie)
        for case in [*cases(SMALL), *cases(BIG)]
        if not any(
            word in case.name for word in ("letter", "locations", "everyone")
        )  # they take all the time
    ]
    with servers.running(1, servers.OURS) as (site,):
        seen = []
        for _part in range(10):
            load(site.port, asked, MANY // 10, CONNECTIONS)
            seen.append(site.memory())
    told = ", ".join(f"{bytes / 1024**2:.0f}" for bytes in seen)
    show(
        Row(
            "resident memory",
            f"{seen[-1] / 1024**2:.1f} MiB",
            f"{seen[0] / 1024**2:.1f} MiB",
            seen[-1] / seen[0],
            1.05,
        )
    )
    print(f"MiB after each {MANY // 10:,}: {told}")
