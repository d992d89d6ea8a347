"""What people do, by the words that they read."""

from playwright.sync_api import Locator, Page, expect

from audit.models import Entry
from directory.models import User
from tests.conftest import PASSWORD

OWN = "Velvet-Harbor-82"
PRESSABLE = ("button", "link")


def pressable(page: Page, name: str) -> Locator:
    """The one button or link of this name; there is exactly one, or the test fails."""
    found = page.get_by_role("button", name=name, exact=True).or_(
        page.get_by_role("link", name=name, exact=True)
    )
    expect(found).to_have_count(1)
    return found


def press(page: Page, *names: str) -> None:
    for name in names:
        pressable(page, name).click()


def go(page: Page, name: str) -> None:
    """Press, and wait for the page that follows: what is looked at next must be that one."""
    with page.expect_navigation():
        press(page, name)


def field(page: Page, name: str) -> Locator:
    return page.get_by_role("textbox", name=name, exact=True)


def heading(page: Page, words: str) -> None:
    """The page is the one with this heading, once."""
    expect(page.get_by_role("heading", name=words, exact=True)).to_have_count(1)


def sign_in(page: Page, person: User, password: str = PASSWORD) -> None:
    """From the instance's front page, as everyone does."""
    page.goto("/")
    field(page, "Username").fill(person.user_principal_name)
    press(page, "Next")
    expect(field(page, "Username")).to_have_value(person.user_principal_name)
    field(page, "Password").fill(password)
    press(page, "Sign in")


def sign_out(page: Page) -> None:
    press(page, "Sign out")
    heading(page, "Sign in")


def generated(page: Page) -> str:
    """The password on the page after a reset; it is in a field that can only be read."""
    heading(page, "Password has been reset")
    shown = field(page, "Temporary password")
    expect(shown).not_to_be_editable()
    return shown.input_value()


def choose_own(page: Page, password: str = OWN) -> None:
    heading(page, "Update your password")
    field(page, "New password").fill(password)
    field(page, "Confirm new password").fill(password)
    press(page, "Save")


def state(person: User) -> tuple:
    """What a second reset would change: the stored password, and the number of lines in the trail."""
    return User.objects.get(pk=person.pk).password, Entry.objects.count()


def was_not_repeated(page: Page) -> None:
    """A form that is sent again leads to the profile, with a sentence that says how to do it on purpose."""
    expect(page.get_by_role("status").filter(has_text="press Reset password")).to_be_visible()
