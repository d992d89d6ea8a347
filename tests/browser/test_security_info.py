"""**My account** in a browser: an address is added and proved, another session is ended."""

import pytest
from playwright.sync_api import Page, expect

from directory.models import EmailMethod, Settings
from tests.browser.conftest import DESK, PHONE
from tests.browser.steps import field, heading, press, pressable, sign_in
from tests.browser.test_accessibility import findings
from tests.browser.test_recovery import kept, read_code  # noqa: F401

HERE = "/riverside/account/"


def wide(page: Page) -> bool:
    """Whether something hangs over the edge."""
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_an_address_is_added_and_proved(visit, stage, size, script):
    page = visit(None, size, java_script_enabled=script)
    sign_in(page, stage.nora)
    heading(page, "My account")
    press(page, "Add Alternate e-mail")
    field(page, "Alternate email address").fill("nora@riverside.example")
    press(page, "Send code")
    expect(page.get_by_role("alert")).to_contain_text("opens without this account")
    field(page, "Alternate email address").fill("nora.home@example.org")
    press(page, "Send code")
    heading(page, "Enter the code")
    field(page, "Code").fill(read_code(page))
    press(page, "Verify")
    expect(page.get_by_text("Your alternate e-mail address is on file.")).to_be_visible()
    assert EmailMethod.objects.get(user=stage.nora).proved_at


def test_another_session_is_ended(visit, stage):
    page, other = visit(), visit(None, DESK)
    sign_in(page, stage.sam)
    sign_in(other, stage.sam)
    heading(other, "My account")
    page.goto(HERE)
    expect(page.get_by_text("This device")).to_have_count(1)
    page.get_by_role("button", name="End").click()
    expect(page.get_by_text("You are signed out there.")).to_be_visible()
    other.goto(HERE)
    heading(other, "Sign in")


def test_registration_leads_here_until_it_is_done(visit, stage):
    Settings.objects.update(registration_required="all")
    page = visit()
    sign_in(page, stage.sam)
    heading(page, "Before you go on")
    page.goto("/riverside/switch/")
    heading(page, "Before you go on")
    press(page, "This is mine Alternate e-mail", "Send code")
    field(page, "Code").fill(read_code(page))
    press(page, "Verify")
    heading(page, "Your organizations")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_for_everyone_to_see(visit, stage, size, scheme):
    Settings.objects.update(registration_required="all")
    visit(stage.sam, DESK).goto(HERE)
    page = visit(None, size, color_scheme=scheme)
    sign_in(page, stage.sam)
    heading(page, "Before you go on")
    for path in ("", "security-info/email/", "security-info/email/prove/", "security-info/mobile/remove/"):
        page.goto(f"{HERE}{path}")
        assert not wide(page), path
        assert findings(page) == [], path


def test_by_keyboard_alone(visit, stage):
    page = visit(None, DESK)
    sign_in(page, stage.nora)
    heading(page, "My account")
    pressable(page, "Add Alternate e-mail").focus()
    page.keyboard.press("Enter")
    heading(page, "Alternate e-mail")
    field(page, "Alternate email address").focus()
    page.keyboard.type("nora.home@example.org")
    page.keyboard.press("Enter")
    heading(page, "Enter the code")
