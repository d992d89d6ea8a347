"""From **Sign in with my phone** to one's own account, with the code read at the demo's outbox."""

import pytest
from playwright.sync_api import Page, expect

from directory.models import PhoneMethod
from tests import jobs
from tests.browser.conftest import DESK, PHONE
from tests.browser.steps import field, heading, press, pressable
from tests.browser.test_recovery import read_code

NUMBER = "425-555-0100"


@pytest.fixture
def sam(stage):
    """Sam may sign in with the number."""
    PhoneMethod.objects.filter(user=stage.sam).update(sms_sign_in=True)
    return stage.sam


def ask(page: Page, number: str = NUMBER) -> None:
    page.goto("/riverside/sign-in/")
    press(page, "Sign in with my phone")
    heading(page, "Sign in with my phone")
    field(page, "Mobile phone number").fill(number)
    press(page, "Send code")
    expect(page.get_by_text("If this number can be used to sign in, a code is on its way.")).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_in_with_the_phone(visit, sam, size, script):
    page = visit(None, size, java_script_enabled=script)
    ask(page)
    field(page, "Code").fill("12 34")
    press(page, "Sign in")
    expect(page.get_by_role("alert")).to_contain_text("This code is not right")
    field(page, "Code").fill(read_code(page))
    press(page, "Sign in")
    heading(page, "My account")
    expect(page.get_by_text("Sam Reed").first).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_send_again_is_offered_after_ten_seconds(visit, sam, script):
    page = visit(None, java_script_enabled=script)
    ask(page)
    expect(pressable(page, "Send again")).to_be_disabled()
    jobs.run()
    expect(page.get_by_role("button", name="Send again", disabled=False)).to_be_visible()
    press(page, "Send again")
    expect(page.get_by_text("a code is on its way")).to_be_visible()
    assert jobs.run() == ["send_sign_in_code"]


def test_too_many_wrong_codes_lead_back_to_the_password(visit, sam):
    page = visit()
    ask(page)
    for _n in range(5):
        field(page, "Code").fill("none")
        press(page, "Sign in")
    heading(page, "Too many tries")
    press(page, "Sign in with my password")
    heading(page, "Sign in")
