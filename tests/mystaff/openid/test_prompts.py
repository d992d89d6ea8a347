"""How new a sign-in must be, and what is answered without a word: prompt, max_age, id_token_hint."""

from __future__ import annotations

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from directory import actions
from directory.door import Initiator
from tests.directory.badges import give
from tests.mystaff.openid.conftest import Party, add, came_back, secret_of, sign_in_by_hand


def error(response) -> str:
    return came_back(response).get("error", "")


def grown_old(browser: Client, seconds: int) -> None:
    session = browser.session
    for record in session["account_authentication_methods"]:
        record["at"] -= seconds
    session.save()


def test_none_asks_nothing(district, library, sam):
    assert error(library.ask(Client(), prompt="none")) == "login_required"
    assert error(library.ask(sam, prompt="none", max_age="60")) == ""
    grown_old(sam, 100)
    assert error(library.ask(sam, prompt="none", max_age="60")) == "login_required"


def test_none_needs_consent_to_this_very_application(district, library, sam):
    application = add(district.admin, "Games", skip_consent=False)
    games = Party(application, secret_of(application, district.admin))
    library.tokens(sam)  # what another application was given says nothing
    assert error(games.ask(sam, prompt="none")) == "consent_required"
    page = games.ask(sam)
    code = came_back(sam.post(page.context["answer"], {"grant": "1"}))["code"]
    assert games.fetch(code).status_code == 200
    assert came_back(games.ask(sam, prompt="none"))["code"]


def test_none_for_somebody_who_may_not(district, library, sam):
    from directory.models import Group

    group = Group.objects.create(name="Readers")
    actions.update_application(library.application, {"group": group}, by=Initiator(district.admin))
    assert error(library.ask(sam, prompt="none")) == "consent_required"


def test_consent_can_be_asked_for_where_it_is_skipped(library, sam):
    page = library.ask(sam, prompt="consent")
    assert "Sign in to Library?" in page.content.decode()


@pytest.mark.parametrize(
    "values", [{"prompt": "login"}, {"max_age": "60"}, {"max_age": "0"}, {"max_age": "x"}]
)
def test_who_is_to_sign_in_again_does(district, library, sam, values):
    grown_old(sam, 100)
    page = library.ask(sam, **values)
    assert "Sign in again" in page.content.decode()
    refused = sam.post(page.context["answer"], {"grant": "1"})
    assert "Sign in again" in refused.content.decode()
    asked = sam.post(page.context["answer"], {"again": "1"})
    assert asked.headers["Location"].startswith("/riverside/sign-in/?next=")
    assert sam.get("/riverside/account/").status_code == 302  # signed out
    where = sam.get(asked.headers["Location"]).context["redirect_field_value"]
    sign_in_by_hand(sam, district.sam, where)
    question = where.replace("/openid/continue/", "/openid/authorize/")
    code = came_back(sam.get(question))["code"]
    claims = library.read(library.fetch(code).json()["id_token"])
    assert time.time() - claims["auth_time"] < 60


def test_a_note_that_somebody_is_asked_is_good_for_its_own_question_only(district, library, sam):
    page = library.ask(sam, prompt="login")
    asked = sam.post(page.context["answer"], {"again": "1"})
    where = sam.get(asked.headers["Location"]).context["redirect_field_value"]
    [note] = parse_qs(urlsplit(where).query)["asked"]
    sign_in_by_hand(sam, district.sam)
    assert came_back(library.ask(sam, prompt="login", asked=note))["code"]
    assert library.ask(sam, prompt="login", asked=note, nonce="another").status_code == 200
    assert library.ask(sam, prompt="login", asked="made-up").status_code == 200


def test_a_stranger_who_is_to_sign_in_signs_in_once(district, library):
    browser = Client()
    asked = library.ask(browser, prompt="login")
    where = browser.get(asked.headers["Location"]).context["redirect_field_value"]
    sign_in_by_hand(browser, district.sam, where)
    assert came_back(browser.get(where.replace("/continue/", "/authorize/")))["code"]


def test_a_hint_at_somebody_else_is_answered_with_login_required(district, library, sam):
    own = library.tokens(sam)["id_token"]
    other = Client()
    sign_in_by_hand(other, district.omar)
    assert error(library.ask(other, id_token_hint=own)) == "login_required"
    assert error(library.ask(sam, id_token_hint="e30.e30.")) == "login_required"
    assert error(library.ask(sam, id_token_hint=own)) == ""


ONE, TWO = "https://refeds.org/profile/sfa", "https://refeds.org/profile/mfa"
PASSWORD, CODE = {"method": "password"}, {"method": "mfa", "type": "totp"}
KEY, PASSKEY = {"method": "mfa", "type": "webauthn"}, {"passwordless": True}
BADGE = {"method": "badge"}


@pytest.mark.parametrize(
    ("records", "amr", "acr"),
    [
        ([PASSWORD], ["pwd"], ONE),
        ([PASSWORD, CODE], ["otp", "pwd", "mfa"], TWO),
        ([PASSWORD, KEY], ["pop", "pwd", "mfa"], TWO),
        ([KEY | PASSKEY], ["pop", "mfa"], TWO),
        ([{"method": "sms"}], ["sms"], ONE),
        ([BADGE], ["pin"], ONE),
        ([{"method": "access_pass"}], ["otp"], ONE),
        ([{"method": "federation", "second_factor": 0}], None, ONE),
        ([{"method": "federation", "second_factor": 1}], ["mfa"], TWO),
    ],
)
def test_how_somebody_signed_in_is_told(district, library, sam, records, amr, acr):
    if records == [BADGE]:
        records = [BADGE | {"badge": str(give(district, district.sam).badge.pk)}]
    session = sam.session
    session["account_authentication_methods"] = [record | {"at": time.time()} for record in records]
    session.save()
    claims = library.read(library.tokens(sam)["id_token"])
    assert (claims.get("amr"), claims["acr"]) == (amr, acr)
