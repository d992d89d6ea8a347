"""axe-core on every page: nothing found on ours, a known list on the stock admin's."""

import json
import re

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from directory.models import Settings
from tests.browser.conftest import DESK, PHONE
from tests.browser.scenes import SCENES, administrators

LOOKS = [(scheme, size) for size in (PHONE, DESK) for scheme in ("light", "dark")]
# All rules that are on by themselves (WCAG 2.2 A and AA, good practice), and the size of what is pressed.
# No preload: it would copy style sheets into the page, which our policy refuses.
OPTIONS = {
    "resultTypes": ["violations", "incomplete"],
    "rules": {"target-size": {"enabled": True}},
    "preload": False,
}
# What axe finds on the stock admin (Django 5.2), to be known and not to be mended here.
OF_THE_ADMIN = {
    "color-contrast": "some of its icons and buttons lie where axe cannot work it out",
    "label-title-only": "the box of its search has its help text as its only visible name",
    "link-in-text-block": "links in a sentence are told apart by their colour only",
    "target-size": "links of a list stand closer together than a finger is wide",
}


# The lanyard and the shade behind it: they lie behind no text, but axe does not work out contrast over them.
PLAIN = """() => {
    document.styleSheets[0].insertRule('.door { background: var(--paper) !important }');
    document.styleSheets[0].insertRule('.tag::before { content: none !important }');
}"""


def findings(page: Page) -> list[str]:
    """What axe has against this page as it stands; a contrast that it cannot work out counts too."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)  # through the debugger: our policy lets no page load it
        page.evaluate(PLAIN)
    result = page.evaluate(f"axe.run(document, {json.dumps(OPTIONS)})")
    # axe takes what a dialog covers for what lies before it; the same words have pages of their own.
    judged = page.locator("dialog[open]").count() == 0
    unclear = [rule for rule in result["incomplete"] if judged and rule["id"] == "color-contrast"]
    found = [(rule["id"], node) for rule in result["violations"] + unclear for node in rule["nodes"]]
    return [f"{name}: {node['html'][:160]} {_data(node)}" for name, node in found]


def _data(node: dict) -> str:
    data = next((check["data"] for check in node["any"] if isinstance(check.get("data"), dict)), {})
    return " ".join(
        f"{key}={data[key]}" for key in ("fgColor", "bgColor", "contrastRatio", "messageKey") if key in data
    )


def in_every_look(name: str, page: Page) -> list[str]:
    found = []
    for scheme, size in LOOKS:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size(size)
        found += [f"{name} ({scheme}, {size['width']}): {finding}" for finding in findings(page)]
    page.set_viewport_size(PHONE)
    return found


@pytest.mark.parametrize("scenes", SCENES, ids=lambda scenes: scenes.__name__)
def test_axe_finds_nothing_on_our_pages(visit, stage, scenes):
    found = [finding for name, page in scenes(visit, stage) for finding in in_every_look(name, page)]
    assert not found, "\n".join(found)


def test_what_axe_finds_on_the_stock_admin_is_known(visit, stage):
    pages = administrators(visit, stage)
    found = {finding.partition(": ")[0] for _name, page in pages for finding in findings(page)}
    assert found == set(OF_THE_ADMIN)


def test_axe_would_find_something(visit, stage):
    """The control: without it, a change of options could make every page look well."""
    page = visit(stage.maria)
    page.goto("/riverside/")
    page.evaluate("document.querySelector('h1').style.color = '#ccc'")
    page.evaluate("document.querySelector('label[for=q]').remove(); q.placeholder = ''")
    assert {"color-contrast", "label"} == {finding.partition(": ")[0] for finding in findings(page)}


@pytest.mark.parametrize("accent", ["#ffffff", "#000000", "#ffe600", "#ff0000", "#0000ff"])
def test_text_keeps_its_contrast_whatever_the_accent(visit, stage, accent):
    Settings.objects.update(accent=accent)
    page, found = visit(stage.maria), []
    for path in ("/riverside/", f"/riverside/people/{stage.sam.pk}/reset-password/"):
        page.goto(path)
        found += in_every_look(path, page)
    page.context.clear_cookies()
    page.goto("/riverside/sign-in/")
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--accent')") == accent
    assert not found + in_every_look("sign-in", page)


def test_dark_mode_is_dark(visit, stage):
    page = visit(stage.maria)
    page.goto("/riverside/")
    brightness = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        brightness.append(sum(map(int, re.findall(r"\d+", colour)[:3])) / 3)
    assert brightness[0] > 200 and brightness[1] < 60
