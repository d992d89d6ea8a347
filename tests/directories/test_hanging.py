"""Directories that say nothing: who signs in waits, and nobody else does."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from contextvars import copy_context
from http.cookiejar import CookieJar

import pytest
from django.conf import settings

from directory import connectors
from directory.connectors import Unreachable, slots
from directory.models import ConnectedDirectory, DirectoryKind
from mystaff.management.commands.demo import THREADS, WEB
from mystaff.own_files import PROJECT
from tests.conftest import signed_in
from tests.directories.conftest import allow, lives_at
from tests.directories.programs import free_port

HOST = "127.0.0.1"
PATIENCE = 120  # seconds until a page that does not come is a failure


class Silence:
    """A server that takes connections and never says anything."""

    def __init__(self) -> None:
        self.listening = socket.create_server((HOST, 0), backlog=32)
        self.port = self.listening.getsockname()[1]
        self.taken: list[socket.socket] = []

    def take(self, waiting: list[Future]) -> None:
        """Wait until all of these have come; who was answered by somebody else says what."""
        self.listening.settimeout(1)
        for _second in range(PATIENCE):
            with suppress(TimeoutError):
                while len(self.taken) < len(waiting):
                    self.taken.append(self.listening.accept()[0])
                return
            assert not [one.result() for one in waiting if one.done()]
        raise AssertionError(f"Of {len(waiting)} only {len(self.taken)} came.")

    def end(self) -> None:
        for one in [*self.taken, self.listening]:
            one.close()


@pytest.fixture
def silence(district):
    silent = Silence()
    allow(district.tenant, HOST, silent.port)
    yield silent
    silent.end()


def connect(number: int, port: int) -> None:
    ConnectedDirectory.objects.create(
        key=f"silent-{number}",
        name=f"Silent {number}",
        kind=DirectoryKind.ACTIVE_DIRECTORY,
        enabled=True,
        servers=f"{HOST}:{port}",
        base_dn="DC=ad,DC=example",
        account="mystaff",
        secret="secret",
        checks_passwords=True,
        writes_passwords=True,
    )
    lives_at(f"silent-{number}", f"p{number}@riverside.example")


@pytest.fixture
def web(transactional_db, database_environment, tmp_path):
    """The real web server as in production, with a single process; its address."""
    port = free_port()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MYSTAFF_")}
    environment = clean | database_environment | {"MYSTAFF_VAR": str(tmp_path), "MYSTAFF_DEMO": "1"}
    environment["MYSTAFF_SECRET_KEY"] = settings.SECRET_KEY
    environment["MYSTAFF_ENCRYPTION_KEYS"] = ",".join(settings.MYSTAFF_ENCRYPTION_KEYS)
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"]
    subprocess.run(collect, cwd=PROJECT, env=environment, check=True)
    granian = [sys.executable, "-m", "granian", *WEB, "--workers", "1", "--host", HOST, "--port", str(port)]
    with subprocess.Popen(
        [*granian, "tests.directories.patient:application"], cwd=PROJECT, env=environment
    ) as server:
        _wait_for(f"http://{HOST}:{port}/health/")
        yield f"http://{HOST}:{port}"
        server.terminate()


def _wait_for(url: str) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(url, timeout=2).close()  # noqa: S310  our own
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"No answer from {url}")


class Browser:
    """One that has the sign-in page open, with a name typed."""

    def __init__(self, web: str, name: str, tenant: str = "riverside") -> None:
        self.url = f"{web}/{tenant}/sign-in/"
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.page = self.opener.open(self.url, timeout=PATIENCE).read().decode()
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', self.page)[1]
        self.form = {"login": name, "password": "Copper-Lantern-47", "csrfmiddlewaretoken": token}

    def sign_in(self) -> str:
        """What the page says in the end."""
        sent = urllib.parse.urlencode(self.form).encode()
        try:
            return self.opener.open(self.url, sent, timeout=2 * PATIENCE).read().decode()
        except urllib.error.HTTPError as answer:
            return answer.read().decode()


@pytest.mark.slow
def test_eight_directories_that_hang_leave_the_location_page_answering(web, district, lake, silence):
    for number in range(8):
        connect(number, silence.port)
    cookie = signed_in(district.maria).cookies[settings.SESSION_COOKIE_NAME].value
    page = urllib.request.Request(f"{web}/riverside/locations/{district.lincoln.pk}/")  # noqa: S310  our own
    page.add_header("Cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}")
    browsers = [Browser(web, f"p{number}@riverside.example") for number in range(8)]
    more = [Browser(web, f"p{number}@riverside.example") for number in range(8)]
    with ThreadPoolExecutor(8) as threads, ExitStack() as stack:
        waiting = [threads.submit(browser.sign_in) for browser in browsers]
        stack.callback(silence.end)  # whatever goes wrong, they need not wait any longer
        silence.take(waiting)
        with urllib.request.urlopen(page, timeout=PATIENCE) as answer:  # noqa: S310  our own
            assert "Lincoln Elementary" in answer.read().decode()
        with ThreadPoolExecutor(8) as others:  # whoever comes besides is told so, and keeps no thread
            said = list(others.map(Browser.sign_in, more))
        assert all("Passwords cannot be checked now." in one for one in said)
        assert "Lakeshore Academies" in Browser(web, "x", tenant="lakeshore").page
        assert not any(one.done() for one in waiting)
    assert all("Passwords cannot be checked now." in one.result() for one in waiting)


def test_a_silent_directory_is_given_up_in_time(district, silence, monkeypatch):
    monkeypatch.setattr(connectors, "CONNECTED", 0.2)
    connect(1, silence.port)
    person = district.sam
    person.authority = "silent-1"
    with pytest.raises(Unreachable, match="did not answer"):
        connectors.open_authority(person).set_password(person, "Maple-Bridge-93", must_change=True)


@contextmanager
def taken(number: int, name: str = "Riverside AD") -> Iterator[None]:
    """So many slots of the tenant whose scope this is."""
    with ExitStack() as stack:
        for _one in range(number):
            stack.enter_context(slots.slot(name))
        yield


def is_refused() -> bool:
    try:
        with slots.slot("Riverside AD"):
            return False
    except Unreachable as error:
        assert "too much to do" in str(error)
        return True


def test_a_tenants_directories_take_a_few_threads_and_no_more(district, lake, monkeypatch):
    monkeypatch.setattr(slots, "WAIT", 0.01)
    with taken(slots.MOST):
        assert is_refused()
        with lake.tenant.scope():
            assert not is_refused()  # others have theirs
    assert not is_refused()


def test_few_wait_and_the_next_one_is_told_at_once(district, monkeypatch):
    monkeypatch.setattr(slots, "WAIT", PATIENCE)  # who waited would make this test hang
    with ThreadPoolExecutor(slots.LINE) as threads:
        with taken(slots.MOST):
            contexts = [copy_context() for _one in range(slots.LINE)]  # each in the tenant's scope
            waiting = [threads.submit(context.run, is_refused) for context in contexts]
            while slots._in_line.total() < slots.LINE:
                assert not any(one.done() for one in waiting)
                time.sleep(0.01)
            assert is_refused()
        assert [one.result(PATIENCE) for one in waiting] == [False] * slots.LINE
    assert not slots._busy and not slots._in_line


def test_all_tenants_directories_together_leave_threads_for_pages(district, lake, monkeypatch):
    monkeypatch.setattr(slots, "ALL", slots.MOST + 1)
    with taken(slots.MOST), lake.tenant.scope(), taken(1, "Lakeshore AD"):
        assert is_refused()
    monkeypatch.undo()
    assert slots.MOST + slots.LINE < 8  # the fewest that operators are told to have
    assert slots.ALL < THREADS
