"""Passkeys and security keys against what no browser would send: answers of another kind, place or person."""

import json

import pytest
from django.test import Client

from directory import factors
from directory.models import User
from tests.confirming import show_factor
from tests.conftest import PASSWORD
from tests.mystaff.factors.soft_key import PRESENT, VERIFIED, SoftKey

LOCAL = {"HTTP_HOST": "localhost"}
PASSKEY, STEP, CONFIRM = "/riverside/passkey/", "/riverside/second-factor/", "/riverside/confirm/"
KEYS, ACCOUNT, SIGN_IN = "/riverside/account/keys/", "/riverside/account/", "/riverside/sign-in/"


@pytest.fixture
def key(district):
    key = SoftKey()
    key.belongs_to(district.sam)
    return key


def ask(browser: Client, path: str, **more) -> dict:
    return browser.post(path, {"begin": "1"} | more, **LOCAL).json()


def send(browser: Client, path: str, answer: dict, **more):
    return browser.post(path, {"credential": json.dumps(answer)} | more, **LOCAL)


def first_step(name: str = "sam.reed") -> Client:
    browser = Client()
    browser.post(SIGN_IN, {"login": name, "password": PASSWORD}, **LOCAL)
    return browser


def is_in(browser: Client) -> bool:
    return browser.get(ACCOUNT, **LOCAL).status_code == 200


def confirmed(district, sign_in) -> Client:
    browser = sign_in(district.sam)
    browser.post(CONFIRM, {"password": PASSWORD}, **LOCAL)
    return browser


def test_a_passkey_signs_in_and_leads_where_one_wanted_to(district, key):
    browser = Client()
    answer = key.answer(ask(browser, PASSKEY), district.sam)
    before = browser.cookies["mystaff"].value
    assert (
        send(browser, PASSKEY, answer, next="/riverside/switch/").headers["Location"] == "/riverside/switch/"
    )
    assert is_in(browser) and browser.cookies["mystaff"].value != before


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_it_leads_to_no_other_site(district, key, elsewhere):
    browser = Client()
    answer = key.answer(ask(browser, PASSKEY), district.sam)
    assert send(browser, PASSKEY, answer, next=elsewhere).headers["Location"] == ACCOUNT


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://evil.example"},
        {"origin": "https://localhost.evil.example"},
        {"origin": "http://riverside.example"},
        {"flags": PRESENT},
        {"flags": VERIFIED},
        {"kind": "create"},
    ],
)
def test_an_answer_from_elsewhere_or_of_another_kind_opens_nothing(district, key, wrong):
    browser = Client()
    answer = key.answer(ask(browser, PASSKEY), district.sam, **wrong)
    assert send(browser, PASSKEY, answer).headers["Location"] == SIGN_IN
    assert not is_in(browser)


def test_a_key_for_another_host_opens_nothing(district):
    key, browser = SoftKey("riverside.example"), Client()
    key.belongs_to(district.sam)
    send(browser, PASSKEY, key.answer(ask(browser, PASSKEY), district.sam))
    assert not is_in(browser)


def test_an_answer_is_good_once_and_in_its_own_browser(district, key):
    first, second, thief = Client(), Client(), Client()
    answer = key.answer(ask(first, PASSKEY), district.sam)
    ask(second, PASSKEY)
    for browser in (second, thief):
        send(browser, PASSKEY, answer)
        assert not is_in(browser)
    send(first, PASSKEY, answer)
    assert is_in(first)
    first.post("/riverside/sign-out/", **LOCAL)
    send(first, PASSKEY, answer)
    assert not is_in(first)


def test_a_wrong_answer_uses_the_challenge_up(district, key):
    browser = Client()
    options = ask(browser, PASSKEY)
    send(browser, PASSKEY, SoftKey().answer(options, district.sam))
    send(browser, PASSKEY, key.answer(options, district.sam))
    assert not is_in(browser)


def test_a_challenge_for_a_second_step_is_none_for_the_only_one(district, key):
    """Else a found key that asks for no PIN would do, with a challenge from one's own second step."""
    SoftKey().belongs_to(district.omar)
    browser = first_step("omar.diaz")
    answer = key.answer(ask(browser, STEP), district.sam, flags=PRESENT)
    send(browser, PASSKEY, answer)
    assert not is_in(browser)


def test_one_persons_key_says_nothing_for_another(district, key):
    mine = SoftKey()
    mine.belongs_to(district.omar)
    browser = Client()
    send(browser, PASSKEY, mine.answer(ask(browser, PASSKEY), district.sam))
    assert not is_in(browser)
    browser = first_step()
    send(browser, STEP, mine.answer(ask(browser, STEP), district.sam))
    assert not is_in(browser)


@pytest.mark.parametrize("who", ["disabled", "elsewhere", "nobody"])
def test_nobody_who_is_not_here_gets_in(district, lake, key, who):
    browser, person = Client(), district.sam
    if who == "disabled":
        User.objects.filter(pk=person.pk).update(is_active=False)
    elif who == "elsewhere":
        with lake.tenant.scope():
            key, person = SoftKey(), lake.ivy
            key.belongs_to(person)
    else:
        person = User()
    answer = send(browser, PASSKEY, key.answer(ask(browser, PASSKEY), person))
    assert answer.headers["Location"] == SIGN_IN and not is_in(browser)


@pytest.mark.parametrize(
    "typed", ["", "{", "[]", "null", "1", '"x"', "{}", '{"response": 1}', '{"id": "x"}', "[" * 9000, "\x00"]
)
def test_odd_answers_are_wrong_answers(district, key, typed):
    browser = Client()
    ask(browser, PASSKEY)
    assert browser.post(PASSKEY, {"credential": typed}, **LOCAL).headers["Location"] == SIGN_IN
    browser = first_step()
    ask(browser, STEP)
    assert browser.post(STEP, {"credential": typed}, **LOCAL).status_code == 422


def test_without_a_question_there_is_no_answer(district, key):
    browser = Client()
    options = ask(Client(), PASSKEY)
    send(browser, PASSKEY, key.answer(options, district.sam))
    assert not is_in(browser)


def test_as_a_second_step_touching_it_is_enough(district, key):
    browser = first_step()
    send(browser, STEP, key.answer(ask(browser, STEP), district.sam, flags=PRESENT))
    assert is_in(browser)


def test_it_confirms(district, key, sign_in):
    browser = sign_in(district.sam)
    answer = key.answer(ask(browser, CONFIRM), district.sam, flags=PRESENT)
    assert (
        send(browser, CONFIRM, answer, next="/riverside/switch/").headers["Location"] == "/riverside/switch/"
    )
    assert browser.get("/riverside/account/app/", **LOCAL).status_code == 200


def test_too_many_questions_from_one_network_get_no_session(district, monkeypatch):
    from mystaff.signin import second_factor

    monkeypatch.setattr(second_factor, "MOST_CHALLENGES", 2)
    statuses = [Client().post(PASSKEY, {"begin": "1"}, **LOCAL).status_code for _n in range(3)]
    assert statuses == [200, 200, 429]


# Registering


@pytest.mark.parametrize(
    ("wrong", "passkey", "registered"),
    [
        ({}, True, True),
        ({"flags": PRESENT}, True, False),
        ({"flags": PRESENT}, False, True),
        ({"origin": "https://evil.example"}, True, False),
        ({"kind": "get"}, True, False),
    ],
)
def test_what_can_be_registered(district, sign_in, wrong, passkey, registered):
    browser, kind = confirmed(district, sign_in), {"passkey": "1"} if passkey else {}
    made = SoftKey().register(ask(browser, KEYS, name="Blue", **kind), **wrong)
    answer = send(browser, KEYS, made, name="Blue", **kind)
    assert (answer.status_code == 200) is registered
    assert factors.has_any(district.sam) is registered


def test_a_key_asked_for_as_a_second_step_is_not_taken_for_a_passkey(district, sign_in):
    browser = confirmed(district, sign_in)
    made = SoftKey().register(ask(browser, KEYS, name="Blue"))
    assert send(browser, KEYS, made, name="Blue", passkey="1").status_code == 422


def test_the_same_registration_sent_again_registers_nothing(district, sign_in):
    browser = confirmed(district, sign_in)
    made = SoftKey().register(ask(browser, KEYS, name="Blue", passkey="1"))
    send(browser, KEYS, made, name="Blue", passkey="1")
    assert send(browser, KEYS, made, name="Blue", passkey="1").status_code == 422
    assert factors.rows(district.sam, factors.KEY).count() == 1


def test_there_is_a_most(district, sign_in):
    for _n in range(factors.MOST_KEYS):
        SoftKey().belongs_to(district.sam)
    browser = confirmed(district, sign_in)
    show_factor(browser, district.sam)
    made = SoftKey().register(ask(browser, KEYS, name="One more", passkey="1"))
    send(browser, KEYS, made, name="One more", passkey="1")
    assert factors.rows(district.sam, factors.KEY).count() == factors.MOST_KEYS
