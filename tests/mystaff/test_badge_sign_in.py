"""Signing in with a badge: alike for every badge until the PIN is right, and nothing of it kept."""

from html import unescape
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from directory import actions, badges, lockout, roles
from directory.door import Initiator
from directory.models import Pin, Settings, User
from mystaff.signin import badge_state
from tenants.models import Session
from tests import jobs
from tests.conftest import assign, signed_in
from tests.directory.badges import give
from tests.mystaff.reading import words

OWN, WRONG = "27183405", "51840273"
HERE, PIN, NEW = "/riverside/badge/", "/riverside/badge/pin/", "/riverside/badge/new-pin/"
NOT_RIGHT = "The badge or the PIN is not right."


@pytest.fixture
def made(district):
    return give(district)


@pytest.fixture
def settled(district, made):
    """A badge whose person has chosen a PIN."""
    proof = badges.prove(badges.hashed(made.secret), made.pin, "192.0.2.9")
    actions.change_pin(proof, OWN, by=Initiator(district.pia))
    return made


def scan(browser: Client, secret: str, at: str = "/riverside"):
    return browser.post(f"{at}/badge/", {"badge": secret})


def try_pin(browser: Client, secret: str, pin: str):
    scan(browser, secret)
    return browser.post(PIN, {"pin": pin})


def is_in(browser: Client) -> bool:
    return browser.get("/riverside/account/").status_code == 200


# The way in


def test_the_first_time_a_pin_is_chosen(district, made):
    browser = Client()
    assert scan(browser, badges.code(made.secret)).headers["Location"] == PIN
    assert browser.post(PIN, {"pin": made.pin}).headers["Location"] == NEW
    assert not is_in(browser)
    assert "Hello Pia." in unescape(browser.get(NEW).content.decode())
    answer = browser.post(NEW, {"new_pin": OWN, "confirm_new_pin": OWN})
    assert answer.headers["Location"] == "/riverside/account/"
    assert is_in(browser) and browser.cookies[badge_state.NAME].value == ""


def test_then_badge_and_pin_are_enough(district, settled):
    browser = Client()
    assert try_pin(browser, settled.secret, "2718 3405").headers["Location"] == "/riverside/account/"
    [record] = browser.session["account_authentication_methods"]
    assert (record["method"], record["badge"]) == ("badge", str(settled.badge.pk))


def test_whoever_wanted_to_go_somewhere_gets_there_and_nowhere_else(district, settled):
    mine = "/riverside/account/"
    for wanted, leads in ((f"{mine}password/", f"{mine}password/"), ("https://evil.example/", mine)):
        browser = Client()
        page = browser.get(f"{HERE}?next={quote(wanted)}").content.decode()
        assert f'name="next" value="{wanted}"' in page
        answer = browser.post(HERE, {"badge": settled.secret, "next": wanted})
        answer = browser.post(answer.headers["Location"], {"pin": OWN, "next": wanted})
        assert answer.headers["Location"] == leads


@pytest.mark.parametrize(
    ("typed", "again", "said"),
    [
        ("1234", "1234", "8 to 20 digits"),
        ("12345678", "12345678", "four digits in a row"),
        (OWN, WRONG, "not the same PIN"),
        ("", "", "Type a new PIN."),
    ],
)
def test_a_bad_new_pin_is_said(district, made, typed, again, said):
    browser = Client()
    try_pin(browser, made.secret, made.pin)
    answer = browser.post(NEW, {"new_pin": typed, "confirm_new_pin": again})
    assert answer.status_code == 422 and said in unescape(answer.content.decode())
    assert not is_in(browser) and Pin.objects.get().must_change


def test_the_temporary_pin_cannot_be_kept(district, made):
    browser = Client()
    try_pin(browser, made.secret, made.pin)
    answer = browser.post(NEW, {"new_pin": made.pin, "confirm_new_pin": made.pin})
    assert "another PIN" in answer.content.decode() and not is_in(browser)


# Every text alike


def test_the_same_pages_for_every_badge(district, lake, settled):
    never, old = badges.make(), settled.secret
    new = give(district)
    of_sam = give(district, district.sam)
    assign(district.sam, roles.PASSWORD, district.lincoln_students)
    of_nora = actions.add_badge(district.nora, badges.temporary(1), "", by=Initiator(district.tom))
    User.objects.filter(pk=district.nora.pk).update(is_active=False)
    with lake.tenant.scope():
        elsewhere = badges.make()
    seen = set()
    for secret, pin in (
        (never, OWN),
        (old, OWN),
        (new.secret, WRONG),
        (of_sam.secret, of_sam.pin),
        (of_nora.secret, of_nora.pin),
        (elsewhere, OWN),
    ):
        browser = Client()
        answer = scan(browser, secret)
        page, wrong = browser.get(PIN), browser.post(PIN, {"pin": pin})
        assert NOT_RIGHT in wrong.content.decode()
        seen.add(
            (answer.status_code, answer.headers["Location"], words(page), wrong.status_code, words(wrong))
        )
    assert len(seen) == 1


def test_they_cost_the_same_work(district, settled):
    counted = []
    for secret in (settled.secret, badges.make()):
        browser = Client()
        scan(browser, secret)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            browser.post(PIN, {"pin": WRONG})
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_no_name_is_shown_before_the_pin_is_right(district, settled):
    browser = Client()
    scan(browser, settled.secret)
    assert "Pia" not in browser.get(PIN).content.decode()
    assert "Pia" not in browser.post(PIN, {"pin": WRONG}).content.decode()
    assert browser.get(NEW).headers["Location"] == HERE


@pytest.mark.parametrize("known", [True, False])
def test_the_tenth_wrong_pin_locks_known_and_unknown_badges_alike(district, settled, known):
    secret, browser = settled.secret if known else badges.make(), Client()
    for number in range(10):
        answer = try_pin(browser, secret, f"5184027{number}")
    assert "too many wrong tries" in answer.content.decode()
    assert "too many wrong tries" in try_pin(browser, secret, OWN).content.decode()
    assert not is_in(browser)


def test_a_locked_badge_leaves_the_account_open_and_the_trail_knows(district, settled):
    browser = Client()
    for number in range(10):
        try_pin(browser, settled.secret, f"5184027{number}")
    assert lockout.locked_until(district.pia.user_principal_name) is None
    jobs.run()
    entry = Entry.objects.get(target_id=district.pia.pk, activity="Sign-in locked")
    details = {item["key"]: item["value"] for item in entry.additional_details}
    assert (details["Action"], details["Wrong PINs"]) == ("lock_badge", "10")
    assert settled.secret not in str(details) and settled.badge.secret_hash not in str(details)
    page = signed_in(district.maria).get(f"/riverside/people/{district.pia.pk}/").content.decode()
    assert "Too many wrong PINs locked a QR badge" in page and "locked until" in page


def test_a_managers_new_pin_or_unlock_opens_it_again(district, settled):
    browser = Client()
    for number in range(10):
        try_pin(browser, settled.secret, f"5184027{number}")
    actions.unlock(district.pia, by=Initiator(district.maria))
    assert try_pin(browser, settled.secret, OWN).status_code == 302


def test_another_tenants_badge_gets_a_plain_sentence(district, lake, made):
    with lake.tenant.scope():
        Settings.objects.create(qr_badges=True)
    answer = scan(Client(), badges.code(made.secret), at="/lakeshore")
    assert answer.status_code == 422
    assert "belongs to another organization" in answer.content.decode()


def test_a_cookie_of_one_tenant_says_nothing_in_another(district, lake, settled):
    with lake.tenant.scope():
        Settings.objects.create(qr_badges=True)
    browser = Client()
    scan(browser, settled.secret)
    assert browser.get("/lakeshore/badge/pin/").headers["Location"] == "/lakeshore/badge/"


def test_a_cookie_cannot_be_made_up_or_used_late(district, settled, monkeypatch):
    browser = Client()
    browser.cookies[badge_state.NAME] = f"{badges.hashed(settled.secret)}|{Pin.objects.get().version}"
    assert browser.get(NEW).headers["Location"] == HERE
    scan(browser, settled.secret)
    assert browser.get(PIN).status_code == 200
    monkeypatch.setattr(badge_state, "LIVES", -1)
    assert browser.get(PIN).headers["Location"] == HERE


def test_what_was_proved_ends_with_the_badge(district, made):
    browser = Client()
    try_pin(browser, made.secret, made.pin)
    assert browser.get(NEW).status_code == 200
    actions.end_badge(district.pia, "standard", by=Initiator(district.maria))
    assert browser.post(NEW, {"new_pin": OWN, "confirm_new_pin": OWN}).headers["Location"] == HERE
    assert not is_in(browser)


# The tenant's switch, and limits


def test_without_the_switch_there_is_nothing(district, settled):
    assert "QR badge" in Client().get("/riverside/sign-in/").content.decode()
    Settings.objects.update(qr_badges=False)
    assert "QR badge" not in Client().get("/riverside/sign-in/").content.decode()
    for path in (HERE, PIN, NEW):
        assert Client().get(path).status_code == Client().post(path).status_code == 404
    assert Client().get("/badge/").status_code == 404


def test_one_network_may_not_try_without_end(district, made, monkeypatch):
    monkeypatch.setattr("mystaff.one_time_codes.MOST", 3)
    answers = [try_pin(Client(), badges.make(), OWN).status_code for _n in range(2)]
    assert answers[0] == 422 and answers[1] == 429
    assert Client(REMOTE_ADDR="192.0.2.77").post(HERE, {"badge": made.secret}).status_code == 302


def test_reading_writes_nothing(district, made):
    before = Entry.objects.count()
    browser = Client()
    for path in (HERE, PIN, NEW):
        browser.get(path)
    assert badge_state.NAME not in browser.cookies and not Session.objects.exists()
    assert Entry.objects.count() == before


def test_the_secret_is_nowhere_but_on_the_badge(district, settled):
    browser = Client()
    answers = [scan(browser, settled.secret), browser.get(PIN), browser.post(PIN, {"pin": WRONG})]
    answers += [browser.post(PIN, {"pin": OWN}), browser.get("/riverside/account/")]
    for answer in answers:
        shown = f"{answer.headers}{answer.cookies}{answer.content}"
        assert settled.secret not in shown and OWN not in shown
    assert settled.secret not in str(browser.session.items()) and OWN not in str(browser.session.items())
    assert cache.get("x") is None


def test_only_the_page_that_reads_badges_may_use_the_camera(district, made):
    assert "camera=(self)" in Client().get(HERE).headers["Permissions-Policy"]
    for path in ("/riverside/sign-in/", "/riverside/forgot-password/"):
        assert "camera=()" in Client().get(path).headers["Permissions-Policy"]
    browser = Client()
    scan(browser, made.secret)
    assert "camera=()" in browser.get(PIN).headers["Permissions-Policy"]
    assert "unsafe" not in Client().get(HERE).headers["Content-Security-Policy"]


def test_a_form_without_its_token_does_nothing(district, settled):
    browser = Client(enforce_csrf_checks=True)
    assert scan(browser, settled.secret).status_code == 403
