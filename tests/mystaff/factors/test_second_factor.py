"""The second step of signing in: who is asked, what is right, and what it cannot be got round with."""

import re
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client

from directory import actions, factors, lockout
from directory.connectors import open_authority
from directory.door import Initiator
from directory.models import User
from tests.conftest import PASSWORD, make_person
from tests.mystaff.factors.totp import SECRET, code, give_app, give_codes, wrong
from tests.mystaff.test_selfservice import NEW as NEW_PAGE
from tests.mystaff.test_selfservice import proved

STEP = "/riverside/second-factor/"
ACCOUNT = "/riverside/account/"
NEW = "Maple-Bridge-93"


def begin(name: str = "sam.reed", password: str = PASSWORD, at: str = "/riverside", **more) -> Client:
    """A browser that did the first step."""
    browser = Client()
    answer = browser.post(f"{at}/sign-in/", {"login": name, "password": password} | more)
    assert answer.headers["Location"] == f"{at}/second-factor/"
    return browser


@pytest.fixture
def app(district):
    return give_app(district.sam)


def test_the_password_alone_opens_nothing(district, app):
    browser = begin()
    for path in (ACCOUNT, "/riverside/confirm/", "/riverside/account/app/"):
        assert browser.get(path).headers["Location"].startswith("/riverside/sign-in/")
    assert "Type the code" in browser.get(STEP).content.decode()


def test_the_code_opens_it_and_leads_where_one_wanted_to(district, app):
    browser = begin(next="/riverside/switch/")
    assert browser.post(STEP, {"code": code()}).headers["Location"] == "/riverside/switch/"
    assert browser.get(ACCOUNT).status_code == 200
    assert browser.get(STEP).status_code == 302


@pytest.mark.parametrize("typed", ["{0} {1}", " {0}{1} ", "{0}-{1}"])
def test_a_code_is_understood_as_people_type_it(district, app, typed):
    shown = code()
    assert begin().post(STEP, {"code": typed.format(shown[:3], shown[3:])}).status_code == 302


@pytest.mark.parametrize("typed", ["", "000", "x" * 41, "１２３４５６", "\x00", "' OR 1=1"])
def test_nothing_else_does(district, app, typed):
    answer = begin().post(STEP, {"code": typed})
    assert answer.status_code == 422


def test_a_code_cannot_be_used_twice(district, app):
    shown = code()
    assert begin().post(STEP, {"code": shown}).status_code == 302
    assert begin().post(STEP, {"code": shown}).status_code == 422
    assert begin().post(STEP, {"code": code(ago=1)}).status_code == 422  # nor an older one after it


@pytest.mark.parametrize(("ago", "right"), [(1, True), (3, False), (-3, False)])
def test_a_clock_may_be_a_little_wrong(district, app, ago, right):
    assert (begin().post(STEP, {"code": code(ago=ago)}).status_code == 302) is right


def test_a_recovery_code_stands_in_once(district, app):
    codes = give_codes(district.sam)
    assert begin().post(STEP, {"code": codes[3]}).status_code == 302
    assert begin().post(STEP, {"code": codes[3]}).status_code == 422


def test_recovery_codes_alone_are_no_second_factor(district):
    give_codes(district.sam)
    answer = Client().post("/riverside/sign-in/", {"login": "sam.reed", "password": PASSWORD})
    assert answer.headers["Location"] == ACCOUNT


def test_wrong_codes_lock_as_wrong_passwords_do(district, app):
    browser = begin()
    for number in range(lockout.MOST):
        answer = browser.post(STEP, {"code": f"{number}{wrong()}"})
    assert "too many wrong tries" in answer.content.decode()
    assert browser.post(STEP, {"code": code()}).status_code == 422
    assert lockout.locked_until("sam.reed@riverside.example")


def test_a_right_password_in_between_gives_no_more_guesses(district, app):
    for number in range(lockout.MOST - 1):
        assert begin().post(STEP, {"code": f"{number}"}).status_code == 422
    begin().post(STEP, {"code": "x"})
    assert lockout.locked_until("sam.reed@riverside.example")


# What it cannot be got round with


def test_without_the_first_step_there_is_no_second(district, app):
    for browser in (Client(), Client()):
        assert browser.get(STEP).headers["Location"] == "/riverside/sign-in/"
        assert browser.post(STEP, {"code": code()}).headers["Location"] == "/riverside/sign-in/"


@pytest.mark.parametrize("end", ["reset", "off", "revoked"])
def test_a_first_step_ends_as_sessions_do(district, app, end):
    browser = begin()
    if end == "reset":
        actions.reset_password(district.sam, NEW, by=Initiator(district.admin))
    elif end == "off":
        User.objects.filter(pk=district.sam.pk).update(is_active=False)
    else:
        district.sam.revoke_sessions()
        district.sam.save()
    assert browser.post(STEP, {"code": code()}).headers["Location"] == "/riverside/sign-in/"
    assert browser.get(ACCOUNT).status_code == 302


def test_a_new_password_gets_nobody_round_it(district, app):
    """Self-service sets a password through the same authority, and signs nobody in."""
    person = User.objects.get(pk=district.sam.pk)
    open_authority(person).set_password(person, NEW, must_change=False)
    assert begin(password=NEW).get(ACCOUNT).status_code == 302


def test_getting_back_in_alone_asks_for_it_too(district, app, client):
    """Self-service changes the password and nothing else: the thief of a mailbox stands before the app."""
    proved(client)
    done = client.post(NEW_PAGE, {"new_password": NEW, "confirm_new_password": NEW})
    assert "Your password has been reset" in done.content.decode()
    assert factors.has_any(district.sam)
    assert client.get(ACCOUNT).status_code == 302
    assert begin(password=NEW).get(ACCOUNT).status_code == 302


def test_a_temporary_password_is_replaced_after_the_second_step(district, app):
    actions.reset_password(district.sam, NEW, by=Initiator(district.admin))
    browser = begin(password=NEW)
    assert browser.get("/riverside/update-password/").headers["Location"].startswith("/riverside/sign-in/")
    browser.post(STEP, {"code": code()})
    assert browser.get(ACCOUNT).headers["Location"] == "/riverside/update-password/"


def test_the_key_of_the_session_is_another_after_each_step(district, app):
    browser = begin()
    before = browser.cookies[settings.SESSION_COOKIE_NAME].value
    browser.post(STEP, {"code": code()})
    assert browser.cookies[settings.SESSION_COOKIE_NAME].value != before
    old = Client()
    old.cookies[settings.SESSION_COOKIE_NAME] = before
    assert old.get(ACCOUNT).status_code == 302


def test_an_earlier_proof_in_the_same_browser_is_not_counted_for_a_later_try(district, app):
    """Only what was proved last says whether a second factor is needed."""
    browser = begin()
    session = browser.session
    session["account_authentication_methods"].insert(0, {"method": "access_pass", "at": 1.0})
    session["account_authentication_methods"].insert(
        0, {"method": "mfa", "type": "webauthn", "passwordless": True, "at": 1.0}
    )
    session.save()
    answer = browser.post("/riverside/sign-in/", {"login": "sam.reed", "password": PASSWORD})
    assert answer.headers["Location"] == STEP


# Other people, other tenants


def test_a_first_step_here_is_none_elsewhere(district, lake, app):
    browser = begin()
    assert browser.get("/lakeshore/second-factor/").headers["Location"] == "/lakeshore/sign-in/"
    assert browser.post("/lakeshore/second-factor/", {"code": code()}).status_code == 302
    assert browser.get("/lakeshore/account/").headers["Location"].startswith("/lakeshore/sign-in/")


def test_a_factor_of_another_tenant_is_not_seen(district, lake, app):
    with lake.tenant.scope():
        assert not Authenticator.objects.exists()
        namesake = make_person("sam@lakeshore.example", "Sam Reed")
        assert factors.proved_by(namesake, code()) is None
        assert factors.proved_by(district.sam, code()) is None


def test_a_secret_copied_to_another_tenant_cannot_be_read(district, lake, app):
    with lake.tenant.scope():
        Authenticator.objects.create(user=lake.ivy, type=factors.APP, data=app.data)
        codes = give_codes(lake.ivy)
        assert factors.proved_by(lake.ivy, code()) is None
        assert factors.proved_by(lake.ivy, codes[0])  # what can be read still counts


def test_a_guests_factor_is_that_of_home(district, lake, guest_maria):
    give_app(district.maria)
    browser = begin("maria.lopez")
    assert browser.get("/lakeshore/search/").status_code == 302
    browser.post(STEP, {"code": code()})
    assert browser.get("/lakeshore/search/").status_code == 200


def test_operators_have_it_outside(operator):
    from tenants.models import operators

    with operators().scope():
        give_app(operator)
    browser = begin(operator.user_principal_name, at="")
    assert browser.get("/admin/").status_code == 302
    assert browser.post("/second-factor/", {"code": code()}).headers["Location"] == "/admin/"


# Keys


def test_rotation_writes_secrets_anew(district, app, settings):
    old = settings.MYSTAFF_ENCRYPTION_KEYS[0]
    give_codes(district.sam)
    settings.MYSTAFF_ENCRYPTION_KEYS = ["n3w-" * 8 + "abcdef", old]
    said = StringIO()
    call_command("rotate_keys", stdout=said)
    assert int(re.search(r"key: (\d+)", said.getvalue())[1]) == 2
    settings.MYSTAFF_ENCRYPTION_KEYS = settings.MYSTAFF_ENCRYPTION_KEYS[:1]
    with district.tenant.scope():
        row = Authenticator.objects.get(type=factors.APP)
        assert factors.unseal(row.data["secret"]) == SECRET


# Many at once


def at_once(tries: int, one, threads: int = 16) -> list:
    """So many requests, several at a time."""

    def alone(number: int):
        try:
            return one(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(alone, range(tries)))


def same_browser(browser: Client) -> Client:
    other = Client()
    other.cookies[settings.SESSION_COOKIE_NAME] = browser.cookies[settings.SESSION_COOKIE_NAME].value
    return other


@pytest.mark.django_db(transaction=True)
def test_of_two_hundred_wrong_codes_at_once_ten_are_looked_at(district, app, monkeypatch):
    browsers, looked, real = [begin() for _n in range(4)], [], factors.proved_by

    def counted(person: User, typed: str):
        looked.append(typed)
        return real(person, typed)

    monkeypatch.setattr(factors, "proved_by", counted)
    answers = at_once(
        200, lambda number: same_browser(browsers[number % 4]).post(STEP, {"code": f"9{number:06}"})
    )
    assert len(looked) == lockout.MOST
    said = ["too many wrong tries" in answer.content.decode() for answer in answers]
    assert said.count(False) == lockout.MOST - 1
    assert begin_is_refused()


def begin_is_refused() -> bool:
    answer = Client().post("/riverside/sign-in/", {"login": "sam.reed", "password": PASSWORD})
    return answer.status_code == 200 and "too many wrong tries" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_one_code_lets_one_in_however_many_type_it_at_once(district, app):
    browsers, shown = [begin() for _n in range(8)], code()
    answers = at_once(8, lambda number: browsers[number].post(STEP, {"code": shown}), threads=8)
    assert [answer.status_code for answer in answers].count(302) == 1
