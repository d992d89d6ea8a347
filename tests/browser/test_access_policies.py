"""What people meet where an access policy wants more, on a telephone: one way through for each outcome."""

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY as RECORDS
from django.conf import settings
from playwright.sync_api import Page, expect

from audit.models import Entry
from directory.access_policies import State
from directory.models import AccessPolicy, User
from tenants.sessions import SessionStore
from tests.browser.steps import field, generated, heading, press, sign_in
from tests.conftest import PASSWORD
from tests.mystaff.factors.totp import code, give_app

NOT_HERE = "This does not open from here"
CONFIRM = "Confirm it’s you"


def policy(**fields) -> AccessPolicy:
    return AccessPolicy.objects.create(name=f"Policy {len(fields)}", state=State.ON, **fields)


def grow_older(page: Page, minutes: int) -> None:
    """Let what was proved in this browser lie so far back."""
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    session = SessionStore(cookies[settings.SESSION_COOKIE_NAME])
    session[RECORDS] = [record | {"at": record["at"] - minutes * 60} for record in session[RECORDS]]
    session.save()


def test_a_blocked_network_in_the_middle_of_a_search(visit, stage):
    page = visit(stage.maria)
    page.goto(f"/riverside/locations/{stage.lincoln.pk}/")
    policy(on_portal=True, blocked_networks="127.0.0.0/8")
    page.get_by_role("searchbox", name="Search this location").press_sequentially("sa")
    heading(page, NOT_HERE)
    expect(page.get_by_text("Riverside help desk")).to_be_visible()
    expect(page.get_by_text("still signed in")).to_be_visible()
    AccessPolicy.objects.all().delete()
    page.reload()
    heading(page, "Lincoln Elementary")


def test_self_service_from_a_blocked_network(visit, stage):
    policy(on_self_service=True, allowed_networks="192.0.2.0/24")
    page = visit()
    page.goto("/riverside/sign-in/")
    press(page, "Forgot password?")
    heading(page, NOT_HERE)
    press(page, "Back to sign-in")
    heading(page, "Sign in")


def test_a_manager_confirms_before_a_reset_and_goes_on(visit, stage):
    page, sam = visit(), f"/riverside/people/{stage.sam.pk}/"
    sign_in(page, stage.maria)
    heading(page, "Lincoln Elementary")
    policy(on_portal=True, confirm_age=10)
    page.goto(f"{sam}reset-password/")
    field(page, "New password").fill("Velvet-Harbor-82")
    grow_older(page, 11)
    press(page, "Save")
    heading(page, CONFIRM)
    field(page, "Password").fill("wrong")
    press(page, "Confirm")
    heading(page, CONFIRM)
    field(page, "Password").fill(PASSWORD)
    press(page, "Confirm")
    expect(page.get_by_text("what you typed was not kept")).to_be_visible()
    expect(field(page, "New password")).to_have_value("")
    assert User.objects.get(pk=stage.sam.pk).check_password(PASSWORD)
    press(page, "Generate a password")
    assert User.objects.get(pk=stage.sam.pk).check_password(generated(page))


def test_somebody_without_a_second_factor_is_led_to_where_they_add_one(visit, stage):
    policy(on_portal=True, on_account=True, second_factor=True)
    page = visit()
    sign_in(page, stage.maria)
    heading(page, "My account")
    expect(page.get_by_text("A second factor is needed here")).to_be_visible()
    page.goto("/riverside/account/password/")
    heading(page, "My account")
    press(page, "Add authenticator app")
    secret = page.get_by_label("Or type this key into the app").input_value().replace(" ", "")
    field(page, "Code from the app").fill(code(secret=secret, ago=1))
    press(page, "Add", "I have kept them")
    heading(page, "My account")  # who has just typed a code of it has shown it
    page.goto("/riverside/")
    heading(page, "Lincoln Elementary")


def test_a_second_factor_opens_what_asked_for_it(visit, stage):
    page = visit()
    sign_in(page, stage.maria)
    heading(page, "Lincoln Elementary")
    give_app(stage.maria)
    policy(on_portal=True, second_factor=True)
    page.goto(f"/riverside/people/{stage.sam.pk}/")
    heading(page, CONFIRM)
    expect(page.get_by_label("Password", exact=True)).to_have_count(0)
    page.get_by_role("textbox").first.fill(code())
    press(page, "Confirm with a code")
    heading(page, "Sam Reed")
    assert [entry.result for entry in Entry.objects.filter(target_type="AccessPolicy")] == ["denied"]
