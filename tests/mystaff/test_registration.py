"""Registration at sign-in: whoever still has to prove something opens only what that needs."""

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern

from directory import actions
from directory.door import Initiator
from directory.models import EmailMethod, Settings
from mystaff.signin.registration import BEFORE_REGISTRATION
from tests import jobs
from tests.confirming import confirmed
from tests.directory.recovery.conftest import codes_sent
from tests.mystaff.reading import text_of
from tests.mystaff.test_access_table import urls_of
from tests.mystaff.test_security_info import EMAIL, HERE, newest_code


@pytest.fixture(autouse=True)
def required(district) -> None:
    Settings.objects.update(registration_required="all")


def register(browser, address: str = "home@example.org"):
    browser.post(EMAIL, {"destination": address})
    return browser.post(f"{EMAIL}code/", {"code": newest_code()})


def test_until_it_is_done_everything_leads_to_ones_account(district):
    sam = confirmed(district.sam)
    for path in ("/riverside/", "/riverside/switch/", "/riverside/search/?q=x", "/riverside/admin/"):
        assert sam.get(path).url == HERE
    page = text_of(sam.get(HERE))
    assert "Before you go on" in page and "one more way" in page and "Later" not in page


def test_then_it_goes_on_to_the_page_that_was_wanted(district):
    helen = confirmed(district.helen)
    Settings.objects.update(registration_required="nobody")
    actions.require_registration(district.helen, by=Initiator(district.admin))
    assert helen.get("/riverside/search/?q=sam").url == HERE
    assert "2 more ways" in text_of(helen.get(HERE))
    assert register(helen).url == HERE  # two are needed of whoever holds a role
    assert helen.get("/riverside/").url == HERE
    mobile = EMAIL.replace("email", "mobile")
    helen.post(mobile, {"destination": "+1 425-555-0177"})
    jobs.run()
    [texted] = codes_sent(mails=len(mail.outbox))
    assert helen.post(f"{mobile}code/", {"code": texted}).url == "/riverside/"
    assert helen.get("/riverside/search/?q=sam").status_code == 200
    assert "Before you go on" not in text_of(helen.get(HERE))


def test_only_pages_that_lead_nowhere_else_are_open(district):
    """A page that is new is closed until somebody opens it."""
    closed = {
        name: pattern
        for name, pattern in urls_of("mystaff.urls").items()
        if name not in BEFORE_REGISTRATION and getattr(pattern.callback, "login_required", True)
    }
    assert len(closed) > 15
    sam = confirmed(district.sam)
    for name, pattern in closed.items():
        if not name.startswith("admin:"):
            for method in (sam.get, sam.post):
                assert method(_path(district, pattern)).url == HERE, name


def test_what_is_open_exists(district):
    assert set(urls_of("mystaff.urls")) >= BEFORE_REGISTRATION


def _path(district, pattern: URLPattern) -> str:
    from tests.mystaff.test_access_table import path_of

    return path_of(district, pattern, "/riverside")


def test_an_htmx_request_moves_the_whole_page(district):
    helen = confirmed(district.helen)
    answer = helen.get("/riverside/search/?q=x", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == HERE and answer.status_code == 200


def test_the_password_comes_first(district):
    district.sam.must_change_password = True
    district.sam.save()
    assert confirmed(district.sam).get("/riverside/").url == "/riverside/update-password/"


def test_a_guest_registers_at_home(district, lake, guest_maria):
    maria = confirmed(district.maria)
    assert maria.get("/lakeshore/").url == HERE
    with lake.tenant.scope():
        Settings.objects.create(registration_required="all")  # the host asks nothing of a guest
    Settings.objects.update(registration_required="nobody")
    assert confirmed(district.maria).get("/lakeshore/").status_code == 302


def test_whoever_is_done_costs_no_query_more(district):
    sam = confirmed(district.sam)
    register(sam)
    sam.get("/riverside/switch/")

    def queries() -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            assert sam.get("/riverside/switch/").status_code == 200
        return [query["sql"] for query in captured.captured_queries]

    asked = ('FROM "directory_emailmethod"', 'registration_from" IS NOT NULL')
    assert not [sql for sql in queries() if any(words in sql for words in asked)]


def test_asked_again_it_is_at_the_next_sign_in(district):
    sam = confirmed(district.sam)
    register(sam)
    assert sam.get("/riverside/switch/").status_code == 200
    actions.require_registration(district.sam, by=Initiator(district.maria))
    assert sam.get("/riverside/switch/").status_code == 200
    again = confirmed(district.sam)
    assert again.get("/riverside/switch/").url == HERE
    assert "This is mine" in text_of(again.get(HERE))
    again.post(f"{EMAIL}prove/")
    assert again.post(f"{EMAIL}code/", {"code": newest_code()}).url == "/riverside/switch/"


def test_somebody_else_in_the_same_browser_is_asked_too(district):
    sam = confirmed(district.sam)
    register(sam)
    session = sam.session
    omar = confirmed(district.omar)
    with district.tenant.scope():
        other = omar.session
        other["registered"] = session["registered"]
        other.save()
    assert omar.get("/riverside/switch/").url == HERE


def test_it_is_looked_at_again(district, clock):
    Settings.objects.update(registration_review_days=30)
    register(confirmed(district.sam))
    clock.pass_(days=30)
    sam = confirmed(district.sam)
    assert sam.get("/riverside/switch/").url == HERE
    page = text_of(sam.get(HERE))
    assert "Is this still right?" in page and "Looks right" in page
    assert sam.post(f"{HERE}security-info/review/").url == "/riverside/switch/"
    assert sam.get("/riverside/switch/").status_code == 200
    assert EmailMethod.objects.get(user=district.sam).proved_at


def test_reviewing_registers_nothing(district):
    sam = confirmed(district.sam)
    assert sam.post(f"{HERE}security-info/review/").url == HERE
    assert sam.get("/riverside/switch/").url == HERE


def test_signing_out_is_always_open(district):
    sam = confirmed(district.sam)
    assert sam.post("/riverside/sign-out/").url == "/riverside/sign-in/"


def test_the_operators_are_asked_nothing_by_a_tenant(district, operator):
    assert confirmed(operator).get("/admin/").status_code == 200
