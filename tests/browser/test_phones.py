"""Phone numbers and phone sign-in: dialogs with JavaScript, pages without it, the same words in both."""

import pytest
from playwright.sync_api import Page, expect

from directory.models import PhoneMethod
from tests.browser.conftest import DESK, PHONE
from tests.browser.steps import field, heading, press, pressable

WITH_AND_WITHOUT = pytest.mark.parametrize("js", [True, False], ids=["script", "no-script"])


def number_of(person) -> str | None:
    return PhoneMethod.objects.filter(user=person).values_list("number", flat=True).first()


def asked(page: Page, js: bool, question: str):
    """The question: in a dialog, or on a page of its own."""
    if js:
        dialog = page.get_by_role("dialog", name=question, exact=True)
        expect(dialog).to_be_visible()
        return dialog
    heading(page, question)
    return page.locator("main")


def answer(place, name: str) -> None:
    place.get_by_role("button", name=name, exact=True).click()


@WITH_AND_WITHOUT
def test_a_number_is_added_edited_and_removed(visit, stage, js):
    page, pia = visit(stage.maria, PHONE if js else DESK, java_script_enabled=js), stage.pia
    page.goto(f"/riverside/people/{pia.pk}/")
    press(page, "Add phone number")
    heading(page, "Add phone number")
    field(page, "Phone number").fill("(425) 555-0142")
    press(page, "Save")
    heading(page, "Pia Moss")
    assert number_of(pia) == "+14255550142"

    press(page, "Edit phone number")
    expect(field(page, "Phone number")).to_have_value("+1 425-555-0142")
    field(page, "Phone number").fill("+44 7911 123456")
    press(page, "Save")
    expect(page.locator(".list").get_by_text("+44 7911 123456")).to_be_visible()
    assert number_of(pia) == "+447911123456"

    press(page, "Remove phone number")
    answer(asked(page, js, "Remove phone number"), "Delete")
    expect(pressable(page, "Add phone number")).to_be_visible()
    assert number_of(pia) is None


@WITH_AND_WITHOUT
def test_phone_sign_in_is_enabled_and_disabled(visit, stage, js):
    page, phone = visit(stage.maria, java_script_enabled=js), PhoneMethod.objects.get(user=stage.sam)
    page.goto(f"/riverside/people/{stage.sam.pk}/")
    expect(page.get_by_text("Phone sign-in is available for Sam")).to_be_visible()
    for word, other, on in (("Enable", "Disable", True), ("Disable", "Enable", False)):
        press(page, word)
        answer(asked(page, js, f"{word} phone sign-in"), "OK")
        expect(pressable(page, other)).to_be_visible()
        phone.refresh_from_db()
        assert phone.sms_sign_in is on


@WITH_AND_WITHOUT
def test_a_number_that_somebody_else_signs_in_with_is_refused(visit, stage, js):
    """It says only that, and nothing about whose it is."""
    PhoneMethod.objects.create(user=stage.pia, number="+14255550100", sms_sign_in=True)
    page = visit(stage.maria, java_script_enabled=js)
    page.goto(f"/riverside/people/{stage.sam.pk}/")
    press(page, "Enable")
    answer(asked(page, js, "Enable phone sign-in"), "OK")
    expect(page.get_by_role("alert")).to_contain_text("This number cannot be used for sign-in.")
    assert "Pia" not in page.locator("body").inner_text()


@pytest.mark.parametrize("name", ["Remove phone number", "Enable"])
def test_escape_and_cancel_close_a_question_and_focus_returns(visit, stage, name):
    page = visit(stage.maria)
    page.goto(f"/riverside/people/{stage.sam.pk}/")
    for close in (lambda: page.keyboard.press("Escape"), lambda: press(page, "Cancel")):
        pressable(page, name).focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_be_visible()
        expect(page.locator("dialog :focus")).to_have_count(1)
        close()
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(pressable(page, name)).to_be_focused()
    assert number_of(stage.sam) == "+14255550100"


def test_a_question_keeps_the_keyboard_to_itself(visit, stage):
    page = visit(stage.maria)
    page.goto(f"/riverside/people/{stage.sam.pk}/")
    press(page, "Remove phone number")
    expect(page.get_by_role("dialog")).to_be_visible()
    for _press in range(6):
        page.keyboard.press("Tab")
        # Beyond the last comes the browser's own bar, and then the first again.
        assert page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Type a phone number, for example"),
        ("555", "too short"),
        ("+1 425 555 0100 99", "too long"),
        ("call me", "no letters"),
        ("+999 123456", "No country"),
    ],
)
def test_a_wrong_number_gets_a_clear_message_and_loses_nothing(visit, stage, typed, words):
    page = visit(stage.maria)
    page.goto(f"/riverside/people/{stage.pia.pk}/phone/")
    field(page, "Phone number").fill(typed)
    press(page, "Save")
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text(words)
    expect(summary).to_be_focused()
    summary.get_by_role("link").click()
    box = field(page, "Phone number")
    expect(box).to_be_focused()
    expect(box).to_have_value(typed)
    expect(box).to_have_attribute("aria-invalid", "true")
    assert number_of(stage.pia) is None
