"""Nothing scrolls sideways, names are exact and unique, and every word of the guides is there."""

import re
from collections import Counter

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.scenes import SCENES
from tests.browser.steps import field, press, pressable

NARROW = {"width": 320, "height": 640}
TOO_WIDE = "document.documentElement.scrollWidth - window.innerWidth"


@pytest.mark.parametrize("scenes", SCENES, ids=lambda scenes: scenes.__name__)
def test_pages_fit_and_no_two_controls_share_a_name(visit, stage, scenes):
    _give_long_names(stage)
    found = []
    for name, page in scenes(visit, stage):
        found += [f"{name}: {problem}" for problem in too_wide(page) + unclear_names(page)]
    assert not found, "\n".join(found)


def too_wide(page: Page) -> list[str]:
    """Windows in which the page scrolls sideways, written from left to right and the other way."""
    found = []
    for direction in ("rtl", "ltr"):
        page.evaluate(f"document.documentElement.dir = '{direction}'")
        for size in (NARROW, DESK, PHONE):
            page.set_viewport_size(size)
            if (pixels := page.evaluate(TOO_WIDE)) > 0:
                found.append(f"{pixels} pixels too wide at {size['width']} {direction}")
    return found


def unclear_names(page: Page) -> list[str]:
    """What can be pressed or filled and has no name, or the name of another."""
    names = Counter(_names_of_controls(page))
    return [f"{times} controls are called “{name}”" for name, times in names.items() if times > 1 or not name]


def _give_long_names(stage) -> None:
    stage.sam.job_title = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamter"
    stage.sam.department = "Instructional-Technology-and-Information-Services"
    stage.sam.must_change_password = True  # a badge beside the name
    stage.sam.save()
    stage.lincoln_staff.name = "Rindfleischetikettierungsüberwachungsaufgabenübertragung"
    stage.lincoln_staff.save()


def _names_of_controls(page: Page) -> list[str]:
    """As screen readers are told them."""
    lines = page.locator("body").aria_snapshot().splitlines()
    pattern = re.compile(r'\s*- (?:button|link|textbox|searchbox)(?: "((?:[^"\\]|\\.)*)")?')
    matches = (pattern.match(line) for line in lines)
    return [match[1] or "" for match in matches if match]


def test_the_words_of_the_guides_are_there_once(visit, stage):
    sam, pia = f"/riverside/people/{stage.sam.pk}/", f"/riverside/people/{stage.pia.pk}/"
    stranger, maria = visit(), visit(stage.maria)
    expected = {
        (stranger, "/"): "Next",
        (stranger, "/riverside/sign-in/"): "Sign in; Forgot password?",
        (maria, "/riverside/"): "Sign out; Switch organization; My account",
        (maria, sam): "Reset password; Edit phone number; Remove phone number; Enable; Sign out",
        (maria, sam + "reset-password/"): "Generate a password; Save; Sign out; Switch organization",
        (maria, sam + "phone/"): "Save; Sign out",
        (maria, sam + "phone/remove/"): "Delete; Sign out",
        (maria, sam + "phone-sign-in/"): "OK; Sign out",
        (maria, pia): "Reset password; Add phone number",
    }
    for (page, path), names in expected.items():
        page.goto(path)
        for name in names.split("; "):
            pressable(page, name)


def test_the_fields_of_the_guides_are_there_once(visit, stage):
    stranger, maria = visit(), visit(stage.maria)
    person = f"/riverside/people/{stage.sam.pk}/"
    stranger.goto("/")
    expect(field(stranger, "Username")).to_have_count(1)
    stranger.goto("/riverside/sign-in/")
    expect(field(stranger, "Username")).to_have_count(1)
    expect(stranger.get_by_label("Password", exact=True)).to_have_count(1)
    for path, name in (("reset-password/", "New password"), ("phone/", "Phone number")):
        maria.goto(person + path)
        expect(maria.get_by_label(name, exact=True)).to_have_count(1)
    maria.goto("/riverside/")
    for name in ("Search", "Search this location"):
        expect(maria.get_by_role("searchbox", name=name, exact=True)).to_have_count(1)
    maria.goto(person + "reset-password/")
    press(maria, "Generate a password")
    expect(maria.get_by_label("Temporary password", exact=True)).to_have_count(1)


def test_a_phone_shows_what_a_desk_shows(visit, stage):
    """Words that a narrow bar does not draw are still there for screen readers."""
    for size in (PHONE, DESK):
        page = visit(stage.maria, size)
        page.goto("/riverside/")
        for name in ("Sign out", "Switch organization", "My account", "Sam Reed", "Students"):
            expect(pressable(page, name)).to_be_visible()


def test_on_a_phone_what_stands_in_one_line_stands_apart(visit, stage):
    page = visit(stage.helen, PHONE)
    page.goto("/riverside/search/?q=sam")
    name, place = (page.locator(f".people td.{part}").bounding_box() for part in ("user_name", "places"))
    assert place["x"] - (name["x"] + name["width"]) > 2  # pixels: a space between them
