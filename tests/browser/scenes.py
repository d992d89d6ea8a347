"""Every page of ours, and the states of them that look different, by who sees them and how one gets there."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace

from playwright.sync_api import Page

from directory.models import OutboxMessage, PhoneMethod, User
from tests import jobs
from tests.browser.badge_scenes import with_badges
from tests.browser.steps import OWN, choose_own, field, heading, press, sign_in
from tests.directory.recovery.conftest import codes_sent
from tests.directory.test_lockout import lock

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
        "/riverside/sign-in/phone/",
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
    for password, word in (("Velvet-Harbor-82", "strong"), ("abcdefgh1", "weak"), ("kitefern", "fair")):
        field(page, "New password").fill(password)
        page.locator("[data-strength] strong").get_by_text(word, exact=True).wait_for()
        yield f"change password while a {word} one is typed", page


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


def somebody_who_forgot(visit: Visit, stage: SimpleNamespace) -> Iterator[tuple[str, Page]]:
    """The way back into an account, with what goes wrong on it."""
    page = visit()
    page.goto("/riverside/forgot-password/")
    go(page, "Next")
    yield "a name is missing", page
    field(page, "Username").fill(stage.sam.user_principal_name)
    go(page, "Next")
    yield "how the code comes", page
    go(page, "Send code")
    yield "an address is missing", page
    field(page, "Alternate email address").fill("sam.home@example.org")
    go(page, "Send code")
    yield "enter the code", page
    field(page, "Code").fill("none")
    go(page, "Verify")
    yield "a wrong code", page
    jobs.run()
    field(page, "Code").fill(codes_sent()[-1])
    go(page, "Verify")
    yield "choose a new password", page
    yield from _finish(page)
    yield from _locked(visit(), stage.nora)
    lock(stage.nora.user_principal_name)
    profile = visit(stage.tom)
    profile.goto(f"/riverside/people/{stage.nora.pk}/")
    yield "a person whom too many tries locked", profile


def _finish(page: Page) -> Iterator[tuple[str, Page]]:
    field(page, "New password").fill(OWN)
    field(page, "Confirm new password").fill(OWN)
    go(page, "Finish")
    heading(page, "Your password has been reset")
    yield "your password has been reset", page


def _locked(page: Page, person: User) -> Iterator[tuple[str, Page]]:
    page.goto("/riverside/forgot-password/")
    field(page, "Username").fill(person.user_principal_name)
    go(page, "Next")
    field(page, "Alternate email address").fill("nora@example.org")
    go(page, "Send code")
    for _n in range(5):
        field(page, "Code").fill("none")
        go(page, "Verify")
    heading(page, "Too many tries")
    yield "too many tries", page


def with_the_phone(visit: Visit, stage: SimpleNamespace) -> Iterator[tuple[str, Page]]:
    """Signing in with a number, and unlocking a password that was known after all."""
    page = visit()
    page.goto("/riverside/sign-in/phone/")
    go(page, "Send code")
    yield "a number is missing", page
    field(page, "Mobile phone number").fill("425-555-0100")
    go(page, "Send code")
    yield "enter the code to sign in", page
    for _n in range(5):
        field(page, "Code").fill("none")
        go(page, "Sign in")
    heading(page, "Too many tries")
    yield "too many tries with a number", page
    yield from _unlocked(visit(), stage.sam)


def _unlocked(page: Page, person: User) -> Iterator[tuple[str, Page]]:
    lock(person.user_principal_name, "127.0.0.1")
    page.goto("/riverside/sign-in/")
    field(page, "Username").fill(person.user_principal_name)
    field(page, "Password").fill("another wrong one")
    go(page, "Sign in")
    yield "locked", page
    go(page, "Forgot password?")
    field(page, "Username").fill(person.user_principal_name)
    go(page, "Next")
    field(page, "Alternate email address").fill("sam.home@example.org")
    go(page, "Send code")
    jobs.run()
    field(page, "Code").fill(codes_sent()[-1])
    go(page, "Verify")
    yield "a new password, or unlock", page
    go(page, "I know my password: unlock")
    heading(page, "Your account is unlocked")
    yield "unlocked", page


SCENES = [strangers, manager, helpdesk, others, somebody_who_forgot, with_the_phone, with_badges]


def administrators(visit: Visit, stage: SimpleNamespace) -> Iterator[tuple[str, Page]]:
    """The stock admin: Django's own pages."""
    page = visit(stage.admin)
    messages = ("directory/textsettings/", "directory/messagetemplate/add/", "directory/message/")
    ours = ("", "audit/entry/", "directory/settings/", "directory/passwordpolicy/add/")
    for path in (*ours, *messages, *_of_the_directory(stage)):
        page.goto(f"/riverside/admin/{path}")
        yield path, page
    page.goto("/riverside/admin/audit/entry/")
    with page.expect_navigation():
        page.locator("#result_list tbody a").first.click()
    yield "an entry", page
    yield from people_as_a_file(page)


def people_as_a_file(page: Page) -> Iterator[tuple[str, Page]]:
    """The file, what is wrong with it, what it would change, what it changed."""
    page.goto("/riverside/admin/directory/user/import/")
    yield "import people", page
    go(page, "Preview")
    yield "import without a file", page
    for name, rows in PEOPLE_FILES.items():
        content = "\n".join(("User name,Name,Job", *rows)).encode()
        page.get_by_label("CSV file").set_input_files(
            {"name": "p.csv", "mimeType": "text/csv", "buffer": content}
        )
        go(page, "Preview")
        yield name, page
    go(page, "Confirm")
    page.get_by_text("1 person added, 1 changed.").wait_for()
    yield "people after an import", page


PEOPLE_FILES = {
    "refused rows of a file": ("x@elsewhere.example,X,Cook", "sam.reed@riverside.example,,Cook"),
    "what a file would change": (
        "averyveryverylongusernameindeed.of.somebody.new@riverside.example,New,Cook",
        "sam.reed@riverside.example,Sam Reed,Donaudampfschifffahrtselektrizitätenhauptbetriebswerk",
    ),
}


def _of_the_directory(stage: SimpleNamespace) -> list[str]:
    """Lists, forms, a page that says why it is closed, and a question before something is deleted."""
    rows = {"user": stage.sam, "administrativeunit": stage.lincoln}
    models = (*rows, "group", "roleassignment", "guest")
    found = [f"directory/{model}/" for model in models] + [f"directory/{model}/add/" for model in models]
    found += [f"directory/{model}/{row.pk}/change/" for model, row in rows.items()]
    return [*found, f"directory/user/{stage.admin.pk}/change/", f"directory/user/{stage.sam.pk}/delete/"]
