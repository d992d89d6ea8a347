"""The pages of QR badges, for managers and for those who sign in with one."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace

from playwright.sync_api import Page

from directory.models import Settings
from tests.browser.steps import field, heading, press


def with_badges(visit: Callable[..., Page], stage: SimpleNamespace) -> Iterator[tuple[str, Page]]:
    """Made, shown, on the profile, ended; read, its PIN wrong and right, a new one."""
    Settings.objects.update(qr_badges=True)
    page, pia = visit(stage.maria), f"/riverside/people/{stage.pia.pk}/"
    page.goto(f"{pia}badge/")
    yield "a new badge", page
    field(page, "First day").fill("2020-01-01")
    press(page, "Create badge")
    page.get_by_role("alert").wait_for()
    yield "a new badge with errors", page
    page.goto(f"{pia}badge/")
    press(page, "Create badge")
    heading(page, "Badge created")
    yield "a badge that is made", page
    typed, pin = page.locator(".typed").inner_text(), field(page, "Temporary PIN").input_value()
    for path in ("", "badge/", "badge/pin/", "badge/end/?kind=standard"):
        page.goto(pia + path)
        yield f"badge of a person {path}", page
    yield from _signing_in(visit(), typed, pin)


def _signing_in(page: Page, typed: str, pin: str) -> Iterator[tuple[str, Page]]:
    page.goto("/riverside/sign-in/")
    yield "sign-in with badges", page
    page.goto("/riverside/badge/")
    yield "read a badge", page
    press(page, "Next")
    page.get_by_role("alert").wait_for()
    yield "read a badge with errors", page
    field(page, "Letters and digits on the badge").fill(typed)
    press(page, "Next")
    heading(page, "Type your PIN")
    yield "type the PIN", page
    press(page, "Sign in")
    page.get_by_role("alert").wait_for()
    yield "type the PIN with errors", page
    field(page, "PIN").fill(pin)
    press(page, "Sign in")
    heading(page, "Choose a PIN")
    yield "choose a PIN", page
    press(page, "Save")
    page.get_by_role("alert").wait_for()
    yield "choose a PIN with errors", page
