"""Every way in, and what none gets past: second factors, policies, disabled accounts, temporary passwords."""

from collections.abc import Callable

import pytest
from django.test import Client

from directory import actions, badges
from directory.access_policies import State
from directory.door import Initiator
from directory.models import AccessPolicy, FederatedIdentity, PhoneMethod, User
from tests import jobs
from tests.conftest import PASSWORD
from tests.directory import badges as giving
from tests.directory.recovery.conftest import MOBILE, codes_sent
from tests.federation.conftest import make_provider, op, packages, running, there_and_back  # noqa: F401
from tests.mystaff.factors.soft_key import SoftKey
from tests.mystaff.factors.test_keys import LOCAL, PASSKEY, ask, send
from tests.mystaff.factors.totp import give_app

ACCOUNT, SECOND, UPDATE = (f"/riverside/{page}/" for page in ("account", "second-factor", "update-password"))
PIN = "27183405"
Go = Callable[[Client], object]


def by_password(district, request) -> Go:
    form = {"login": "sam.reed", "password": PASSWORD}
    return lambda browser: browser.post("/riverside/sign-in/", form, **LOCAL)


def by_phone(district, request) -> Go:
    PhoneMethod.objects.filter(user=district.sam).update(sms_sign_in=True)

    def go(browser: Client):
        browser.post("/riverside/sign-in/phone/", {"phone": MOBILE}, **LOCAL)
        jobs.run()
        code = (codes_sent() or ["none"])[-1]
        return browser.post("/riverside/sign-in/phone/code/", {"code": code}, **LOCAL)

    return go


def by_badge(district, request) -> Go:
    made = giving.give(district, district.sam)
    proof = badges.prove(badges.hashed(made.secret), made.pin, "192.0.2.9")
    actions.change_pin(proof, PIN, by=Initiator(district.sam))

    def go(browser: Client):
        browser.post("/riverside/badge/", {"badge": made.secret}, **LOCAL)
        return browser.post("/riverside/badge/pin/", {"pin": PIN}, **LOCAL)

    return go


def by_pass(district, request) -> Go:
    code = actions.give_access_pass(district.sam, minutes=60, one_time=False, by=Initiator(district.admin))
    form = {"username": "sam.reed", "access_pass": code}
    return lambda browser: browser.post("/riverside/access-pass/", form, **LOCAL)


def by_passkey(district, request) -> Go:
    key = SoftKey()
    key.belongs_to(district.sam)
    return lambda browser: send(browser, PASSKEY, key.answer(ask(browser, PASSKEY), district.sam))


def by_provider(district, request) -> Go:
    elsewhere = request.getfixturevalue("op")
    row = make_provider(elsewhere, district.tenant)
    FederatedIdentity.objects.create(provider=row, user=district.sam, uid=row.uid("s-1042"))
    return lambda browser: there_and_back(browser, elsewhere, row)


FIRST_FACTORS = [by_password, by_phone, by_badge, by_provider]
STRONG = [by_pass, by_passkey]  # which prove two things at once


@pytest.fixture
def way(district, request) -> Go:
    return request.param(district, request)


def each(ways: list) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("way", ways, indirect=True, ids=lambda way: way.__name__)


def at_account(way: Go, browser: Client):
    """What somebody sees of their account who has come this way."""
    host = {} if "provider" in way.__qualname__ else LOCAL
    return browser.get(ACCOUNT, **host)


@each(FIRST_FACTORS + STRONG)
def test_each_lets_in(district, way):
    browser = Client()
    way(browser)
    assert at_account(way, browser).status_code == 200


@each(FIRST_FACTORS)
def test_whoever_has_a_second_factor_is_asked_for_it(district, way):
    give_app(district.sam)
    browser = Client()
    assert way(browser).headers["Location"].startswith(SECOND)
    assert at_account(way, browser).headers["Location"].startswith("/riverside/sign-in/")


@each(FIRST_FACTORS + STRONG)
def test_nobody_gets_past_a_blocked_network(district, way):
    AccessPolicy.objects.create(name="x", state=State.ON, on_account=True, blocked_networks="127.0.0.1")
    browser = Client()
    way(browser)
    assert at_account(way, browser).status_code == 403


@each(FIRST_FACTORS)
def test_where_a_policy_wants_two_proofs_one_opens_nothing(district, way):
    AccessPolicy.objects.create(name="x", state=State.ON, on_portal=True, second_factor=True)
    browser = Client()
    way(browser)
    host = {} if "provider" in way.__qualname__ else LOCAL
    answer = browser.get("/riverside/", **host)
    assert (answer.status_code, answer.headers["Location"]) == (302, ACCOUNT)


@each(STRONG)
def test_what_proves_two_things_meets_it(district, way):
    AccessPolicy.objects.create(name="x", state=State.ON, on_portal=True, second_factor=True)
    browser = Client()
    way(browser)
    assert browser.get("/riverside/", **LOCAL).status_code == 403  # for he manages nobody


@each(FIRST_FACTORS + STRONG)
def test_nobody_comes_in_whose_account_is_disabled(district, way):
    User.objects.filter(pk=district.sam.pk).update(is_active=False)
    browser = Client()
    way(browser)
    assert at_account(way, browser).status_code == 302


@each([by_phone, by_pass, by_passkey, by_provider])
def test_a_temporary_password_is_replaced_first(district, way):
    """But for a badge, whose owner did not show that they know it: see test_badge_sign_in.py."""
    User.objects.filter(pk=district.sam.pk).update(must_change_password=True)
    browser = Client()
    way(browser)
    assert at_account(way, browser).headers["Location"] == UPDATE
