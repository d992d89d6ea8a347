"""The main job, end to end: a manager helps a person back in, and the trail knows."""

import pytest
from playwright.sync_api import Page, expect

from audit.models import Entry, Result
from tests.browser.conftest import DESK, PHONE
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

SIZES = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])


@SIZES
def test_a_manager_helps_a_pupil_back_in(visit, stage, size):
    pupil, manager = visit(stage.pia, size), visit(None, size)
    pupil.goto("/riverside/account/")
    heading(pupil, "My account")

    sign_in(manager, stage.maria)
    heading(manager, "Lincoln Elementary")
    press(manager, "Pia Moss", "Reset password", "Generate a password")
    temporary = generated(manager)
    _is_shown_once(manager, stage.pia, temporary)

    pupil.reload()
    heading(pupil, "Sign in")  # what was open before has ended
    sign_in(pupil, stage.pia, temporary)
    _opens_one_page_only(pupil)
    choose_own(pupil)
    heading(pupil, "My account")
    sign_out(pupil)
    sign_in(pupil, stage.pia, OWN)
    heading(pupil, "My account")

    _is_in_the_trail(visit(stage.admin, size), stage.pia)


def _is_shown_once(page: Page, person, temporary: str) -> None:
    before = state(person)
    page.reload()  # the browser sends the form again
    was_not_repeated(page)
    assert state(person) == before
    for step in (page.go_back, page.go_forward, page.reload):
        step()
        expect(page.get_by_label("Temporary password")).to_have_count(0)
        assert temporary not in page.content()
    assert state(person) == before


def _opens_one_page_only(page: Page) -> None:
    for path in ("/riverside/", "/riverside/account/", "/riverside/account/password/", "/riverside/search/"):
        page.goto(path)
        heading(page, "Update your password")


def _is_in_the_trail(page: Page, person) -> None:
    done = Entry.objects.get(target_id=person.pk, activity="Reset password (by admin)", result=Result.SUCCESS)
    page.goto("/riverside/admin/audit/entry/")
    row = page.get_by_role("row").filter(has_text="Reset password (by admin)").filter(has_text="success")
    expect(row).to_contain_text("Maria López")
    expect(row).to_contain_text("Pia Moss")
    page.goto(f"/riverside/admin/audit/entry/{done.pk}/change/")
    expect(page.get_by_text("My Staff").last).to_be_visible()


def test_the_history_says_who_did_it(visit, stage):
    page = visit(stage.maria)
    page.goto(f"/riverside/people/{stage.pia.pk}/")
    press(page, "Reset password", "Generate a password")
    press(page, "Back to Pia Moss")
    expect(page.get_by_text("Maria López reset the password")).to_have_count(1)
    expect(page.get_by_text("Must change password")).to_have_count(1)


@pytest.mark.parametrize(("who", "person", "most"), [("maria", "Pia Moss", 3), ("tom", "Nora Field", 4)])
def test_a_password_is_reset_in_four_presses_at_most(visit, stage, who, person, most):
    """Counted from the portal's first page: Maria starts in her one location, Tom chooses a class."""
    page, presses = visit(getattr(stage, who)), []
    page.expose_function("counted", lambda: presses.append(1))
    page.add_init_script("addEventListener('click', () => counted(), true)")
    page.goto("/riverside/")
    if who == "tom":
        press(page, "Algebra 2")
    press(page, person, "Reset password", "Generate a password")
    generated(page)
    assert len(presses) == most


@SIZES
def test_a_manager_types_a_password(visit, stage, size):
    page = visit(stage.maria, size)
    page.goto(f"/riverside/people/{stage.pia.pk}/reset-password/")
    heading(page, "Enter a password")
    before = state(stage.pia)
    field(page, "New password").fill("Pia-Moss")
    press(page, "Save")
    _summary_leads_to(page, "New password")
    assert state(stage.pia) == before
    expect(field(page, "New password")).to_have_value("")  # never sent back

    field(page, "New password").fill(OWN)
    press(page, "Save")
    heading(page, "Password has been reset")
    expect(page.get_by_label("Temporary password")).to_have_count(0)  # the manager knows it
    assert OWN not in page.content()
    person = visit(None, size)
    sign_in(person, stage.pia, OWN)
    heading(person, "Update your password")


def _summary_leads_to(page: Page, label: str) -> None:
    """First on the page, in focus, with a link for each error, which the field has too."""
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    link = summary.get_by_role("link").first
    words = link.inner_text()
    link.click()
    expect(field(page, label)).to_be_focused()
    assert words in page.locator(".error").inner_text()


def test_copy_hands_over_what_is_shown(visit, stage):
    page = visit(stage.maria, permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"/riverside/people/{stage.pia.pk}/reset-password/")
    press(page, "Generate a password")
    temporary = generated(page)
    press(page, "Copy")
    expect(pressable(page, "Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == temporary


def test_the_page_with_the_password_is_kept_nowhere(visit, stage):
    page = visit(stage.maria)
    page.goto(f"/riverside/people/{stage.pia.pk}/reset-password/")
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        press(page, "Generate a password")
    assert "no-store" in answer.value.headers["cache-control"]
    assert generated(page) not in page.url + page.title()


def test_two_pages_of_one_person_reset_once(visit, stage):
    first = visit(stage.maria)
    second = first.context.new_page()
    for page in (first, second):
        page.goto(f"/riverside/people/{stage.pia.pk}/reset-password/")
    press(first, "Generate a password")
    generated(first)
    before = state(stage.pia)
    press(second, "Generate a password")
    was_not_repeated(second)
    assert state(stage.pia) == before
