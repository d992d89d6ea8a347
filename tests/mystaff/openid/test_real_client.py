"""The flow over real connections: requests-oauthlib is the application, a browser has cookies and forms."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urljoin

import jwt
import pytest
import requests
from requests_oauthlib import OAuth2Session

from directory import actions
from directory.door import Initiator
from directory.models import Application
from tests.browser.server import Server
from tests.conftest import PASSWORD
from tests.messages.servers import Web, web
from tests.mystaff.openid.conftest import add, secret_of

NONCE = "a-nonce-of-the-application"


@pytest.fixture
def server(transactional_db):
    with Server() as server:
        yield server


@pytest.fixture
def site():
    """The application's own site, which people come back to."""
    with web() as site:
        yield site


class Browser(requests.Session):
    """Fills in forms and follows redirects and refreshing pages, as a person with a browser does."""

    def submit(self, page: requests.Response, **typed: str) -> requests.Response:
        form = re.search(r'<form class="stack" method="post"(?: action="([^"]+)")?', page.text)
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        data = {name: unescape(value) for name, value in hidden.items()} | typed
        where = urljoin(page.url, unescape(form[1] or page.url))
        return self.led_on(self.post(where, data, headers={"Referer": page.url}))

    def led_on(self, page: requests.Response) -> requests.Response:
        refresh = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page.text)
        return self.led_on(self.get(urljoin(page.url, unescape(refresh[1])))) if refresh else page


@pytest.mark.parametrize("kind", ["confidential", "public"])
def test_an_application_signs_somebody_in(district, server, site: Web, monkeypatch, kind):
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # all of it is on loopback
    back = f"http://127.0.0.1:{site.port}/back"
    application = add(district.admin, type=kind, redirect_uris=back, skip_consent=False)
    secret = secret_of(application, district.admin) if kind == "confidential" else None

    issuer = f"{server.url}/riverside"
    found = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=60).json()
    assert found["issuer"] == issuer
    party = OAuth2Session(application.pk, redirect_uri=back, scope=["openid", "profile"], pkce="S256")
    where, state = party.authorization_url(found["authorization_endpoint"], nonce=NONCE)

    browser = Browser()
    asked = browser.submit(browser.get(where), login="sam.reed", password=PASSWORD)
    assert "Sign in to Library?" in asked.text
    assert browser.submit(asked, grant="1").text == "OK"
    came = f"http://127.0.0.1:{site.port}{site.asked[-1].path}"
    assert f"state={state}" in came

    by = {"client_secret": secret} if secret else {"include_client_id": True}
    tokens = party.fetch_token(found["token_endpoint"], authorization_response=came, **by)
    key = jwt.PyJWKClient(found["jwks_uri"]).get_signing_key_from_jwt(tokens["id_token"])
    claims = jwt.decode(tokens["id_token"], key, algorithms=["RS256"], audience=application.pk, issuer=issuer)
    assert (claims["sub"], claims["nonce"]) == (str(district.sam.pk), NONCE)
    assert party.get(found["userinfo_endpoint"]).json()["name"] == "Sam Reed"

    actions.reset_password(district.sam, "Maple-Bridge-93", by=Initiator(district.admin))
    ended = party.get(found["userinfo_endpoint"])
    assert ended.status_code == 401
    assert "Sign in" in browser.get(where).text


def test_of_many_uses_at_once_one_gets_a_token(district, server, site: Web):
    """Two servers that take the same code at the same moment: the row is held while it is looked at."""
    from concurrent.futures import ThreadPoolExecutor

    from django.test import Client

    from tests.mystaff.openid.conftest import BACK, VERIFIER, Party, sign_in_by_hand

    party = Party(add(district.admin, type="public"), "")
    browser = Client()
    sign_in_by_hand(browser, district.sam)
    # Under the server's own name: a code is good at the issuer where it was given.
    host = server.url.removeprefix("http://")
    answer = browser.get(party.question(), HTTP_HOST=host).headers["Location"]
    code = re.search(r"code=(\w+)", answer)[1]
    data = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    data |= {"client_id": party.application.pk, "code_verifier": VERIFIER}

    def fetch(_nth: int) -> int:
        return requests.post(f"{server.url}/riverside/openid/token/", data, timeout=120).status_code

    with ThreadPoolExecutor(8) as pool:
        found = sorted(pool.map(fetch, range(8)))
    assert found == [200] + [400] * 7
    assert Application.objects.count() == 1
