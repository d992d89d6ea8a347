"""Trying out a location's rule in a browser: by keyboard, without JavaScript, on a phone and at a desk."""

import pytest
from playwright.sync_api import Page, expect

from directory.models import AdministrativeUnit, UnitMembership, User
from tests.browser.conftest import DESK, PHONE
from tests.browser.steps import heading
from tests.browser.test_accessibility import OF_THE_ADMIN, findings
from tests.browser.test_layout import too_wide
from tests.browser.test_people_csv import reach
from tests.conftest import make_person, make_unit

RULE = 'user.department -eq "Science" -and user.jobTitle -contains "Teacher" -or user.surname -in ["Nobody"]'


@pytest.fixture
def science(stage) -> AdministrativeUnit:
    for n in range(25):
        name = f"Teacher {n:02} Donaudampfschifffahrtselektrizitätenhauptbetriebswerk"
        make_person(f"teacher.with.a.long.name.{n}@riverside.example", name, department="science")
    User.objects.filter(department="science").update(job_title="Head teacher")
    unit = make_unit("Science")
    UnitMembership.objects.create(unit=unit, user=stage.pia)
    return unit


def open_page(page: Page, unit: AdministrativeUnit) -> None:
    page.goto(f"/riverside/admin/directory/administrativeunit/{unit.pk}/change/")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_rule_is_tried_out_and_saved_by_keyboard_and_without_script(visit, stage, science, size):
    page = visit(stage.admin, size, java_script_enabled=False)
    open_page(page, science)
    page.get_by_label("Membership rule").focus()
    page.keyboard.type(RULE)
    reach(page, "Preview")
    page.keyboard.press("Enter")
    heading(page, "What the rule would do")
    expect(page.get_by_role("heading", name="Would be here: 25")).to_be_visible()
    expect(page.get_by_role("heading", name="Would go: 1")).to_be_visible()
    expect(page.get_by_text("The first 20 are shown.")).to_have_count(2)
    expect(page.get_by_role("heading", name="What the rule would do")).to_be_in_viewport()
    expect(page.get_by_label("Membership rule")).to_have_value(RULE)
    assert UnitMembership.objects.filter(unit=science).count() == 1
    reach(page, "Save")
    page.keyboard.press("Enter")
    expect(page.locator(".messagelist .success")).to_have_count(1)
    assert UnitMembership.objects.filter(unit=science).count() == 25


def test_the_page_fits_and_breaks_no_rule(visit, stage, science):
    page = visit(stage.admin)
    found = []
    for rule, what in ((RULE, "a preview"), ("user.department -eq Science", "an error"), ("", "no rule")):
        open_page(page, science)
        page.get_by_label("Membership rule").fill(rule)
        page.get_by_text("Examples of rules").click()
        page.get_by_role("button", name="Preview").click()
        page.get_by_text("Examples of rules").click()
        found += [f"{what}: {problem}" for problem in too_wide(page)]
        known = tuple(f"{rule}:" for rule in OF_THE_ADMIN)
        found += [f"{what}: {one}" for one in findings(page) if not one.startswith(known)]
    assert not found, "\n".join(found)


def test_what_is_wrong_stands_at_the_rule(visit, stage, science):
    page = visit(stage.admin)
    open_page(page, science)
    page.get_by_label("Membership rule").fill("user.department -eq Science")
    page.get_by_role("button", name="Preview").click()
    error = page.locator(".field-membership_rule .errorlist")
    expect(error).to_have_text('Character 21, “Science”: Put a text into quotes: "…".')


def test_the_portal_says_dynamic(visit, stage, science):
    AdministrativeUnit.objects.filter(pk=science.pk).update(membership_rule=RULE)
    page = visit(stage.helen)
    page.goto("/riverside/")
    expect(page.get_by_text("Dynamic")).to_have_count(1)
    page.goto(f"/riverside/locations/{science.pk}/")
    expect(page.get_by_text("People come and go here by a rule.")).to_be_visible()
    assert not too_wide(page)
