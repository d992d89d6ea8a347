"""The pages of second factors and passes, by who sees them and how one gets there."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace

from playwright.sync_api import Page

from tests.browser.steps import field, go, heading, press, sign_in
from tests.mystaff.factors.soft_key import SoftKey
from tests.mystaff.factors.totp import code, give_app, give_codes


def second_factors(visit: Callable[..., Page], stage: SimpleNamespace) -> Iterator[tuple[str, Page]]:
    """Somebody's own, from the second step on."""
    app = give_app(stage.omar)
    key, _codes = SoftKey().belongs_to(stage.omar), give_codes(stage.omar)
    page = visit()
    sign_in(page, stage.omar)
    heading(page, "Second step")
    yield "second step", page
    go(page, "Next")
    yield "second step with errors", page
    field(page, "Code").fill(code())
    go(page, "Next")
    yield "my account with factors", page
    for path in (f"keys/{key.pk}/", "keys/", f"factors/{app.pk}/remove/", "recovery-codes/"):
        page.goto(f"/riverside/account/{path}")
        yield path, page
    go(page, "Make new codes")
    yield "recovery codes", page
    app.delete()
    page.goto("/riverside/account/app/")
    yield "add an app", page
    go(page, "Add")
    yield "add an app with errors", page
    page.goto("/riverside/confirm/")
    yield "confirm", page


def passes(visit: Callable[..., Page], stage: SimpleNamespace) -> Iterator[tuple[str, Page]]:
    """A manager gives one, and somebody types it."""
    give_app(stage.sam)
    page = visit(stage.maria)
    person = f"/riverside/people/{stage.sam.pk}/"
    for path in ("sign-in-methods/remove/", "access-pass/"):
        page.goto(person + path)
        yield path, page
    go(page, "Make the pass")
    yield "a pass", page
    page.goto(person)
    yield "a person with a pass", page
    press(page, "End access pass")
    page.get_by_role("dialog").wait_for()
    yield "the question before it ends", page
    page = visit()
    page.goto("/riverside/access-pass/")
    go(page, "Sign in")
    yield "a pass is missing", page
