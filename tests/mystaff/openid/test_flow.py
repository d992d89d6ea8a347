"""The code flow: what an application asks, gets and is told."""

from __future__ import annotations

import time

from django.test import Client

from audit.models import Entry, Result
from tests.directory.trail import last
from tests.mystaff.openid.conftest import BACK, came_back, sign_in_by_hand

SIGN_IN = "Sign in to application"


def test_a_signed_in_person_comes_back_with_a_code_and_is_known(district, library, sam):
    answer = came_back(library.ask(sam))
    assert answer.keys() == {"code", "state", "iss"}
    assert answer["iss"] == "http://testserver/riverside"
    tokens = library.fetch(answer["code"]).json()
    assert tokens.keys() == {"access_token", "expires_in", "token_type", "scope", "id_token"}
    assert (tokens["token_type"], tokens["expires_in"], tokens["scope"]) == ("Bearer", 900, "openid profile")
    claims = library.read(tokens["id_token"])
    names = {
        "sub": str(district.sam.pk),
        "preferred_username": "sam.reed@riverside.example",
        "name": "Sam Reed",
        "given_name": "Sam",
        "family_name": "Reed",
    }
    assert claims.items() >= names.items()
    assert claims["nonce"] == "nonce-of-theirs"
    assert claims["amr"] == ["pwd"]
    assert claims["acr"] == "https://refeds.org/profile/sfa"
    assert abs(claims["auth_time"] - time.time()) < 600
    technical = {"iss", "aud", "exp", "iat", "nonce", "at_hash", "jti", "auth_time", "amr", "acr"}
    assert claims.keys() == names.keys() | technical
    assert library.who(tokens["access_token"]).json() == names


def test_without_the_scope_profile_nobody_is_named(district, library, sam):
    tokens = library.tokens(sam, scope="openid email groups")
    assert tokens["scope"] == "openid"
    assert library.who(tokens["access_token"]).json() == {"sub": str(district.sam.pk)}


def test_a_stranger_signs_in_first_and_is_led_on_by_a_page(district, library):
    browser = Client()
    asked = library.ask(browser)
    assert asked.headers["Location"].startswith("/riverside/sign-in/?next=%2Friverside%2Fopenid%2Fcontinue")
    page = browser.get(asked.headers["Location"])
    where = page.context["redirect_field_value"]
    after = sign_in_by_hand(browser, district.sam, where)
    assert after.headers["Location"] == where
    # A page of its own, and no redirect: else the browser would say that the form leads to another site.
    onward = browser.get(where)
    assert onward.status_code == 200
    assert b'http-equiv="refresh" content="0; url=/riverside/openid/authorize/?' in onward.content
    assert library.read(library.tokens(browser)["id_token"])["sub"] == str(district.sam.pk)


def test_each_authorization_is_one_entry_in_the_trail(district, library, sam):
    before = Entry.objects.count()
    code = library.code(sam)
    library.fetch(code)
    assert Entry.objects.count() == before + 1
    entry = last(SIGN_IN)
    assert (entry.actor_id, entry.target_id, entry.result) == (
        district.sam.pk,
        district.sam.pk,
        Result.SUCCESS,
    )
    details = {pair["key"]: pair["value"] for pair in entry.additional_details}
    assert details["Application"] == "Library"
    assert code not in str(entry.additional_details)


def test_a_client_may_say_its_secret_in_the_header(library, sam):
    import base64

    basic = base64.b64encode(f"{library.application.pk}:{library.secret}".encode()).decode()
    library.server.defaults["HTTP_AUTHORIZATION"] = f"Basic {basic}"
    assert library.fetch(library.code(sam), client_id="", client_secret="").status_code == 200


def test_an_application_ends_its_token(library, sam):
    token = library.tokens(sam)["access_token"]
    assert library.who(token).status_code == 200
    data = {"client_id": library.application.pk, "client_secret": library.secret, "token": token}
    assert library.server.post("/riverside/openid/revoke/", data | {"client_secret": "x"}).status_code == 401
    assert library.who(token).status_code == 200
    assert library.server.post("/riverside/openid/revoke/", data).status_code == 200
    assert library.who(token).status_code == 401


def test_a_question_may_be_posted_and_then_stands_in_the_address(library, sam):
    path, _sign, query = library.question().partition("?")
    response = Client(enforce_csrf_checks=True).post(
        path, query, content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/riverside/openid/authorize/?response_type=code")
    assert BACK not in response.headers["Location"].partition("?")[0]


def test_the_discovery_document_field_by_field(district, library):
    response = Client().get("/riverside/.well-known/openid-configuration")
    here = "http://testserver/riverside"
    ways = ["client_secret_basic", "client_secret_post", "none"]
    assert response.json() == {
        "issuer": here,
        "authorization_endpoint": f"{here}/openid/authorize/",
        "token_endpoint": f"{here}/openid/token/",
        "userinfo_endpoint": f"{here}/openid/userinfo/",
        "revocation_endpoint": f"{here}/openid/revoke/",
        "end_session_endpoint": f"{here}/openid/end-session/",
        "jwks_uri": f"{here}/openid/keys/",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ways,
        "revocation_endpoint_auth_methods_supported": ways,
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "consent"],
        "scopes_supported": ["openid", "profile"],
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nonce", "auth_time", "acr", "amr"]
        + ["name", "given_name", "family_name", "preferred_username"],
        "acr_values_supported": ["https://refeds.org/profile/sfa", "https://refeds.org/profile/mfa"],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "authorization_response_iss_parameter_supported": True,
    }
    assert Client().get("/.well-known/openid-configuration").status_code == 404


def test_the_keys_are_public_halves(library):
    [key] = Client().get("/riverside/openid/keys/").json()["keys"]
    assert key.keys() == {"kty", "n", "e", "key_ops", "kid", "use", "alg"}
    assert (key["use"], key["alg"], key["key_ops"]) == ("sig", "RS256", ["verify"])
