"""An application of Riverside's, and a browser that an application sends to the provider."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
from django.test import Client

from directory import actions
from directory.door import Initiator
from directory.models import Application, User
from tests.conftest import PASSWORD

BACK = "https://library.example/back"
VERIFIER = "a-verifier-that-only-the-application-knows-0123456789"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def add(admin: User, name: str = "Library", **fields) -> Application:
    """An application, as the administrator adds one."""
    application = Application(name=name, **{"redirect_uris": BACK, "skip_consent": True} | fields)
    actions.add_application(application, by=Initiator(admin))
    return application


def secret_of(application: Application, admin: User) -> str:
    now = Application.objects.get(pk=application.pk).secret_version
    return actions.renew_secret(application, by=Initiator(admin), after=now)


@dataclass
class Party:
    """One application with its secret, and the ways in which it asks."""

    application: Application
    secret: str
    prefix: str = "/riverside"
    server: Client = field(default_factory=Client)  # the application's own: it has no cookies

    def question(self, **values: str) -> str:
        asked = {
            "response_type": "code",
            "client_id": self.application.pk,
            "redirect_uri": BACK,
            "scope": "openid profile",
            "state": "state-of-theirs",
            "nonce": "nonce-of-theirs",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        asked = {name: value for name, value in (asked | values).items() if value}
        return f"{self.prefix}/openid/authorize/?{urlencode(asked)}"

    def ask(self, browser: Client, **values: str):
        return browser.get(self.question(**values))

    def code(self, browser: Client, **values: str) -> str:
        answer = came_back(self.ask(browser, **values))
        assert answer["state"] == "state-of-theirs"
        return answer["code"]

    def fetch(self, code: str, **values: str):
        data = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
        data |= {"client_id": self.application.pk, "code_verifier": VERIFIER, "client_secret": self.secret}
        data = {name: value for name, value in (data | values).items() if value}
        return self.server.post(f"{self.prefix}/openid/token/", data)

    def tokens(self, browser: Client, **values: str) -> dict:
        answer = self.fetch(self.code(browser, **values))
        assert answer.status_code == 200, answer.content
        return answer.json()

    def who(self, token: str):
        return self.server.get(
            f"{self.prefix}/openid/userinfo/", headers={"Authorization": f"Bearer {token}"}
        )

    def read(self, id_token: str, **options) -> dict:
        """The claims, checked as an application checks them."""
        keys = self.server.get(f"{self.prefix}/openid/keys/").json()["keys"]
        kid = jwt.get_unverified_header(id_token)["kid"]
        key = next(key for key in keys if key["kid"] == kid)
        public = jwt.algorithms.RSAAlgorithm.from_jwk(json.dumps(key))
        facts = {"audience": self.application.pk, "issuer": f"http://testserver{self.prefix}"} | options
        return jwt.decode(id_token, public, algorithms=["RS256"], **facts)


def came_back(response) -> dict[str, str]:
    """What the application reads in the address that the browser comes back with."""
    if response.status_code == 200:
        [where] = re.findall(r'http-equiv="refresh" content="0; url=([^"]+)"', response.content.decode())
        where = html.unescape(where)
    else:
        assert response.status_code == 302, response.content
        where = response.headers["Location"]
    parts = urlsplit(where)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == BACK, where
    return {name: value for name, [value] in parse_qs(parts.query).items()}


def sign_in_by_hand(browser: Client, person: User, where: str = "", prefix: str = "/riverside"):
    """With the password, as people do: the session then says when and how."""
    data = {"login": person.user_principal_name, "password": PASSWORD} | ({"next": where} if where else {})
    return browser.post(f"{prefix}/sign-in/", data)


@pytest.fixture
def library(district) -> Party:
    application = add(district.admin)
    return Party(application, secret_of(application, district.admin))


@pytest.fixture
def sam(district) -> Client:
    """Sam's browser, signed in with the password."""
    browser = Client()
    assert sign_in_by_hand(browser, district.sam).status_code == 302
    return browser
