"""People as a file in a browser: without JavaScript, by keyboard, on a phone and at a desk."""

import pytest
from playwright.sync_api import Page, expect

from directory.models import User
from tests.browser.conftest import DESK, PHONE
from tests.browser.scenes import PEOPLE_FILES, people_as_a_file
from tests.browser.steps import heading, press
from tests.browser.test_layout import unclear_names

TOO_WIDE = "document.documentElement.scrollWidth - window.innerWidth"
FILE = "User name,Name\nzoe@riverside.example,Zoë New\nsam.reed@riverside.example,Sam Hall"


def reach(page: Page, name: str) -> None:
    """By the tabulator."""
    target = page.get_by_role("button", name=name, exact=True)
    for _n in range(60):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{name} is not reached")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_an_import_by_keyboard_and_without_script(visit, stage, size):
    page = visit(stage.admin, size, java_script_enabled=False)
    page.goto("/riverside/admin/directory/user/")
    press(page, "Import")
    heading(page, "Import people")
    file = {"name": "people.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    page.get_by_label("CSV file").set_input_files(file)
    reach(page, "Preview")
    page.keyboard.press("Enter")
    heading(page, "What the import would change")
    expect(page.get_by_text("Name: Sam Reed → Sam Hall")).to_be_visible()
    reach(page, "Confirm")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 person added, 1 changed.")).to_be_visible()
    assert User.objects.get(pk=stage.sam.pk).display_name == "Sam Hall"


def test_the_pages_fit_and_break_no_rule_of_the_browser(visit, stage):
    page, found = visit(stage.admin), []
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    for name, seen in people_as_a_file(page):
        for size in (PHONE, DESK):
            seen.set_viewport_size(size)
            if (pixels := seen.evaluate(TOO_WIDE)) > 0:
                found.append(f"{name}: {pixels} pixels too wide at {size['width']}")
        found += [f"{name}: {unclear}" for unclear in unclear_names(seen) if "people after" not in name]
    assert len(PEOPLE_FILES) == 2 and not found, "\n".join(found)


def test_an_export_is_downloaded(visit, stage):
    page = visit(stage.admin)
    page.goto("/riverside/admin/directory/user/?q=sam")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as CSV").click()
    assert download.value.suggested_filename.startswith("riverside-people-")
    with open(download.value.path(), encoding="utf-8-sig") as file:
        text = file.read()
    assert "Sam Reed" in text and "Omar" not in text
