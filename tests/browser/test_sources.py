"""The forms of sources on a phone: of every kind, what is chosen and typed stands inside the window."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page

from directory.models import Source, SourceKind
from directory.sync.role_mapping import PRESETS
from tests.browser.conftest import PHONE
from tests.browser.test_layout import NARROW, too_wide
from tests.directory.sources import make_directory, make_run

ADMIN = "/riverside/admin/directory/source/"
CUT = """
    Array.from(document.querySelectorAll("select, input, textarea")).filter((one) => {
        const place = one.getBoundingClientRect();
        return place.width && (place.left < 0 || place.right > window.innerWidth);
    }).map((one) => one.name)
"""
# The longest words of a list that stand in it, and how much room it has.
CHOSEN = """
    Array.from(document.querySelectorAll("select")).flatMap((one) => {
        const pen = document.createElement("canvas").getContext("2d");
        const style = getComputedStyle(one);
        pen.font = style.font;
        const room = one.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - 16;
        return Array.from(one.options).filter((option) => pen.measureText(option.text).width > room)
            .map((option) => `${one.name}: ${option.text}`);
    })
"""


@pytest.fixture
def sources(stage) -> list[Source]:
    directory = make_directory(name="Active Directory of all schools and offices, main site")
    directory.save()
    found = []
    for kind in SourceKind:
        roles = PRESETS["principals"].roles if kind.startswith("oneroster") else {}
        found.append(Source.objects.create(key=kind, name=kind.label, kind=kind, roles=dict(roles)))
    Source.objects.filter(kind=SourceKind.LDAP).update(directory=directory, authority=directory)
    return found


def cut(page: Page) -> list[str]:
    """Fields that do not stand inside the window, by its width."""
    found = []
    for size in (NARROW, PHONE):
        page.set_viewport_size(size)
        found += [f"{name} at {size['width']}" for name in page.evaluate(CUT)]
    return found


LISTS = ["source", "connecteddirectory", "user", "administrativeunit", "roleassignment"]
INSIDE = "document.querySelector('.results').scrollWidth - document.querySelector('.results').clientWidth"


@pytest.mark.parametrize("name", LISTS)
def test_the_lists_fit_on_a_phone(visit, stage, sources, name):
    make_run(sources[0], ago=timedelta(days=400))
    page = visit(stage.admin)
    page.goto(f"/riverside/admin/directory/{name}/")
    for size in (PHONE, NARROW):
        page.set_viewport_size(size)
        assert page.evaluate(INSIDE) <= 0, size
    assert too_wide(page) == []


def test_no_field_of_a_source_is_cut_nor_its_choices(visit, stage, sources):
    page, found = visit(stage.admin), []
    for source in sources:
        for path in (f"add/?kind={source.kind}", f"{source.pk}/change/"):
            page.goto(ADMIN + path)
            found += [f"{path}: {problem}" for problem in cut(page) + too_wide(page)]
            page.set_viewport_size(PHONE)
            ours = [one for one in page.evaluate(CHOSEN) if "main site" not in one]  # a tenant's own words
            found += [f"{path}: no room for {words}" for words in ours]
    assert not found, "\n".join(found)
