"""Every page of ours, and the states of them that look different, by who sees them and how one gets there."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace

from playwright.sync_api import Page

from directory.models import OutboxMessage, PhoneMethod
from tests.browser.steps import choose_own, field, heading, press, sign_in

Visit = Callable[..., Page]


def go(page: Page, name: str) -> None:
    """Press, and wait for the page that follows: what is looked at next must be that one."""
    with page.expect_navigation():
        press(page, name)


def strangers(visit: Visit, stage: SimpleNamespace) -> Iterator[tuple[str, Page]]:
    """What shows without a session."""
    OutboxMessage.objects.create(channel="sms", to="+14255550100", body="Your phone number was changed.")
    page = visit()
    for path in (
        "/",
        "/riverside/sign-in/",
        "/riverside/forgot-password/",
        "/outbox/",
        "/riverside/none/",
    ):
        page.goto(path)
        yield path, page
    page.goto("/")
    field(page, "Username").fill("somebody@elsewhere.example")
    go(page, "Next")
    yield "unknown organization", page
    page.goto("/riverside/sign-in/")
    go(page, "Sign in")
    yield "sign-in with errors", page


def manager(visit: Visit, stage: SimpleNamespace) -> Iterator[tuple[str, Page]]:
    """Maria's pages: one location, a guest elsewhere, most deeds allowed."""
    page, sam, pia = visit(stage.maria), f"/riverside/people/{stage.sam.pk}/", stage.pia.pk
    for path in ("", "?q=nobody", "search/", "search/?q=zzz", "search/?q=sam", "search/?everyone", "switch/"):
        page.goto(f"/riverside/{path}")
        yield path, page
    for path in ("", "phone/", "phone/remove/", "phone-sign-in/", "reset-password/"):
        page.goto(sam + path)
        yield f"person {path}", page
    go(page, "Save")
    yield "reset with errors", page
    page.goto(f"/riverside/people/{pia}/phone/")
    go(page, "Save")
    yield "phone with errors", page
    field(page, "Phone number").fill("425-555-0142")
    go(page, "Save")
    yield "person with a notice", page
    press(page, "Remove phone number")
    page.get_by_role("dialog").wait_for()
    yield "a question in a dialog", page
    page.goto(f"/riverside/people/{pia}/reset-password/")
    go(page, "Generate a password")
    page.get_by_text("Read it out").click()
    yield "reset done", page


def helpdesk(visit: Visit, stage: SimpleNamespace) -> Iterator[tuple[str, Page]]:
    """Helen's pages: the whole tenant, not its administrators, no phones."""
    PhoneMethod.objects.create(user=stage.maria, number="+447911123456")
    page = visit(stage.helen)
    for path in ("", f"locations/{stage.jefferson.pk}/", f"locations/{stage.algebra.pk}/?q=n", "account/"):
        page.goto(f"/riverside/{path}")
        yield path, page
    for person in (stage.admin, stage.maria, stage.helen):
        page.goto(f"/riverside/people/{person.pk}/")
        yield f"{person} refused", page
    page.goto(f"/riverside/people/{stage.admin.pk}/reset-password/")
    yield "403 with its reason", page
    page.goto("/riverside/account/password/")
    go(page, "Save")
    yield "change password with errors", page


def others(visit: Visit, stage: SimpleNamespace) -> Iterator[tuple[str, Page]]:
    """A teacher, somebody without a role, a guest, a person with a temporary password."""
    for who, path in (
        (stage.tom, "/riverside/"),
        (stage.tom, f"/riverside/people/{stage.sam.pk}/"),
        (stage.omar, "/riverside/"),
        (stage.maria, "/lakeshore/"),
        (stage.maria, "/lakeshore/account/"),
        (stage.omar, "/riverside/admin/"),
    ):
        page = visit(who)
        page.goto(path)
        yield f"{who} at {path}", page
    stage.nora.must_change_password = True
    stage.nora.save()
    page = visit()
    sign_in(page, stage.nora)
    heading(page, "Update your password")
    yield "update your password", page
    choose_own(page, "short")
    page.get_by_role("alert").wait_for()
    yield "update your password with errors", page


SCENES = [strangers, manager, helpdesk, others]


def administrators(visit: Visit, stage: SimpleNamespace) -> Iterator[tuple[str, Page]]:
    """The stock admin: Django's own pages."""
    page = visit(stage.admin)
    messages = ("directory/textsettings/", "directory/messagetemplate/add/", "directory/message/")
    for path in ("", "audit/entry/", "directory/settings/", *messages):
        page.goto(f"/riverside/admin/{path}")
        yield path, page
    page.goto("/riverside/admin/audit/entry/")
    with page.expect_navigation():
        page.locator("#result_list tbody a").first.click()
    yield "an entry", page
