"""Second factors and passes in a browser: an app with and without scripts, passkeys and keys, a pass."""

import pytest
from playwright.sync_api import CDPSession, Page, expect

from directory import factors
from tests.browser.conftest import DESK, PHONE
from tests.browser.steps import field, heading, press, sign_in
from tests.conftest import PASSWORD
from tests.mystaff.factors.totp import code, give_app

SIZES = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
# What a phone or a laptop has in it; and a key on a ring that asks for a touch and nothing else.
BUILT_IN = {
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}
ON_A_RING = {"transport": "usb", "hasResidentKey": False, "hasUserVerification": False}


@pytest.fixture
def at(server):
    """Addresses on localhost: a key belongs to a name, and 127.0.0.1 is none."""
    return lambda path: server.url.replace("127.0.0.1", "localhost") + path


def plug_in(page: Page, options: dict) -> CDPSession:
    """An authenticator of Chromium's own, for this page's browser."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "automaticPresenceSimulation": True} | options
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def password(page: Page, at, name: str = "sam.reed") -> None:
    page.goto(at("/riverside/sign-in/"))
    field(page, "Username").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def leave(page: Page) -> None:
    press(page, "Sign out")
    heading(page, "Sign in")


def add_key(page: Page, kind: str, name: str) -> None:
    press(page, "Add passkey or security key")
    field(page, "Name").fill(name)
    press(page, kind)


@SIZES
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_an_app_from_the_first_code_to_the_last(visit, stage, size, script):
    page = visit(None, size, java_script_enabled=script)
    sign_in(page, stage.sam)
    press(page, "Add authenticator app")
    box = page.get_by_role("img", name="QR code for your app").bounding_box()
    assert box["width"] == pytest.approx(box["height"], abs=1) and box["width"] > 180
    secret = page.get_by_label("Or type this key into the app").input_value().replace(" ", "")
    field(page, "Code from the app").fill("000")
    press(page, "Add")
    expect(page.get_by_role("alert")).to_contain_text("This code is not right.")
    field(page, "Code from the app").fill(code(secret=secret, ago=1))
    press(page, "Add")
    heading(page, "Your recovery codes")
    kept = page.get_by_label("Recovery codes", exact=True).input_value().split()
    assert len(kept) == 10
    press(page, "I have kept them")
    expect(page.locator("b").filter(has_text="Authenticator app")).to_be_visible()
    leave(page)
    for typed in (code(secret=secret), kept[0]):
        sign_in(page, stage.sam)
        heading(page, "Second step")
        field(page, "Code").fill("000000x")
        press(page, "Next")
        expect(page.get_by_role("alert")).to_contain_text("This code is not right")
        field(page, "Code").fill(typed)
        press(page, "Next")
        heading(page, "My account")
        leave(page)


@SIZES
def test_a_passkey_is_the_only_factor(visit, stage, at, size):
    page = visit(None, size)
    plug_in(page, BUILT_IN)
    password(page, at)
    add_key(page, "Add passkey", "My laptop")
    heading(page, "Your recovery codes")
    press(page, "I have kept them")
    expect(page.get_by_text("My laptop", exact=True).first).to_be_visible()
    leave(page)
    press(page, "Sign in with a passkey")
    heading(page, "My account")
    press(page, "Rename My laptop")
    field(page, "Name").fill("My tablet")
    press(page, "Save")
    press(page, "Remove My tablet")
    press(page, "Remove")
    expect(page.get_by_text("It is removed.")).to_be_visible()
    assert factors.kinds(stage.sam) == []
    leave(page)
    press(page, "Sign in with a passkey")  # the browser still has it, and here it opens nothing
    expect(page.get_by_text("This key did not work.")).to_be_visible()


@SIZES
def test_a_security_key_comes_after_the_password(visit, stage, at, size):
    page = visit(None, size)
    plug_in(page, ON_A_RING)
    password(page, at)
    add_key(page, "Add security key", "Blue key")
    press(page, "I have kept them")
    leave(page)
    password(page, at)
    heading(page, "Second step")
    press(page, "Use a passkey or security key")
    heading(page, "My account")
    page.goto(at("/riverside/confirm/?next=/riverside/switch/"))
    press(page, "Use a passkey or security key")
    heading(page, "Your organizations")


def test_a_key_that_does_not_know_its_holder_is_never_the_only_factor(visit, stage, at):
    page = visit()
    plug_in(page, {"transport": "usb", "hasResidentKey": True, "hasUserVerification": False})
    password(page, at)
    add_key(page, "Add passkey", "Found on the floor")
    expect(page.get_by_text("The browser could not make a key here.")).to_be_visible()
    assert factors.kinds(stage.sam) == []


def test_a_passkey_opens_nothing_in_another_tenant(visit, stage, at):
    page = visit()
    plug_in(page, BUILT_IN)
    password(page, at)
    add_key(page, "Add passkey", "My laptop")
    press(page, "I have kept them")
    leave(page)
    page.goto(at("/lakeshore/sign-in/"))
    press(page, "Sign in with a passkey")
    expect(page.get_by_text("This key did not work.")).to_be_visible()
    page.goto(at("/lakeshore/account/"))
    heading(page, "Sign in")


def test_without_scripts_there_is_no_button_that_does_nothing(visit, stage):
    page = visit(java_script_enabled=False)
    page.goto("/riverside/sign-in/")
    expect(page.get_by_text("Sign in with a passkey")).to_be_hidden()


@SIZES
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_pass_leads_from_a_lost_app_to_a_new_one(visit, stage, size, script):
    give_app(stage.sam)
    page = visit(stage.maria, size, java_script_enabled=script)
    page.goto(f"/riverside/people/{stage.sam.pk}/")
    press(page, "Remove sign-in methods", "Remove")
    expect(page.get_by_text("Sam’s sign-in methods are removed.")).to_be_visible()
    press(page, "Give access pass")
    page.get_by_label("1 day").check()
    page.get_by_label("Works for one sign-in only").check()
    press(page, "Make the pass")
    heading(page, "Temporary access pass")
    shown = field(page, "Temporary access pass").input_value()
    page.reload()
    expect(page.get_by_text("This page was sent before.")).to_be_visible()
    other = visit(None, size, java_script_enabled=script)
    other.goto("/riverside/sign-in/")
    press(other, "I have a temporary access pass")
    field(other, "Username").fill("sam.reed")
    other.get_by_label("Temporary access pass", exact=True).fill(shown)
    press(other, "Sign in")
    heading(other, "Second step at sign-in")
    press(other, "Add authenticator app")
    heading(other, "Add authenticator app")


def test_a_confirmed_page_comes_after_the_question(visit, stage):
    page = visit(stage.sam)  # signed in long ago
    page.goto("/riverside/account/")
    press(page, "Add authenticator app")
    heading(page, "Confirm it’s you")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Confirm")
    heading(page, "Add authenticator app")
