"""The instance's front page: a username leads by its domain to the right tenant."""

import pytest
from django.test import Client

from tests.conftest import PASSWORD
from tests.mystaff.reading import words


@pytest.mark.parametrize(
    ("name", "leads_to"),
    [
        ("sam.reed@riverside.example", "/riverside/sign-in/"),
        ("nobody@RIVERSIDE.example", "/riverside/sign-in/"),
        ("ivy.chen@lakeshore.example", "/lakeshore/sign-in/"),
        ("operator@mystaff.example", "/sign-in/"),
    ],
)
def test_a_name_leads_by_its_domain_and_is_carried_over(district, lake, operator, name, leads_to):
    browser = Client()
    response = browser.post("/", {"username": name})
    assert response.headers["Location"] == leads_to
    assert name in browser.get(leads_to).content.decode()


def test_the_carried_name_is_gone_once_somebody_signed_in(district):
    browser = Client()
    browser.post("/", {"username": "sam.reed@riverside.example"})
    browser.post("/riverside/sign-in/", {"login": "sam.reed", "password": PASSWORD})
    browser.post("/riverside/sign-out/")
    assert "sam.reed" not in browser.get("/riverside/sign-in/").content.decode()


def test_unknown_domains_get_one_neutral_sentence(district):
    pages = {
        words(Client().post("/", {"username": n})).replace(n, "") for n in ("a@x.example", "b@localhost")
    }
    assert len(pages) == 1


@pytest.mark.parametrize(
    ("typed", "said"), [("", "Type your username."), ("maria.lopez", "with the part after the @.")]
)
def test_half_a_name_is_told_what_is_missing_and_nothing_else(district, typed, said):
    page = Client().post("/", {"username": typed}).content.decode()
    assert said in page and "No organization here" not in page


def test_a_tampered_carried_name_is_ignored(district):
    browser = Client()
    browser.cookies["username"] = "forged@riverside.example"
    assert "forged@" not in browser.get("/riverside/sign-in/").content.decode()


@pytest.mark.parametrize(
    "path", ["/riverside%252Fsign-in/", "/%2572iverside/sign-in/", "/riverside/sign%252Din/"]
)
def test_an_address_is_decoded_once(riverside, path):
    assert Client().get(path.replace("%25", "%")).status_code == 200
    assert Client().get(path).status_code == 404


def test_what_is_typed_is_decoded_once(district, sign_in):
    told = Client().post("/", {"username": "sam.reed%40riverside.example"})
    assert "with the part after the @" in told.content.decode()
    page = sign_in(district.maria).get("/riverside/search/?q=%253Cb%253E%2526amp%253B").content.decode()
    assert "<h1>Results for “%3Cb%3E%26amp%3B”</h1>" in page
