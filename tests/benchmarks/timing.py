"""make timing: can a stranger tell by the time it takes whether a name is known here?

Each step of the way back is tried with names that are known and names that are not, in random order, one at a
time against a real server with its worker; a Mann-Whitney test says whether the times come from one
distribution. A small p (below 0.01) would mean that they can be told apart.
"""

from __future__ import annotations

import random
import time
from math import erfc, sqrt
from statistics import median

from tests.benchmarks import setup
from tests.benchmarks.database import cluster, provide
from tests.benchmarks.size import Size

TRIES = 500
SIZE = Size(tenants=5, people=20_000)
APART = 0.01
STEPS = ("start", "page", "ask", "code page", "wrong code", "code page again")


def mann_whitney(one: list[float], other: list[float]) -> float:
    """The probability of a difference at least this large where there is none (two-sided).

    The normal approximation with mid-ranks and the correction for ties: Mann & Whitney, 1947.
    """
    ranks, ties = _ranks([*one, *other])
    n, m = len(one), len(other)
    u = sum(ranks[:n]) - n * (n + 1) / 2
    total = n + m
    variance = n * m / 12 * (total + 1 - ties / (total * (total - 1)))
    return erfc(abs(u - n * m / 2) / sqrt(2 * variance)) if variance else 1.0


def _ranks(values: list[float]) -> tuple[list[float], int]:
    """Each value's rank, equal ones sharing the middle, and the sum of t³ - t over ties."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks, ties, at = [0.0] * len(values), 0, 0
    while at < len(order):
        end = at
        while end < len(order) and values[order[end]] == values[order[at]]:
            end += 1
        for place in order[at:end]:
            ranks[place] = (at + end + 1) / 2
        ties += (end - at) ** 3 - (end - at)
        at = end
    return ranks, ties


def main() -> None:
    with cluster().running() as server:
        setup.set_up(SIZE)
        name = provide(server, SIZE)
        from tests.database import point_django_to

        point_django_to(server, name)
        _show(_measure())


def _measure() -> dict[str, dict[bool, list[float]]]:
    from tests.benchmarks import recovery
    from tests.benchmarks.people import tenant_of

    tenant = tenant_of(1)
    known = recovery.known_names(tenant, TRIES)
    walks = [(True, name) for name in known] + [(False, name) for name in recovery.unknown_names(known)]
    random.Random(7).shuffle(walks)
    recovery.forget(tenant)
    found = {step: {True: [], False: []} for step in STEPS}
    with recovery.site() as ours:
        for is_known, name in walks:
            walk = recovery.Walk(ours.port, tenant)
            walk.get()  # the connection is there
            for step, seconds in zip(STEPS, _walk(walk, name), strict=True):
                found[step][is_known].append(seconds)
            walk.browser.close()
    return found


def _walk(walk, name: str) -> list[float]:
    """Seconds of each step."""
    deeds = (
        lambda: walk.start(name),
        lambda: walk.get("send/"),
        lambda: walk.ask(f"{name.partition('@')[0]}@home.example"),
        lambda: walk.get("code/"),
        lambda: walk.post("code/", code="000000"),
        lambda: walk.get("code/"),
    )
    times = []
    for deed in deeds:
        began = time.perf_counter()
        deed()
        times.append(time.perf_counter() - began)
    return times


def _show(found: dict[str, dict[bool, list[float]]]) -> None:
    print(f"{TRIES} tries each; medians in ms; p of the Mann-Whitney test\n")
    print(f"{'':18}{'known':>9}{'unknown':>9}{'p':>9}")
    for step, times in found.items():
        p = mann_whitney(times[True], times[False])
        known, unknown = (median(times[kind]) * 1000 for kind in (True, False))
        print(f"{step:18}{known:9.2f}{unknown:9.2f}{p:9.3f}  {'CAN BE TOLD APART' if p < APART else ''}")


if __name__ == "__main__":
    main()
