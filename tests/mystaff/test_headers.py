"""What every answer says to browsers, as in production; and which methods and files are answered."""

import logging

import pytest
from django.test import Client, override_settings

from tests.conftest import PASSWORD

YEAR = 365 * 24 * 60 * 60
AS_IN_PRODUCTION = override_settings(
    SECURE_SSL_REDIRECT=True,
    SECURE_HSTS_SECONDS=YEAR,
    SECURE_HSTS_INCLUDE_SUBDOMAINS=True,
    SECURE_HSTS_PRELOAD=True,
)
KINDS = {
    "/": 200,
    "/no-such-page/": 404,
    "/health/": 200,
    "/riverside/sign-in/": 200,
    "/riverside/accent.css": 200,
    "/riverside/admin/": 302,
    "/riverside/openid/userinfo/": 401,
    "/static/ui.js": 200,
    "/static/icons.svg": 200,
}


@pytest.fixture
def answer(riverside):
    with AS_IN_PRODUCTION:
        browser = Client()  # its middleware reads the settings with its first request
        yield lambda path, **more: browser.get(path, secure=True, **more)


@pytest.mark.parametrize("path", KINDS)
def test_every_kind_of_answer_tells_browsers_the_same(answer, path):
    response = answer(path)
    assert response.status_code == KINDS[path]
    headers = response.headers
    assert headers["Strict-Transport-Security"] == f"max-age={YEAR}; includeSubDomains; preload"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    policy = headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} <= {
        *policy
    }
    assert "unsafe" not in headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/", "/no-such-page/", "/riverside/sign-in/", "/static/ui.js"])
def test_pages_and_scripts_say_how_they_are_written(answer, path):
    kind, _semicolon, written = answer(path).headers["Content-Type"].partition("; ")
    assert kind in ("text/html", "text/javascript") and written.replace('"', "") == "charset=utf-8"


@pytest.mark.parametrize("path", ["/", "/riverside/sign-in/", "/riverside/openid/userinfo/", "/static/ui.js"])
def test_no_page_may_be_read_by_another_site(answer, path):
    """Files are the same for everybody; what is said to anybody is not."""
    allowed = answer(path, headers={"origin": "https://evil.example"}).headers
    assert "Access-Control-Allow-Credentials" not in allowed
    if not path.startswith("/static/"):
        assert "Access-Control-Allow-Origin" not in allowed


@pytest.mark.parametrize("path", ["/riverside/.well-known/openid-configuration", "/riverside/openid/keys/"])
def test_what_applications_read_first_may_be_read_by_all(answer, path):
    assert answer(path).headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", ["/static/", "/static/vendor/", "/static/../manage.py", "/.git/config"])
def test_no_folder_is_listed_and_nothing_else_is_served(answer, path):
    assert answer(path).status_code == 404


@pytest.mark.parametrize("path", ["/", "/riverside/sign-in/", "/health/"])
def test_a_trace_sends_nothing_back(answer, riverside, path):
    response = Client().generic("TRACE", path, headers={"authorization": "Bearer of-mine"})
    assert b"of-mine" not in b"".join(response) and response.headers["Content-Type"] != "message/http"


def test_plain_http_is_led_to_https(answer, riverside):
    response = Client().get("/riverside/sign-in/")
    assert (response.status_code, response["Location"]) == (301, "https://testserver/riverside/sign-in/")


def test_nothing_in_an_address_begins_a_line_of_the_log(answer, caplog):
    with caplog.at_level(logging.DEBUG, "django.request"):
        answer("/no%0Aforged%0D%1Bline/")
    told = [record.getMessage() for record in caplog.records if "forged" in record.getMessage()]
    assert told and not any(sign in text for text in told for sign in "\n\r\x1b")


@override_settings(SESSION_COOKIE_SECURE=True, CSRF_COOKIE_SECURE=True)
def test_every_cookie_is_for_https_for_us_and_not_for_scripts(answer, district):
    browser = Client()
    begin = {"username": district.sam.user_principal_name}
    browser.post("/", begin, secure=True)
    browser.post("/riverside/forgot-password/", begin, secure=True)
    browser.get("/riverside/sign-in/", secure=True)
    browser.post("/riverside/sign-in/", {"login": "sam.reed", "password": PASSWORD}, secure=True)
    kept = {name: cookie for name, cookie in browser.cookies.items() if cookie.value}
    assert {"mystaff", "mystaff_csrf", "mystaff_recovery"} <= set(kept)
    for name, cookie in browser.cookies.items():
        if cookie.value:
            told = cookie["secure"], cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]
            assert told == (True, True, "Lax", "/", ""), name
