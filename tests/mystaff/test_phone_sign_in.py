"""**Sign in with my phone**: the pages, and that they tell strangers nothing."""

import re

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY as METHODS
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from directory import actions
from directory.door import Initiator
from directory.models import FamiliarNetwork, PhoneMethod, PhoneSignIn, Settings, TextSettings, User
from directory.recovery import throttle
from tests import jobs
from tests.directory.recovery.conftest import MOBILE, codes_sent
from tests.mystaff.test_selfservice import headers, words

SIGN_IN, PHONE, CODE = (f"/riverside/sign-in/{page}" for page in ("", "phone/", "phone/code/"))
LINK = "Sign in with my phone"
UNKNOWN = "+14255550199"


@pytest.fixture
def enabled(district):
    """Sam may sign in with the number."""
    PhoneMethod.objects.filter(user=district.sam).update(sms_sign_in=True)
    return district


def ask(client: Client, number: str = MOBILE):
    return client.post(PHONE, {"phone": number})


def in_with(client: Client, number: str = MOBILE):
    ask(client, number)
    jobs.run()
    code = codes_sent()[-1]
    return client.post(CODE, {"code": f"{code[:3]} {code[3:]}"})


@pytest.mark.parametrize("typed", [MOBILE, "425-555-0100", "(425) 555 0100", "+1 425 555 0100"])
def test_from_the_number_to_ones_own_account(enabled, client, typed):
    assert LINK in words(client.get(SIGN_IN))
    answer = in_with(client, typed)
    assert answer.headers["Location"] == "/riverside/account/"
    assert client.cookies["mystaff_phone"].value == ""
    assert "Sam Reed" in words(client.get("/riverside/account/"))
    assert [one["method"] for one in client.session[METHODS]] == ["sms"]
    assert FamiliarNetwork.objects.count() == 1


def test_a_temporary_password_is_still_replaced_first(enabled, client):
    actions.reset_password(enabled.sam, "Maple-Bridge-93", by=Initiator(enabled.maria))
    in_with(client)
    assert client.get("/riverside/account/").headers["Location"] == "/riverside/update-password/"


def test_a_wrong_code_is_told_and_signs_nobody_in(enabled, client):
    ask(client)
    jobs.run()
    answer = client.post(CODE, {"code": "none"})
    assert answer.status_code == 422 and "not right, or too old" in words(answer)
    assert client.get("/riverside/account/").status_code == 302
    assert client.post(CODE, {"code": codes_sent()[-1]}).status_code == 302


def test_the_code_of_another_browser_is_worth_nothing(enabled, client):
    ask(client)
    jobs.run()
    other = Client()
    ask(other)
    assert other.post(CODE, {"code": codes_sent()[-1]}).status_code == 422
    assert Client().post(CODE, {"code": codes_sent()[-1]}).headers["Location"] == PHONE


def test_a_planted_session_is_not_the_one_after(enabled, client):
    client.get(PHONE)
    with enabled.tenant.scope():
        session = client.session
        session["planted"] = True
        session.save()
    client.cookies["mystaff"] = session.session_key
    in_with(client)
    assert client.cookies["mystaff"].value != session.session_key


@pytest.mark.parametrize(
    ("typed", "said"), [("", "Type your mobile"), ("12", "too short"), ("abc", "digits")]
)
def test_what_is_no_number_is_said_before_anything_is_counted(enabled, client, typed, said):
    answer = ask(client, typed)
    assert answer.status_code == 422 and said in words(answer)
    assert jobs.queued() == [] and not PhoneSignIn.objects.exists()


def test_whoever_is_signed_in_is_led_home(enabled, sign_in):
    for page in (PHONE, CODE):
        assert sign_in(enabled.omar).get(page).headers["Location"] == "/riverside/account/"


# The same for every number


def told(client: Client, number: str) -> list[tuple]:
    """All that a stranger sees who asks, guesses wrong until it is locked, and begins again."""
    answers = [ask(client, number), client.get(CODE)]
    jobs.run()
    answers += [client.get(CODE), client.post(CODE, {"again": "1"})]
    answers += [client.post(CODE, {"code": "none"}) for _n in range(6)]
    answers += [client.get(CODE), ask(client, number), ask(Client(), number)]
    jobs.run()
    return [(one.status_code, words(one), headers(one)) for one in answers]


def off(district):
    PhoneMethod.objects.update(sms_sign_in=False)


def disabled(district):
    User.objects.filter(pk=district.sam.pk).update(is_active=False)


def nobodys(district):
    PhoneMethod.objects.all().delete()


@pytest.mark.parametrize("arrange", [off, disabled, nobodys])
def test_a_number_that_signs_nobody_in_is_told_from_no_other(enabled, clock, arrange):
    known = told(Client(), MOBILE)
    throttle.clear(throttle.key_of(MOBILE, "phone"))
    arrange(enabled)
    assert told(Client(), MOBILE) == known
    assert told(Client(), UNKNOWN) == known


def test_the_same_statements_are_sent_and_jobs_queued_for_every_number(enabled):
    def seen(number: str) -> tuple:
        with CaptureQueriesContext(connection) as captured:
            client = Client()
            ask(client, number), client.post(CODE, {"code": "none"})
        return [re.sub(r"s\d+_x\d+", "", one["sql"])[:40] for one in captured], jobs.run()

    assert seen(MOBILE) == seen(UNKNOWN)


def test_after_too_many_tries_the_page_says_whom_to_ask(enabled, client):
    ask(client)
    answers = [client.post(CODE, {"code": "none"}) for _n in range(5)]
    assert [answer.status_code for answer in answers] == [422] * 4 + [429]
    assert "Riverside help desk" in words(answers[-1])
    assert ask(Client()).status_code == 429


def test_one_network_can_only_ask_so_often(enabled, client, clock):
    for number in range(300):
        client.post(PHONE, {"phone": str(number)})
    assert ask(client).status_code == 429
    assert client.post(PHONE, {"phone": MOBILE}, REMOTE_ADDR="203.0.113.8").status_code == 302
    clock.pass_(minutes=1)
    assert ask(client).status_code == 302


def test_an_anonymous_get_writes_nothing(enabled, client):
    ask(client)
    with CaptureQueriesContext(connection) as captured:
        for page in (SIGN_IN, PHONE, CODE):
            client.get(page)
    assert captured and not [one for one in captured if re.match("INSERT|UPDATE|DELETE", one["sql"].strip())]


def test_the_cookie_holds_a_token_and_no_number(enabled, client):
    ask(client)
    cookie = client.cookies["mystaff_phone"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["max-age"] == 15 * 60
    assert cookie.value not in str(PhoneSignIn.objects.values())


# Switched off


def no_switch(settings):
    Settings.objects.update(sms_sign_in=False)


def no_gateway(settings):
    settings.MYSTAFF_DEMO = False
    TextSettings.objects.all().delete()


@pytest.mark.parametrize("switch_off", [no_switch, no_gateway])
def test_where_the_tenant_has_none_of_it_there_is_no_link_and_no_page(enabled, client, settings, switch_off):
    ask(client)
    jobs.run()
    switch_off(settings)
    assert LINK not in words(client.get(SIGN_IN))
    for page in (PHONE, CODE):
        for answer in (client.get(page), client.post(page, {"phone": MOBILE, "code": codes_sent()[-1]})):
            assert answer.headers["Location"] == SIGN_IN
    assert client.get("/riverside/account/").status_code == 302
    assert PhoneSignIn.objects.count() == 1


def test_operators_sign_in_without_it(operator, client):
    assert LINK not in words(client.get("/sign-in/"))
    assert client.get("/sign-in/phone/").status_code == 404


def test_another_tenants_row_is_nothing_here(enabled, lake, client):
    ask(client)
    jobs.run()
    with lake.tenant.scope():
        Settings.objects.create(sms_sign_in=True)
    answer = client.post("/lakeshore/sign-in/phone/code/", {"code": codes_sent()[-1]})
    assert answer.headers["Location"] == "/lakeshore/sign-in/phone/"
