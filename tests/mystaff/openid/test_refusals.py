"""What the provider does not do, whoever asks."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from allauth.idp.oidc.models import Token
from django.db import connection
from django.test import Client

from tests.mystaff.openid.conftest import BACK, Party, add, secret_of


def public(district, **fields) -> Party:
    return Party(add(district.admin, "Phone app", type="public", **fields), "")


# Where people are sent

ELSEWHERE = [
    "https://evil.example/back",
    BACK + "?next=https://evil.example",
    BACK + "/../other",
    BACK + "/",
    BACK.upper(),
    BACK + "#part",
    BACK + ";part",
    BACK.replace("https://", "https://someone@"),
    BACK.replace("library.example", "library.example:444"),
    BACK.replace("https", "http"),
    "//library.example/back",
    "/back",
    "javascript:alert(1)",
    "",
]


@pytest.mark.parametrize("where", ELSEWHERE)
def test_nobody_is_sent_anywhere_else(library, sam, where):
    for browser in (sam, Client()):
        response = library.ask(browser, redirect_uri=where)
        assert response.status_code == 400
        assert "Location" not in response.headers
        assert b"evil.example" not in response.content


def test_an_address_said_twice_is_refused(library, sam):
    twice = library.question() + "&" + urlencode({"redirect_uri": "https://evil.example/"})
    assert sam.get(twice).status_code == 400


@pytest.mark.parametrize("client", ["", "unknown", "x" * 5000])
def test_an_unknown_application_is_shown_nothing(library, sam, client):
    assert library.ask(sam, client_id=client).status_code == 400


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "id_token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unauthorized_client"),
        ({"response_type": "none"}, "unauthorized_client"),
        ({"response_type": ""}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"response_mode": "form_post"}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"request": "e30.e30."}, "request_not_supported"),
        ({"request_uri": "https://evil.example/r"}, "request_uri_not_supported"),
        ({"prompt": "none login"}, "invalid_request"),
    ],
)
def test_a_question_that_is_not_answered_goes_back_with_its_error(library, sam, values, error):
    response = library.ask(sam, **values)
    where = response.headers["Location"]
    assert where.startswith(BACK) and "code=" not in where
    assert f"error={error}" in where and "state=state-of-theirs" in where and "iss=http" in where


def test_broken_claims_are_answered_without_a_server_error(library, sam):
    assert library.ask(sam, claims="{").status_code in (302, 400)


ODD = [
    "%zz",
    "a=%",
    "nonce=%00",
    "client_id=%00",
    "state=%00",
    "%ff=%ff",
    "=&&==",
    "nonce=%ED%A0%80",
    "scope=%01",
]


@pytest.mark.parametrize("query", ODD)
def test_an_odd_address_is_no_server_error(library, sam, query):
    assert sam.get(f"{library.question()}&{query}").status_code in (302, 400)
    assert sam.get(f"/riverside/openid/authorize/?{query}").status_code == 400
    path = f"{library.question()}&{query}".replace("/authorize/", "/answer/")
    assert sam.post(path, {"grant": "1"}).status_code in (200, 400)


@pytest.mark.parametrize("odd", ["\0", "x" * 10_000, "\ud800".encode("utf-8", "surrogatepass"), "é ☃"])
def test_odd_values_of_an_application_are_no_server_error(library, odd):
    names = ("grant_type", "code", "client_id", "client_secret", "code_verifier", "redirect_uri", "token")
    for where in ("token", "revoke", "userinfo"):
        for name in names:
            data = {"grant_type": "authorization_code", "client_id": library.application.pk, name: odd}
            response = library.server.post(f"/riverside/openid/{where}/", data)
            assert response.status_code in (400, 401), (where, name)
    for header in ("Basic \xff", "Basic AAA6AAA=", "Basic Og==", "Bearer", "Bearer \xe9", "Other x"):
        for where in ("token", "revoke", "userinfo"):
            response = library.server.post(f"/riverside/openid/{where}/", HTTP_AUTHORIZATION=header)
            assert response.status_code in (400, 401), (where, header)


# The code


def test_a_code_is_good_once_and_a_second_use_ends_what_it_fetched(library, sam):
    code = library.code(sam)
    token = library.fetch(code).json()["access_token"]
    other = library.tokens(sam)["access_token"]
    again = library.fetch(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert library.who(token).status_code == 401
    assert library.who(other).status_code == 200


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"code_verifier": "another-verifier-of-somebody-else-0123456789"}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_request"),
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_secret": ""}, "invalid_client"),
        ({"client_id": "unknown"}, "invalid_client"),
        ({"redirect_uri": "https://library.example/other"}, "invalid_request"),
        ({"redirect_uri": ""}, "invalid_request"),
        ({"code": "wrong"}, "invalid_grant"),
        ({"code": ""}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "unsupported_grant_type"),
        ({"grant_type": "urn:ietf:params:oauth:grant-type:device_code"}, "unsupported_grant_type"),
        ({"grant_type": "openid"}, "unauthorized_client"),
        ({"grant_type": ""}, "unsupported_grant_type"),
    ],
)
def test_a_code_is_not_given_for_anything_less(library, sam, values, error):
    code = library.code(sam)
    answer = library.fetch(**{"code": code} | values)
    assert answer.status_code in (400, 401)
    assert answer.json()["error"] == error
    assert not Token.objects.filter(type="at").exists()


def test_what_stands_in_the_address_of_the_token_endpoint_counts_for_nothing(library, sam):
    data = {"grant_type": "authorization_code", "code": library.code(sam), "redirect_uri": BACK}
    data |= {"client_id": library.application.pk}
    query = urlencode(data | {"client_secret": library.secret})
    assert library.server.post(f"/riverside/openid/token/?{query}", {}).status_code == 400
    token = library.tokens(sam)["access_token"]
    assert library.server.get(f"/riverside/openid/userinfo/?access_token={token}").status_code == 401


def test_a_code_dies_after_a_minute(library, sam, clock):
    code = library.code(sam)
    clock.pass_(seconds=61)
    assert library.fetch(code).json()["error"] == "invalid_grant"


def test_a_token_dies_after_a_quarter_of_an_hour(library, sam, clock):
    token = library.tokens(sam)["access_token"]
    clock.pass_(minutes=14)
    assert library.who(token).status_code == 200
    clock.pass_(minutes=2)
    assert library.who(token).status_code == 401


def test_another_application_cannot_use_a_code_or_end_a_token(district, library, sam):
    other = Party(add(district.admin, "Other"), "")
    other.secret = secret_of(other.application, district.admin)
    assert other.fetch(library.code(sam)).json()["error"] == "invalid_grant"
    token = library.tokens(sam)["access_token"]
    data = {"client_id": other.application.pk, "client_secret": other.secret, "token": token}
    assert other.server.post("/riverside/openid/revoke/", data).status_code == 200
    assert library.who(token).status_code == 200


def test_an_application_without_secret_needs_a_verifier(district, sam):
    app = public(district)
    bare = {"code_challenge": "", "code_challenge_method": ""}
    assert "error=invalid_request" in app.ask(sam, **bare).headers["Location"]
    assert app.fetch(app.code(sam)).status_code == 200
    assert app.fetch(app.code(sam), code_verifier="").json()["error"] == "invalid_request"


def test_one_with_a_secret_may_do_without_and_a_challenge_cannot_be_taken_out(library, sam):
    bare = {"code_challenge": "", "code_challenge_method": ""}
    assert library.fetch(library.code(sam, **bare), code_verifier="").status_code == 200
    assert library.fetch(library.code(sam, **bare)).json()["error"] == "invalid_grant"


def test_until_a_secret_is_made_none_opens(district, library, sam):
    other = Party(add(district.admin, "Other"), "")
    for secret in ("", "!", "None"):
        assert other.fetch(other.code(sam), client_secret=secret).status_code == 401


def test_nothing_that_opens_anything_stands_in_the_database(library, sam):
    code = library.code(sam)
    token = library.fetch(code).json()["access_token"]
    with connection.cursor() as cursor:
        for table in ("allauth_idp_oidc_token", "allauth_idp_oidc_client", "directory_signingkey", "cache"):
            cursor.execute(f"SELECT t::text FROM {table} t")  # noqa: S608  names from the line above
            rows = str(cursor.fetchall())
            assert not [s for s in (code, token, library.secret, "PRIVATE KEY") if s in rows], table


def test_a_flood_at_the_token_endpoint_is_stopped(library, monkeypatch):
    monkeypatch.setattr("mystaff.openid.endpoints.MOST", 3)
    found = [library.fetch("x", client_secret="x").status_code for _time in range(5)]
    assert found == [401, 401, 401, 429, 429]
