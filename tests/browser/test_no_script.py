"""Every flow in a browser without JavaScript. Phones and their questions are in test_phones.py."""

import pytest
from playwright.sync_api import expect

from directory import guests
from directory.door import Initiator
from directory.models import User
from tests.browser.steps import (
    OWN,
    choose_own,
    field,
    generated,
    heading,
    press,
    pressable,
    sign_in,
    sign_out,
    state,
    was_not_repeated,
)
from tests.conftest import PASSWORD, make_person

SECOND = "Copper-Window-93"


@pytest.fixture
def plain(visit):
    return lambda person=None: visit(person, java_script_enabled=False)


def test_the_main_job(plain, stage):
    page = plain()
    sign_in(page, stage.maria)
    press(page, "Sam Reed", "Reset password", "Generate a password")
    temporary, before = generated(page), state(stage.sam)
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)  # it would do nothing
    page.reload()
    was_not_repeated(page)
    assert state(stage.sam) == before
    sign_out(page)

    sign_in(page, stage.sam, temporary)
    choose_own(page)
    press(page, "Change password")
    for name, value in (
        ("Current password", OWN),
        ("New password", SECOND),
        ("Confirm new password", SECOND),
    ):
        field(page, name).fill(value)
    press(page, "Save")
    expect(page.get_by_text("Your password is changed.")).to_be_visible()
    sign_out(page)
    sign_in(page, stage.sam, SECOND)
    heading(page, "My account")


def test_a_typed_password(plain, stage):
    page = plain(stage.maria)
    page.goto(f"/riverside/people/{stage.sam.pk}/reset-password/")
    field(page, "New password").fill("short")
    press(page, "Save")
    expect(page.get_by_role("alert").get_by_role("link").first).to_have_attribute("href", "#id_new_password")
    field(page, "New password").fill(OWN)
    press(page, "Save")
    heading(page, "Password has been reset")
    assert User.objects.get(pk=stage.sam.pk).check_password(OWN)


def test_lists_are_searched_sorted_and_turned(plain, stage):
    for number in range(30):
        make_person(f"p{number:02}@riverside.example", f"Pupil {number:02}", stage.lincoln_students)
    page = plain(stage.maria)
    page.goto("/riverside/")
    first = page.get_by_role("rowheader").first
    expect(page.get_by_text("1–25 of 33")).to_be_visible()
    press(page, "Next page")
    expect(page.get_by_text("26–33 of 33")).to_be_visible()
    press(page, "Previous page", "User name", "User name")
    expect(first).to_contain_text("Sam Reed")
    page.get_by_role("searchbox", name="Search this location").fill("pupil 07")
    page.keyboard.press("Enter")
    expect(first).to_contain_text("Pupil 07")
    page.get_by_role("searchbox", name="Search", exact=True).fill("reed")
    page.keyboard.press("Enter")
    expect(first).to_contain_text("Sam Reed")


def test_an_invitation_is_accepted_and_the_organization_switched(plain, stage):
    with stage.lake.tenant.scope():
        guests.invite(stage.sam.user_principal_name, by=Initiator(stage.lake.admin))
    page = plain(stage.sam)
    page.goto("/riverside/account/")
    press(page, "Accept")
    expect(page.get_by_text("You can now switch to Lakeshore Academies.")).to_be_visible()
    press(page, "Switch organization", "Lakeshore Academies")
    heading(
        page,
        "Oops, seems you're not authorized to see My Staff at this time. "
        "Please contact your admin for more information.",
    )
    press(page, "My account")
    expect(page.get_by_text("You are a guest here")).to_be_visible()


def test_whom_to_ask_about_a_forgotten_password(plain, stage):
    page = plain()
    page.goto("/riverside/sign-in/")
    field(page, "Username").fill("sam.reed")
    page.get_by_label("Password", exact=True).fill("wrong")
    press(page, "Sign in")
    expect(page.get_by_role("alert")).to_contain_text("The username or the password is not right.")
    expect(field(page, "Username")).to_have_value("sam.reed")
    press(page, "Forgot password?")
    expect(page.get_by_text("Riverside help desk")).not_to_have_count(0)
    press(page, "Back to sign-in")
    field(page, "Username").fill("sam.reed")  # the tenant's own domain is added
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Sign in")
    heading(page, "My account")
    expect(pressable(page, "Sign out")).to_be_visible()
