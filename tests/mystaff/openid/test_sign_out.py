"""Signing out that an application begins: the person is asked, and comes back to where they may."""

from __future__ import annotations

import html
import re
from urllib.parse import urlencode

import pytest
from django.test import Client

from directory import actions
from directory.door import Initiator
from tests.mystaff.openid.conftest import Party, add, secret_of

OUT = "https://library.example/out"


@pytest.fixture
def library(district) -> Party:
    application = add(district.admin, post_logout_redirect_uris=f"{OUT}\n{OUT}2")
    return Party(application, secret_of(application, district.admin))


def ask(browser: Client, **values: str):
    return browser.get(f"/riverside/openid/end-session/?{urlencode(values)}")


def onward(response) -> str:
    [where] = re.findall(r'http-equiv="refresh" content="0; url=([^"]+)"', response.content.decode())
    return html.unescape(where)


def test_the_person_is_asked_and_everything_ends(library, sam):
    tokens = library.tokens(sam)
    page = ask(sam, id_token_hint=tokens["id_token"], post_logout_redirect_uri=OUT, state="theirs")
    assert "Sign out here too?" in page.content.decode()
    assert tokens["id_token"] not in page.content.decode()
    assert sam.get("/riverside/account/").status_code == 200
    assert onward(sam.post(page.context["answer"])) == f"{OUT}?state=theirs"
    assert sam.get("/riverside/account/").status_code == 302
    assert library.who(tokens["access_token"]).status_code == 401


def test_who_is_signed_out_already_is_led_back(library):
    back = ask(Client(), client_id=library.application.pk, post_logout_redirect_uri=OUT)
    assert back.headers["Location"] == OUT
    assert ask(Client()).headers["Location"] == "/riverside/sign-in/"


@pytest.mark.parametrize(
    "where", ["https://evil.example/", OUT + "?x=1", OUT + "/", OUT + "3", "//evil.example", ""]
)
def test_nobody_is_sent_anywhere_else(library, sam, where):
    asked = {"client_id": library.application.pk, "post_logout_redirect_uri": where}
    assert ask(Client(), **asked).headers["Location"] == "/riverside/sign-in/"
    page = ask(sam, **asked)
    assert sam.post(page.context["answer"]).headers["Location"] == "/riverside/sign-in/"


def test_two_names_for_who_asks_are_none(district, library, sam):
    other = add(district.admin, "Other")
    hint = library.tokens(sam)["id_token"]
    asked = {"client_id": other.pk, "id_token_hint": hint, "post_logout_redirect_uri": OUT}
    assert ask(Client(), **asked).headers["Location"] == "/riverside/sign-in/"
    for odd in ("\0", "unknown"):
        assert ask(Client(), client_id=odd, post_logout_redirect_uri=OUT).status_code == 302


def test_another_site_signs_nobody_out(library):
    browser = Client(enforce_csrf_checks=True)
    browser.get("/riverside/sign-in/")
    token = {"csrfmiddlewaretoken": browser.cookies["mystaff_csrf"].value}
    browser.post("/riverside/sign-in/", {"login": "sam.reed", "password": "Copper-Lantern-47"} | token)
    query = {"client_id": library.application.pk, "post_logout_redirect_uri": OUT}
    posted = browser.post("/riverside/openid/end-session/", query | {"id_token_hint": "a.b.c"})
    assert "id_token_hint" not in posted.headers["Location"]
    answer = browser.get(posted.headers["Location"]).context["answer"]
    assert browser.post(answer).status_code == 403
    assert browser.get("/riverside/account/").status_code == 200


def test_another_tenants_application_is_unknown(lake, library):
    asked = urlencode({"client_id": library.application.pk, "post_logout_redirect_uri": OUT})
    response = Client().get(f"/lakeshore/openid/end-session/?{asked}")
    assert response.headers["Location"] == "/lakeshore/sign-in/"


def test_an_address_for_afterwards_is_looked_at_too(district, library):
    with pytest.raises(Exception, match="begins with https"):
        actions.update_application(
            library.application,
            {"post_logout_redirect_uris": "javascript:alert(1)"},
            by=Initiator(district.admin),
        )
