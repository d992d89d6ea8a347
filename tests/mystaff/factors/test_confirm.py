"""Confirm it’s you: what opens it, for how long, and where it leads."""

import time

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import set_script_prefix

from directory.models import User
from mystaff.confirmed import confirmed_within, proved_at
from tenants.models import Tenant
from tests.conftest import PASSWORD
from tests.mystaff.factors.totp import code, give_app, give_codes, wrong

PAGE = "/riverside/confirm/"
RECORDS = AUTHENTICATION_METHODS_SESSION_KEY


@pytest.fixture
def sam(district, sign_in):
    return sign_in(district.sam)


def records(browser: Client, tenant: Tenant) -> list[dict]:
    with tenant.scope():
        return browser.session.get(RECORDS, [])


def grow_older(browser: Client, seconds: float) -> None:
    """Let what was proved lie so far back."""
    session = browser.session
    session[RECORDS] = [record | {"at": record["at"] - seconds} for record in session[RECORDS]]
    session.save()


def gate(browser: Client, minutes: float = 10, path: str = "/riverside/gate/?a=1", **headers) -> HttpResponse:
    """What a view behind the gate answers to this browser."""
    from django_htmx.middleware import HtmxDetails

    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    request = RequestFactory().get(path, headers=headers)
    request.session, request.tenant = browser.session, Tenant.objects.get(slug="riverside")
    request.htmx = HtmxDetails(request)
    request.user = User.objects.get(pk=browser.session["_auth_user_id"])
    set_script_prefix("/riverside/")  # as the middleware does
    try:
        return confirmed_within(minutes)(lambda asked: HttpResponse("open"))(request)
    finally:
        set_script_prefix("/")


def test_the_password_opens_it_and_the_time_is_noted(district, sam):
    assert gate(sam).status_code == 302
    answer = sam.post(PAGE, {"password": PASSWORD, "next": "/riverside/account/"})
    assert answer.headers["Location"] == "/riverside/account/"
    last = records(sam, district.tenant)[-1]
    assert (last["method"], last["reauthenticated"]) == ("password", True)
    assert abs(time.time() - last["at"]) < 60
    assert gate(sam).content == b"open"


@pytest.mark.parametrize(("seconds", "opens"), [(9.5 * 60, True), (10 * 60, False), (24 * 60 * 60, False)])
def test_it_stays_open_for_so_many_minutes(district, sam, seconds, opens):
    sam.post(PAGE, {"password": PASSWORD})
    grow_older(sam, seconds)
    assert (gate(sam).content == b"open") is opens


def test_signing_in_is_a_proof_too(district):
    browser = Client()
    browser.post("/riverside/sign-in/", {"login": "sam.reed", "password": PASSWORD})
    assert gate(browser).content == b"open"
    grow_older(browser, 601)
    assert gate(browser).status_code == 302


def test_a_wrong_password_opens_nothing(district, sam):
    answer = sam.post(PAGE, {"password": "wrong"})
    assert answer.status_code == 422
    assert "This is not your password." in answer.content.decode()
    assert records(sam, district.tenant) == []


def test_the_app_a_recovery_code_and_nothing_else(district, sam):
    give_app(district.sam)
    first, *_rest = give_codes(district.sam)
    for typed, right in ((wrong(), False), (code(), True), (code(), False), (first, True), (first, False)):
        before = len(records(sam, district.tenant))
        answer = sam.post(PAGE, {"code": typed})
        assert (answer.status_code == 302) is right, typed
        assert (len(records(sam, district.tenant)) > before) is right


def test_the_code_of_somebody_else_is_wrong(district, sam):
    give_app(district.omar)
    assert sam.post(PAGE, {"code": code()}).status_code == 422


def test_whoever_can_prove_nothing_is_sent_through_sign_in_again(district, sam):
    User.objects.filter(pk=district.sam.pk).update(password=make_password(None))
    session = sam.session
    session["_auth_user_hash"] = User.objects.get(pk=district.sam.pk).get_session_auth_hash()
    session.save()
    page = sam.get(PAGE).content.decode()
    assert "Sign in again" in page
    assert 'name="password"' not in page and 'name="code"' not in page
    assert sam.post(PAGE, {"password": ""}).status_code == 422


def test_what_was_proved_by_somebody_else_in_this_browser_does_not_count(district, sam):
    sam.post(PAGE, {"password": PASSWORD})
    session = sam.session
    session["account_authentication_methods_user"] = str(district.omar.pk)
    session.save()
    assert gate(sam).status_code == 302


# Where it leads


def test_the_gate_asks_to_come_back(district, sam):
    assert gate(sam).headers["Location"] == "/riverside/confirm/?next=%2Friverside%2Fgate%2F%3Fa%3D1"
    assert gate(sam, HX_Request="true").headers["HX-Redirect"].startswith("/riverside/confirm/?next=")


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "http://testserver.evil.example/",
        "/\t/evil.example",
        " //evil.example",
        "evil",
    ],
)
@pytest.mark.parametrize("way", ["get", "post"])
def test_it_leads_to_no_other_site(district, sam, elsewhere, way):
    if way == "get":
        assert elsewhere not in sam.get(PAGE, {"next": elsewhere}).content.decode()
    else:
        answer = sam.post(PAGE, {"password": PASSWORD, "next": elsewhere})
        assert answer.headers["Location"] == "/riverside/account/"


def test_a_guest_confirms_at_home_and_comes_back(district, lake, guest_maria, sign_in):
    maria = sign_in(district.maria)
    there = maria.get("/lakeshore/confirm/", {"next": "/lakeshore/search/"}).headers["Location"]
    assert there == "/riverside/confirm/?next=%2Flakeshore%2Fsearch%2F"
    answer = maria.post(there, {"password": PASSWORD, "next": "/lakeshore/search/"})
    assert answer.headers["Location"] == "/lakeshore/search/"
    request = RequestFactory().get("/lakeshore/search/")
    request.session, request.user = maria.session, guest_maria
    guest_maria.home = district.maria
    assert time.time() - proved_at(request) < 60


def test_it_needs_a_session(district):
    assert Client().get(PAGE).headers["Location"].startswith("/riverside/sign-in/")
