"""How much a first visit loads, from the real web server with the files as they are served in production."""

import os
import subprocess
import sys
import time
import urllib.request

import pytest
from django.conf import settings

from mystaff.own_files import PROJECT
from tests.browser.conftest import PHONE, let_in
from tests.browser.watch import Watch
from tests.conftest import make_person
from tests.mystaff.test_demo import free_port

MOST = 100_000  # bytes over the wire


@pytest.fixture
def granian(transactional_db, database_environment, tmp_path):
    """The web server, with collected files of its own; its address."""
    port = free_port()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MYSTAFF_")}
    environment = clean | database_environment | {"MYSTAFF_VAR": str(tmp_path), "MYSTAFF_DEMO": "1"}
    environment["MYSTAFF_SECRET_KEY"] = settings.SECRET_KEY  # sessions made here hold there
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"]
    subprocess.run(collect, cwd=PROJECT, env=environment, check=True)
    serve = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    with subprocess.Popen([*serve, "mystaff.wsgi:application"], cwd=PROJECT, env=environment) as server:
        wait_for(f"http://127.0.0.1:{port}/health/")
        yield f"http://127.0.0.1:{port}"
        server.terminate()


def wait_for(url: str, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(url, timeout=2).close()  # noqa: S310  our own
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"No answer from {url}")


class Visit:
    """A browser that has never been here, and what it loads."""

    def __init__(self, browser, url: str, person=None):
        self.context = browser.new_context(base_url=url, viewport=PHONE)
        self.watch, self.loaded = Watch(), []
        self.watch.follow(self.context)
        self.context.on("requestfinished", lambda request: self.loaded.append(request))
        if person:
            let_in(self.context, person, url)

    def weight(self, path: str) -> int:
        page = self.context.new_page()
        page.goto(path, wait_until="networkidle")
        assert page.url.endswith(path)
        sizes = {request.url: request.sizes() for request in self.loaded}
        self.context.close()
        assert not self.watch.problems
        return sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes.values())


def test_a_first_visit_is_light(browser, granian, stage):
    for number in range(30):
        make_person(f"p{number:02}@riverside.example", f"Pupil {number:02}", stage.lincoln_students)
    for path, person in (
        ("/", None),
        ("/riverside/sign-in/", None),
        (f"/riverside/locations/{stage.lincoln.pk}/", stage.maria),
        ("/riverside/account/password/", stage.maria),  # the strength meter's library is fetched on typing
    ):
        weight = Visit(browser, granian, person).weight(path)
        print(f"{path}: {weight} bytes")
        assert 3_000 < weight <= MOST
