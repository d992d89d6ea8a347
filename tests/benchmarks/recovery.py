"""The way back into an account under load: names that are known here, and names that are not."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count

from directory.models import EmailMethod, Recovery, Throttle, User
from mystaff.demo.processes import Processes
from mystaff.postgres import Cluster
from tenants.models import Tenant
from tests.attack.client import Browser, Request
from tests.benchmarks import servers
from tests.benchmarks.client import Load
from tests.benchmarks.people import tenant_of
from tests.benchmarks.report import Row, milliseconds, section, share, show
from tests.benchmarks.size import Size

FORGOT = "forgot-password/"
COOKIE = "mystaff_recovery"
FLOWS = 300  # of one figure
TO_BEAT = {"LTB": 16, "bare allauth": 190}  # whole flows a second, as said of them on such a machine


class Walk:
    """One person's browser on the way back, from an address of its own: throttles count by address."""

    _numbers = count()

    def __init__(self, port: int, tenant: Tenant) -> None:
        self.browser = Browser(port, next(self._numbers) % 254 + 1)
        self.prefix, self.cookie = f"/{tenant.slug}/", ""

    def get(self, page: str = ""):
        return self.browser.send(Request("GET", f"{self.prefix}{FORGOT}{page}", self.cookie))

    def post(self, page: str = "", **form: str):
        answer = self.browser.send(
            Request("POST", f"{self.prefix}{FORGOT}{page}", self.cookie, (*form.items(),))
        )
        if value := answer.cookie(COOKIE):
            self.cookie = f"{COOKIE}={value}"
        return answer

    def start(self, name: str) -> None:
        """Type the name: raises AssertionError unless the next page follows."""
        assert self.post(username=name).status == 302

    def ask(self, address: str) -> None:
        """Have the code sent."""
        assert self.post("send/", way="email", email=address).status == 302

    def whole(self, name: str) -> None:
        """All that a browser asks for until the code is on its way."""
        self.get()
        self.start(name)
        self.get("send/")
        self.ask(f"{name.partition('@')[0]}@home.example")
        self.get("code/")
        self.browser.close()


def known_names(tenant: Tenant, number: int) -> list[str]:
    """User names of so many people who can help themselves: each has an address on file."""
    with tenant.scope():
        people = list(User.objects.members().filter(role_assignments=None, job_title="Student")[:number])
        EmailMethod.objects.filter(user__in=people).delete()
        for person in people:
            local = person.user_principal_name.partition("@")[0]
            EmailMethod.objects.create(user=person, address=f"{local}@home.example")
        return [person.user_principal_name for person in people]


def unknown_names(known: list[str]) -> list[str]:
    """As many that nobody has, as long as those."""
    return [f"zq{name[2:]}" for name in known]


def forget(tenant: Tenant) -> None:
    """Forget what was tried before."""
    with tenant.scope():
        Throttle.objects.all().delete()
        Recovery.objects.all().delete()


@contextmanager
def site(workers: int = 2) -> Iterator[servers.Server]:
    """Our site with so many server processes, and its worker."""
    with servers.running(workers, servers.OURS) as (server,), Processes() as processes:
        # Its mails go to its output: nobody reads them here.
        processes.start("the worker", "/bin/sh", "-c", f"exec {sys.executable} manage.py worker > /dev/null")
        time.sleep(3)  # seconds: it looks for work then
        yield server


def recovery(server: Cluster, size: Size) -> None:
    """Starts a second and whole flows a second, 2 server processes and the worker running."""
    section("Self-service: flows/s until the code is on its way, 2 server processes and the worker")
    tenant = tenant_of(1)
    known = known_names(tenant, FLOWS)
    with site() as ours:
        for clients in (1, 4):
            for kind, names in (("known", known), ("unknown", unknown_names(known))):
                forget(tenant)
                done = _together(lambda name: Walk(ours.port, tenant).whole(name), names, clients)
                what = f"whole flow, {kind} names, {clients} client{'s' * (clients > 1)}; limit: "
                for other, flows in TO_BEAT.items():
                    show(Row(what + other, _rate(done), f"{flows}/s", flows / done.rate, 1))
        forget(tenant)
        for kind, names in (("known", known), ("unknown", unknown_names(known))):
            done = _together(lambda name: Walk(ours.port, tenant).start(name), names, 4)
            show(Row(f"start, {kind} names, 4 clients", _rate(done)))
        forget(tenant)


def _together(walk: Callable[[str], None], names: list[str], clients: int) -> Load:
    """So many clients at once, until all names are through."""

    def timed(name: str) -> float:
        began = time.perf_counter()
        walk(name)
        return time.perf_counter() - began

    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as threads:
        times = list(threads.map(timed, names))
    return Load(time.perf_counter() - began, times)


def _rate(done: Load) -> str:
    return f"{done.rate:.0f}/s, p95 {milliseconds(share(done.times, 0.95))}"
