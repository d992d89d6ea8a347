"""The tenant's admin by keyboard alone: the deeds of a day, every control in reach, and no trap."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from directory import roles
from directory.models import RoleAssignment, Settings, User
from tests.browser.conftest import DESK
from tests.browser.steps import heading
from tests.browser.test_keyboard import SEEN, press, sign_in, tab_to
from tests.conftest import PASSWORD

ADMIN = "/riverside/admin/"
MOST = 400  # stops that a page of the admin may have
WHERE = "[...document.querySelectorAll('*')].indexOf(document.activeElement)"
IN_REACH = """() => {
    const all = [...document.querySelectorAll('*')];
    return [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
        .filter((one) => !one.disabled && one.type !== 'hidden' && one.tabIndex >= 0)
        .filter((one) => one.checkVisibility({visibilityProperty: true}))
        .map((one) => [all.indexOf(one), one.outerHTML]);
}"""


def into_main(page: Page) -> None:
    """Past the bar and the list of pages, by the first stop."""
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")


def choose(page: Page, name: str) -> None:
    """A link of the page's own part."""
    into_main(page)
    tab_to(page, page.locator("#content").get_by_role("link", name=name, exact=True))
    page.keyboard.press("Enter")


def labelled(page: Page, name: str) -> Locator:
    return page.get_by_label(re.compile(rf"^{re.escape(name)}:?$"))


def write(page: Page, name: str, text: str) -> None:
    tab_to(page, labelled(page, name))
    page.keyboard.type(text)


def save(page: Page) -> None:
    press(page, "Save")
    expect(page.locator(".messagelist .success")).to_have_count(1)


def test_a_day_of_an_administrator(visit, stage):
    page = visit(None, DESK)
    sign_in(page, stage.admin.user_principal_name, PASSWORD)
    heading(page, "Locations")
    page.goto(ADMIN)
    _switch_on(page)
    _add_a_person(page)
    _give_a_role(page)
    _look_into_the_trail(page)
    press(page, "Sign out")
    heading(page, "Sign in")


def _switch_on(page: Page) -> None:
    choose(page, "Settings")
    tab_to(page, labelled(page, "Look up everyone"))
    page.keyboard.press("Space")
    tab_to(page, labelled(page, "My Staff access"))
    page.keyboard.press("ArrowDown")  # the select's next: Selected group
    page.keyboard.press("ArrowUp")
    save(page)
    row = Settings.objects.get()
    assert (row.look_up_everyone, row.my_staff_access) == (True, "all")


def _add_a_person(page: Page) -> None:
    page.goto(f"{ADMIN}directory/user/")
    choose(page, "Add person")
    write(page, "User name", "kim.hale@riverside.example")
    write(page, "Name", "Kim Hale")
    save(page)
    assert User.objects.filter(user_principal_name="kim.hale@riverside.example").exists()


def _give_a_role(page: Page) -> None:
    page.goto(f"{ADMIN}directory/roleassignment/")
    choose(page, "Add role assignment")
    write(page, "Who", "kim.hale@riverside.example")
    tab_to(page, labelled(page, "Role"))
    page.keyboard.type(roles.PASSWORD[:6])
    write(page, "Location", "Lincoln Elementary/Staff")
    save(page)
    given = RoleAssignment.objects.get(user__user_principal_name="kim.hale@riverside.example")
    assert (given.role, given.unit.name) == (roles.PASSWORD, "Staff")


def _look_into_the_trail(page: Page) -> None:
    page.goto(f"{ADMIN}audit/entry/")
    into_main(page)
    tab_to(page, page.locator("#searchbar"))
    page.keyboard.type("kim")
    page.keyboard.press("Enter")
    rows = page.locator("#result_list tbody tr")
    expect(rows.filter(has_text="Kim Hale").first).to_be_visible()
    expect(rows.filter(has_text="company settings")).to_have_count(0)
    # The address still ends in the page's own part: that is where Tab goes on.
    write(page, "To whom or to what: the beginning of a user name, or of another name.", "kim.hale")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("target=kim.hale"))
    expect(rows.filter(has_text="Kim Hale").first).to_be_visible()


PATHS = ["", "directory/settings/", "directory/user/", "directory/roleassignment/add/", "audit/entry/"]
PATHS += ["directory/source/add/", "directory/source/add/?kind=oneroster-csv"]


@pytest.mark.parametrize("key", ["Tab", "Shift+Tab"])
@pytest.mark.parametrize("path", PATHS)
def test_every_control_is_in_reach_and_none_is_a_trap(visit, stage, path, key):
    page = visit(stage.admin, DESK)
    page.goto(ADMIN + path)
    stops = walk(page, key)
    missed = [html for number, html in page.evaluate(IN_REACH) if number not in stops]
    assert missed == []


def walk(page: Page, key: str) -> set[int]:
    """Every stop until the first comes again; at each one sees where one is."""
    stops: dict[int, None] = {}
    for _stop in range(MOST):
        page.keyboard.press(key)
        if page.evaluate("document.activeElement === document.body"):
            continue
        where = page.evaluate(WHERE)
        if len(stops) > 1 and where == next(iter(stops)):
            return set(stops)
        assert page.evaluate(SEEN), page.evaluate("document.activeElement.outerHTML")
        stops[where] = None
    raise AssertionError(f"{key} does not come round.")
