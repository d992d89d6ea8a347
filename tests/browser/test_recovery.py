"""From **Forgot password?** to signed in, with the codes read at the demo's outbox."""

import re

import pytest
from playwright.sync_api import Page, expect

from directory.models import Settings
from tests import jobs
from tests.browser.conftest import DESK, PHONE
from tests.browser.steps import OWN, field, heading, press, pressable, sign_in

HOME, MOBILE = "sam.home@example.org", "425-555-0100"
EMAIL, TEXT = "Email my alternate address", "Text my mobile phone"


@pytest.fixture(autouse=True)
def kept(settings) -> None:
    """Messages are kept to be looked at, as in the demo."""
    settings.EMAIL_BACKEND = "directory.notifiers.outbox.EmailBackend"


def begin(page: Page, person) -> None:
    page.goto("/")
    field(page, "Username").fill(person.user_principal_name)
    press(page, "Next", "Forgot password?")
    heading(page, "Get back into your account")
    field(page, "Username").fill(person.user_principal_name)
    press(page, "Next")


def send(page: Page, way: str) -> None:
    page.get_by_role("radio", name=way).check()
    if way == EMAIL:
        field(page, "Alternate email address").fill(HOME)
    else:
        field(page, "Mobile phone number").fill(MOBILE)
    press(page, "Send code")
    expect(page.get_by_text("If that matches our records, a code is on its way")).to_be_visible()


def read_code(page: Page) -> str:
    """From the newest message at the outbox, in a tab of its own."""
    jobs.run()
    outbox = page.context.new_page()
    outbox.goto("/outbox/")
    words = outbox.get_by_role("article").first.inner_text()
    outbox.close()
    [code] = set(re.findall(r"(?<![\d-])\d{6}(?!\d)", words))
    return code


def verify(page: Page) -> None:
    field(page, "Code").fill(read_code(page))
    press(page, "Verify")


def finish(page: Page) -> None:
    field(page, "New password").fill(OWN)
    field(page, "Confirm new password").fill(OWN)
    press(page, "Finish")
    heading(page, "Your password has been reset")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
@pytest.mark.parametrize("ways", [(EMAIL,), (TEXT,), (EMAIL, TEXT), (TEXT, EMAIL)], ids="-".join)
def test_back_in(visit, stage, size, script, ways):
    Settings.objects.update(methods_required=len(ways))
    page = visit(None, size, java_script_enabled=script)
    begin(page, stage.sam)
    for way in ways:
        send(page, way)
        verify(page)
    finish(page)
    press(page, "Sign in")
    field(page, "Username").fill(stage.sam.user_principal_name)
    field(page, "Password").fill(OWN)
    press(page, "Sign in")
    heading(page, "My account")


def test_a_wrong_code_is_said_and_the_right_one_still_works(visit, stage):
    page = visit()
    begin(page, stage.sam)
    send(page, EMAIL)
    field(page, "Code").fill("12 34 56")
    press(page, "Verify")
    expect(page.get_by_role("alert")).to_contain_text("This code is not right")
    verify(page)
    finish(page)


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_send_again_is_offered_after_ten_seconds(visit, stage, script):
    page = visit(None, java_script_enabled=script)
    begin(page, stage.sam)
    send(page, EMAIL)
    expect(pressable(page, "Send again")).to_be_disabled()
    first = read_code(page)
    expect(page.get_by_role("button", name="Send again", disabled=False)).to_be_visible()
    press(page, "Send again")
    expect(page.get_by_text("a code is on its way")).to_be_visible()
    assert jobs.run() == ["send_code"]
    assert first


def test_only_the_field_of_what_is_chosen_shows(visit, stage):
    page = visit()
    begin(page, stage.sam)
    expect(field(page, "Alternate email address")).to_be_visible()
    expect(field(page, "Mobile phone number")).to_be_hidden()
    page.get_by_role("radio", name=TEXT).check()
    expect(field(page, "Alternate email address")).to_be_hidden()
    expect(field(page, "Mobile phone number")).to_be_visible()


def test_whoever_is_locked_out_is_let_in_by_a_manager(visit, stage):
    page = visit()
    begin(page, stage.sam)
    send(page, EMAIL)
    for _n in range(5):
        field(page, "Code").fill("none")
        press(page, "Verify")
    heading(page, "Too many tries")
    manager = visit(stage.maria)
    manager.goto(f"/riverside/people/{stage.sam.pk}/")
    press(manager, "Unlock")
    expect(manager.get_by_role("status").filter(has_text="alone again")).to_be_visible()
    begin(page, stage.sam)
    heading(page, "Get back into your account")
    sign_in(page, stage.sam)
