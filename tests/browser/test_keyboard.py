"""Every flow with Tab, Enter and Space alone, and one always sees where one is."""

from playwright.sync_api import Locator, Page, expect

from directory.models import PhoneMethod, User
from tests import jobs
from tests.browser.conftest import DESK
from tests.browser.steps import OWN, field, generated, heading, pressable
from tests.conftest import PASSWORD
from tests.directory.recovery.conftest import codes_sent

FAR = 60  # more stops than any page of ours has
# A ring around the element in focus, or on the layer that makes a whole row pressable.
SEEN = """() => [null, '::after'].some((part) => {
    const style = getComputedStyle(document.activeElement, part);
    const outline = style.outlineStyle !== 'none' && style.outlineColor !== 'rgba(0, 0, 0, 0)';
    return style.boxShadow !== 'none' || (outline && parseFloat(style.outlineWidth) > 0);
})"""


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus; at every stop on the way the focus can be seen."""
    expect(target).to_have_count(1)
    for _stop in range(FAR):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            continue
        assert page.evaluate(SEEN), page.evaluate("document.activeElement.outerHTML")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab does not lead to {target}")


def press(page: Page, *names: str, key: str = "Enter") -> None:
    for name in names:
        tab_to(page, pressable(page, name))
        page.keyboard.press(key)


def write(page: Page, name: str, text: str) -> None:
    tab_to(page, field(page, name))
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def sign_in(page: Page, name: str, password: str) -> None:
    page.goto("/")
    write(page, "Username", name)
    page.keyboard.press("Enter")
    heading(page, "Sign in")
    write(page, "Password", password)
    press(page, "Sign in", key="Space")


def test_the_main_job(visit, stage):
    page = visit(None, DESK)
    sign_in(page, "maria.lopez@riverside.example", PASSWORD)
    heading(page, "Lincoln Elementary")
    press(page, "Pia Moss")
    heading(page, "Pia Moss")
    press(page, "Reset password")
    heading(page, "Enter a password")
    press(page, "Generate a password", key="Space")
    temporary = generated(page)
    press(page, "Copy")
    expect(pressable(page, "Copied")).to_be_focused()
    page.goto("/riverside/")
    press(page, "Sign out")
    heading(page, "Sign in")

    sign_in(page, "pia.moss@riverside.example", temporary)
    heading(page, "Update your password")
    write(page, "New password", OWN)
    write(page, "Confirm new password", OWN)
    press(page, "Save")
    heading(page, "My account")


def test_a_typed_password_after_an_error(visit, stage):
    page = visit(stage.maria)
    page.goto(f"/riverside/people/{stage.pia.pk}/reset-password/")
    press(page, "Save")
    expect(page.get_by_role("alert")).to_be_focused()
    tab_to(page, page.get_by_role("alert").get_by_role("link"))
    page.keyboard.press("Enter")
    expect(field(page, "New password")).to_be_focused()
    page.keyboard.type(OWN)
    press(page, "Show New password", key="Space")
    expect(field(page, "New password")).to_have_attribute("type", "text")
    press(page, "Save")
    heading(page, "Password has been reset")
    assert User.objects.get(pk=stage.pia.pk).check_password(OWN)


def test_phones_and_their_questions(visit, stage):
    page = visit(stage.maria)
    page.goto(f"/riverside/people/{stage.sam.pk}/")
    press(page, "Edit phone number")
    write(page, "Phone number", "425-555-0142")
    press(page, "Save")
    expect(page.get_by_role("status").filter(has_text="425-555-0142")).to_be_visible()
    press(page, "Enable")
    _answer(page, "OK")
    expect(pressable(page, "Disable")).to_be_visible()
    press(page, "Remove phone number")
    _answer(page, "Delete")
    expect(pressable(page, "Add phone number")).to_be_visible()
    assert not PhoneMethod.objects.filter(user=stage.sam).exists()


def _answer(page: Page, name: str) -> None:
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    tab_to(page, dialog.get_by_role("button", name=name, exact=True))
    page.keyboard.press("Space")


def test_finding_sorting_and_switching(visit, stage):
    page = visit(stage.maria, DESK)
    page.goto("/riverside/")
    tab_to(page, page.get_by_role("searchbox", name="Search this location", exact=True))
    page.keyboard.type("sam")
    expect(page.get_by_role("rowheader")).to_have_text(["SRSam Reed"])
    tab_to(page, page.get_by_role("link", name="User name", exact=True))
    page.keyboard.press("Enter")
    expect(page.locator("[aria-sort=ascending]")).to_have_text("User name")
    press(page, "Switch organization", "Lakeshore Academies")
    heading(page, "Harbor Campus")


def test_the_first_stop_skips_the_bar(visit, stage):
    page = visit(stage.maria)
    page.goto("/riverside/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the page")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_back_into_an_account(visit, stage, settings):
    settings.EMAIL_BACKEND = "directory.notifiers.outbox.EmailBackend"
    page = visit(None, DESK)
    page.goto("/riverside/sign-in/")
    press(page, "Forgot password?")
    write(page, "Username", "sam.reed@riverside.example")
    page.keyboard.press("Enter")
    heading(page, "Get back into your account")
    tab_to(page, page.get_by_role("radio", name="Email my alternate address"))
    page.keyboard.press("ArrowDown")
    write(page, "Mobile phone number", "425-555-0100")
    press(page, "Send code", key="Space")
    heading(page, "Enter the code")
    jobs.run()
    write(page, "Code", codes_sent()[-1])
    page.keyboard.press("Enter")
    heading(page, "Choose a new password")
    write(page, "New password", OWN)
    write(page, "Confirm new password", OWN)
    press(page, "Finish")
    heading(page, "Your password has been reset")
    press(page, "Sign in")
    heading(page, "Sign in")
