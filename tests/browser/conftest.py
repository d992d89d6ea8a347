"""A real Chromium against a real server: one browser for each test process, a fresh context for each test."""

import os
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from directory.models import User
from tests.browser import chromium
from tests.browser.server import Server
from tests.browser.watch import Watch
from tests.conftest import signed_in

PHONE = {"width": 375, "height": 812}
DESK = {"width": 1280, "height": 800}
PATIENCE = 20_000  # milliseconds: only what fails waits that long, and machines may be busy
MISSING = f"NO BROWSER TEST WAS RUN: {chromium.MISSING}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(os.path.dirname(__file__)):
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Here and not in a fixture: so that all tests of the folder share one line in the summary."""
    if chromium.path() is None and os.environ.get("MYSTAFF_REQUIRE_BROWSER") == "1":
        pytest.fail(MISSING, pytrace=False)
    if chromium.path() is None:
        pytest.skip(MISSING)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """For this folder only: while Playwright runs, its event loop stands in this thread, and Django refuses
    queries beside one unless it is told that they are meant."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    try:
        with sync_playwright() as playwright:
            expect.set_options(timeout=PATIENCE)
            browser = playwright.chromium.launch(executable_path=chromium.quickest(), args=chromium.QUIET)
            yield browser
            browser.close()
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="package")
def server(database_copy) -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def visit(transactional_db, browser, server) -> Iterator[Callable[..., Page]]:
    """Open a page, signed in as somebody or not: `visit(maria, DESK, java_script_enabled=False)`.

    Fails at the end if anything was asked of another host, or a browser has complained.
    """
    contexts, watch = [], Watch()

    def open_page(person: User | None = None, size: dict = PHONE, **options) -> Page:
        context = browser.new_context(base_url=server.url, viewport=size, **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        watch.follow(context)
        if person:
            let_in(context, person, server.url)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert not watch.problems


def let_in(context: BrowserContext, person: User, url: str) -> None:
    """The session that signing in would have made."""
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": signed_in(person).cookies[name].value, "url": url}])


@pytest.fixture
def stage(transactional_db, district, lake, guest_maria, operator) -> SimpleNamespace:
    """Everyone whom these tests know; the test itself stands in Riverside's scope."""
    return SimpleNamespace(**vars(district), lake=lake, guest_maria=guest_maria, operator=operator)
