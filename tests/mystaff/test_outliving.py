"""No proof, pass or session outlives what it came from: power, a number, a badge, a second factor."""

import time
from contextlib import suppress
from datetime import timedelta

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from directory import actions, badges, factors, federation, operators, roles
from directory.connectors import Refused
from directory.door import Initiator
from directory.models import (
    FederatedIdentity,
    IdentityProvider,
    PhoneMethod,
    RoleAssignment,
    Settings,
    User,
)
from directory.recovery import throttle
from mystaff import urls_outside
from tenants.models import Session, refuse_reserved
from tenants.models import operators as operators_tenant
from tests import jobs
from tests.confirming import confirmed
from tests.conftest import PASSWORD, signed_in
from tests.directory import badges as giving
from tests.directory.recovery.conftest import MOBILE, codes_sent
from tests.mystaff.factors.totp import give_app
from tests.mystaff.openid.conftest import Party, add

ACCOUNT, PIN, OWN = "/riverside/account/", "27183405", "Velvet-Orchard-93-Kite"


def is_in(browser: Client, page: str = ACCOUNT) -> bool:
    return browser.get(page).status_code == 200


def with_pass(name: str, code: str) -> Client:
    browser = Client()
    browser.post("/riverside/access-pass/", {"username": name, "access_pass": code})
    return browser


def with_phone(person: User) -> Client:
    PhoneMethod.objects.filter(user=person).update(sms_sign_in=True)
    browser = Client()
    browser.post("/riverside/sign-in/phone/", {"phone": MOBILE})
    jobs.run()
    browser.post("/riverside/sign-in/phone/code/", {"code": codes_sent()[-1]})
    assert is_in(browser)
    return browser


def with_badge(district) -> tuple[Client, object]:
    made = giving.give(district)
    proof = badges.prove(badges.hashed(made.secret), made.pin, "192.0.2.9")
    actions.change_pin(proof, PIN, by=Initiator(district.pia))
    browser = Client()
    browser.post("/riverside/badge/", {"badge": made.secret})
    return browser, browser.post("/riverside/badge/pin/", {"pin": PIN})


def make_global(person: User, by: User) -> None:
    actions.assign_role(RoleAssignment(user=person, role=roles.GLOBAL), by=Initiator(by))


def long_pass(person: User, giver: User) -> str:
    return actions.give_access_pass(person, minutes=30 * 24 * 60, one_time=False, by=Initiator(giver))


# Passes


def test_a_pass_opens_nothing_once_its_person_is_out_of_the_givers_reach(district):
    code = long_pass(district.sam, district.maria)
    make_global(district.sam, district.admin)
    assert not is_in(with_pass("sam.reed", code))


def test_a_pass_ends_with_the_givers_role(district):
    code = long_pass(district.sam, district.maria)
    assert is_in(with_pass("sam.reed", code))
    RoleAssignment.objects.filter(user=district.maria).delete()
    assert not is_in(with_pass("sam.reed", code))


def test_an_operators_pass_ends_with_the_stay(district, operator):
    with operators_tenant().scope():
        operators.enter(district.tenant, by=Initiator(operator))
    code = long_pass(district.admin, User.objects.get(home_user_id=operator.pk))
    with operators_tenant().scope():
        operators.leave(district.tenant, by=Initiator(operator))
    assert not is_in(with_pass(district.admin.user_principal_name, code))


# Second factors


@pytest.mark.parametrize("page", ["keys/", "app/", "recovery-codes/"])
def test_the_password_alone_changes_no_second_factor(district, page):
    row = give_app(district.sam)
    browser = confirmed(district.sam, minutes_ago=120)
    session = browser.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] += [
        {"method": "mfa", "type": "totp", "at": time.time() - 7200}
    ]
    session.save()
    assert browser.post("/riverside/confirm/", {"password": PASSWORD}).status_code == 302
    browser.post(f"{ACCOUNT}factors/{row.pk}/remove/")
    assert factors.has_any(district.sam)
    assert "factor=1" in browser.get(f"{ACCOUNT}{page}").headers["Location"]


def test_a_key_that_was_under_way_does_not_come_after_they_were_cleared(district):
    give_app(district.sam)
    stale = User.objects.get(pk=district.sam.pk)
    actions.clear_factors(User.objects.get(pk=district.sam.pk), by=Initiator(district.maria))
    with pytest.raises(Refused, match="signed out"):
        actions.add_key("intruder", {"x": 1}, by=Initiator(stale))
    assert not factors.has_any(district.sam)


# Passwords


def test_a_reset_is_not_undone_by_a_change_that_was_under_way(district, monkeypatch):
    browser, change = confirmed(district.sam), actions.change_password

    def after_a_reset(*args, **kwargs):
        sam = User.objects.get(pk=district.sam.pk)
        actions.reset_password(sam, "Maple-Bridge-93", by=Initiator(district.maria))
        return change(*args, **kwargs)

    monkeypatch.setattr("mystaff.own_password.actions.change_password", after_a_reset)
    form = {"current_password": PASSWORD, "new_password": OWN, "confirm_new_password": OWN}
    browser.post(f"{ACCOUNT}password/", form)
    now = User.objects.get(pk=district.sam.pk)
    assert now.check_password("Maple-Bridge-93") and now.must_change_password


# Phones and badges


@pytest.mark.parametrize("how", ["removed", "changed", "switched off", "a role"])
def test_a_session_begun_by_text_ends_with_what_let_it_begin(district, how):
    browser, by = with_phone(district.sam), Initiator(district.maria)
    {
        "removed": lambda: actions.remove_phone(district.sam, by=by),
        "changed": lambda: actions.set_phone(district.sam, "+14255550199", by=by),
        "switched off": lambda: actions.set_sms_sign_in(district.sam, False, by=by),
        "a role": lambda: make_global(district.sam, district.admin),
    }[how]()
    assert not is_in(browser) and not is_in(browser, "/riverside/admin/")


def test_whoever_asks_for_texts_to_a_number_closes_it_for_an_hour_at_most(district, clock):
    PhoneMethod.objects.filter(user=district.sam).update(sms_sign_in=True)
    for _n in range(6):
        Client().post("/riverside/sign-in/phone/", {"phone": MOBILE})
    until = throttle.locked_until(throttle.key_of(MOBILE, "phone"))
    assert timedelta(0) < until - timezone.now() <= timedelta(hours=1)


def test_a_badge_adds_no_way_in_that_outlives_it(district):
    browser, _answer = with_badge(district)
    assert is_in(browser)
    assert browser.get(f"{ACCOUNT}keys/").headers["Location"].startswith("/riverside/confirm/")


def test_a_pin_that_has_become_too_short_is_replaced(district):
    browser, _answer = with_badge(district)
    browser.post("/riverside/sign-out/")
    Settings.objects.update(pin_length=10)
    made = giving.give(district)  # a new badge, the old PIN
    browser.post("/riverside/badge/", {"badge": made.secret})
    new = browser.post("/riverside/badge/pin/", {"pin": PIN}).headers["Location"]
    assert new == "/riverside/badge/new-pin/" and is_in(browser, new)


# Elsewhere


def test_a_linked_account_is_no_way_in_for_somebody_who_was_given_a_role_since(district):
    row = IdentityProvider.objects.create(name="X", enabled=True, issuer="https://id.example", client_id="a")
    FederatedIdentity.objects.create(provider=row, user=district.sam, uid=row.uid("s-1"))
    said = federation.Received(subject="s-1", user_name="sam.reed@riverside.example")
    assert federation.match(row, said).lets_in
    make_global(district.sam, district.admin)
    assert not federation.match(row, said).lets_in


def test_registration_comes_before_other_applications(district):
    application = add(district.admin)
    Settings.objects.update(registration_required="all")
    browser = confirmed(district.sam)
    assert browser.get("/riverside/").headers["Location"] == ACCOUNT
    assert "code=" not in Party(application, "").ask(browser).headers.get("Location", "")


def test_ending_other_sessions_makes_none_last_longer(district):
    browser, soon = signed_in(district.sam), timezone.now() + timedelta(minutes=5)
    Session.objects.filter(owner=district.sam.pk).update(expires_at=soon)
    browser.post(f"{ACCOUNT}sessions/end/", {"others": "1"})
    assert Session.objects.get(owner=district.sam.pk).expires_at <= soon


def test_no_tenant_stands_before_the_operators_pages(db):
    firsts = {str(page.pattern).partition("/")[0] for page in urls_outside.urlpatterns} - {""}
    open_to_tenants = set()
    for first in firsts:
        with suppress(ValidationError):
            refuse_reserved(first)
            open_to_tenants.add(first)
    assert {first for first in open_to_tenants if "." not in first} == set()
