"""Caches between people and the site: none keeps what was said to somebody, or hands on a forger's words."""

import pytest
from django.test import Client

from tests.conftest import signed_in

PERSONAL = (
    "/riverside/account/",
    "/riverside/account/app/",
    "/riverside/locations/",
    "/riverside/search/?q=nora",
    "/riverside/admin/",
    "/riverside/admin/directory/user/",
    "/riverside/switch/",
    "/riverside/sign-in/",
    "/riverside/forgot-password/",
)
# What makes a cache believe that a page is a file: an ending, a parameter, a slash that is none.
TRICKS = ("x.css", "x.js", ";x.css", "%3bx.css", "..%2fx.css", "%00.css", "%0a.css", "%23x.css", "%3fx.css")
FORGED = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Server": "evil.example",
    "X-Forwarded-Scheme": "nothttps",
    "X-Host": "evil.example",
    "Forwarded": "host=evil.example",
    "X-Original-URL": "/riverside/admin/",
    "X-Rewrite-URL": "/riverside/admin/",
}


@pytest.mark.parametrize("path", PERSONAL)
def test_no_cache_keeps_what_was_said_to_somebody(district, path):
    said = signed_in(district.admin).get(path).headers.get("Cache-Control", "")
    assert "no-store" in said or "private" in said, (path, said)


@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize("page", ["/riverside/account/", "/riverside/admin/directory/user/"])
def test_a_page_is_not_had_as_a_file(district, page, trick):
    answer = signed_in(district.admin).get(page + trick)
    assert answer.status_code in (301, 302, 400, 404), (page, trick)
    said, kept = answer.content.decode(), "no-store" not in answer.headers.get("Cache-Control", "")
    assert not (kept and (district.admin.display_name in said or district.nora.display_name in said))


@pytest.mark.parametrize("header", FORGED)
@pytest.mark.parametrize(
    "path", ["/", "/riverside/", "/riverside/sign-in/", "/riverside/.well-known/openid-configuration"]
)
def test_what_a_forger_sends_beside_the_host_changes_no_answer(district, path, header):
    plain, forged = Client().get(path), Client().get(path, headers={header: FORGED[header]})
    assert forged.status_code == plain.status_code
    assert "evil.example" not in forged.content.decode() + str(forged.headers)
    assert forged.headers.get("Location") == plain.headers.get("Location")


def test_a_forged_host_is_in_no_message_and_no_address(district):
    answer = Client(HTTP_HOST="evil.example").post(
        "/riverside/forgot-password/", {"username": district.sam.user_principal_name}
    )
    assert answer.status_code in (302, 400, 404)
    assert "evil.example" not in answer.headers.get("Location", "")
