"""Signing in: one sentence for every failure, one person per browser, one page for a temporary password."""

import re

import pytest
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.test import Client

from directory import actions
from directory.door import Initiator
from directory.models import User
from tenants.models import Session
from tests.conftest import PASSWORD
from tests.mystaff.reading import words

NEW = "Maple-Bridge-93"
WRONG = "The username or the password is not right."


def try_to(name: str, password: str = PASSWORD, at: str = "/riverside", browser: Client | None = None):
    return (browser or Client()).post(f"{at}/sign-in/", {"login": name, "password": password})


def test_a_manager_lands_on_the_locations_and_others_on_their_account(district):
    assert try_to("maria.lopez@riverside.example").headers["Location"] == "/riverside/"
    assert try_to("sam.reed@riverside.example").headers["Location"] == "/riverside/account/"


@pytest.mark.parametrize("name", ["sam.reed", "Sam.Reed", "SAM.REED@Riverside.example", "  sam.reed "])
def test_a_name_without_domain_or_in_capitals_is_understood(district, name):
    assert try_to(name).status_code == 302


def test_every_failure_sounds_alike(district, lake, guest_maria):
    User.objects.filter(pk=district.omar.pk).update(is_active=False)
    User.objects.filter(pk=district.pia.pk).update(password="!")
    tries = [("nobody", PASSWORD), ("sam.reed", "wrong"), ("omar.diaz", PASSWORD), ("pia.moss", PASSWORD)]
    tries += [("ivy.chen@lakeshore.example", PASSWORD), ("x@unknown.example", PASSWORD)]
    seen = set()
    for name, password in tries:
        response = try_to(name, password)
        assert WRONG in response.content.decode()
        seen.add((response.status_code, words(response).replace(name, "NAME")))
    full = {page.replace("NAME@riverside.example", "NAME") for _status, page in seen}
    assert len({status for status, _page in seen}) == 1
    assert len(full) == 1


def test_a_guest_signs_in_at_home_only(district, lake, guest_maria):
    response = try_to("maria.lopez@riverside.example", at="/lakeshore")
    assert WRONG in response.content.decode()


def test_too_many_tries_are_stopped_without_saying_for_whom(district):
    browser = Client()
    for name in ("sam.reed", "no.body"):
        for number in range(10):
            try_to(name, f"wrong {number}", browser=browser)
        stopped = try_to(name, PASSWORD, browser=browser)
        assert stopped.status_code != 302
        assert "too many" in stopped.content.decode().lower()


def test_a_made_up_host_or_spelling_buys_no_more_tries(district):
    hosts = ["localhost", "LOCALHOST.", "127.0.0.1", "[::1]", "localhost:1"]
    names = ["sam.reed", "SAM.REED", " sam.reed ", "sam.reed@riverside.example", "Sam.Reed@RIVERSIDE.example"]
    for number, (host, name) in enumerate(zip(hosts * 2, names * 2, strict=True)):
        try_to(name, f"wrong {number}", browser=Client(HTTP_HOST=host))
    stopped = try_to("sam.reed", PASSWORD, browser=Client(HTTP_HOST="localhost:99"))
    assert "too many" in stopped.content.decode().lower()


def test_a_session_is_a_stranger_in_another_tenant(district, lake, sign_in):
    browser = sign_in(district.maria)
    assert browser.get("/riverside/").status_code == 302
    response = browser.get("/lakeshore/")
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/lakeshore/sign-in/")
    assert browser.get("/riverside/account/").status_code == 200  # and still signed in at home


def test_a_tenants_administrator_is_a_stranger_outside(district, sign_in):
    response = sign_in(district.admin).get("/admin/", follow=True)
    assert response.request["PATH_INFO"] == "/sign-in/"


def test_an_operator_is_a_stranger_inside(district, operator, sign_in):
    response = sign_in(operator).get("/riverside/admin/", follow=True)
    assert response.request["PATH_INFO"] == "/riverside/sign-in/"


def test_signing_in_as_somebody_else_ends_the_session(district, lake, sign_in):
    browser = sign_in(district.maria)
    assert try_to("ivy.chen", at="/lakeshore", browser=browser).status_code == 302
    assert browser.get("/lakeshore/account/").status_code == 200
    assert browser.get("/riverside/account/").status_code == 302
    with district.tenant.scope():
        assert Session.objects.count() == 0


def test_a_session_key_planted_before_is_not_the_one_after(district):
    browser = Client()
    with district.tenant.scope():
        session = browser.session
        session["planted"] = True
        session.save()
    browser.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    try_to("sam.reed", browser=browser)
    assert browser.cookies[settings.SESSION_COOKIE_NAME].value != session.session_key


def test_a_forged_key_naming_another_tenant_opens_nothing(district, lake, sign_in):
    browser = sign_in(district.maria)
    key = browser.cookies[settings.SESSION_COOKIE_NAME].value
    browser.cookies[settings.SESSION_COOKIE_NAME] = lake.tenant.pk.hex + key[32:]
    assert browser.get("/lakeshore/account/").status_code == 302
    assert browser.get("/riverside/account/").status_code == 302


def test_a_session_that_names_somebody_of_another_tenant_is_empty(district, lake, sign_in):
    """The wall, not the cookie, decides who is there."""
    browser = sign_in(district.maria)
    with district.tenant.scope():
        session = browser.session
        session[SESSION_KEY] = str(lake.ivy.pk)
        session.save()
    assert browser.get("/riverside/account/").status_code == 302


# Guests


def test_a_guest_helps_there_with_the_session_from_home(district, lake, guest_maria, sign_in):
    browser = sign_in(district.maria)
    assert browser.get(f"/lakeshore/people/{lake.ivy.pk}/").status_code == 200
    assert browser.get(f"/riverside/people/{district.sam.pk}/").status_code == 200


@pytest.mark.parametrize("deed", ["off", "reset", "declined", "guest_off"])
def test_the_home_row_decides_on_every_request(district, lake, guest_maria, sign_in, deed):
    from directory import guests
    from directory.models import Invitation

    browser = sign_in(district.maria)
    page = f"/lakeshore/people/{lake.ivy.pk}/"
    assert browser.get(page).status_code == 200
    if deed == "off":
        User.objects.filter(pk=district.maria.pk).update(is_active=False)
    elif deed == "reset":
        actions.reset_password(district.maria, NEW, by=Initiator(district.admin))
    elif deed == "declined":
        guests.decline(Invitation.objects.get(), by=Initiator(district.maria))
    else:
        with lake.tenant.scope():
            User.objects.filter(pk=guest_maria.pk).update(is_active=False)
    assert browser.get(page).status_code == 302


def test_a_guest_with_a_temporary_password_updates_it_at_home_first(district, lake, guest_maria, sign_in):
    browser = sign_in(district.maria)
    User.objects.filter(pk=district.maria.pk).update(must_change_password=True)
    assert browser.get("/lakeshore/").headers["Location"] == "/riverside/update-password/"


# Must change


@pytest.fixture
def temporary(district):
    actions.reset_password(district.nora, NEW, by=Initiator(district.tom))
    browser = Client()
    response = try_to("nora.field", NEW, browser=browser)
    assert response.status_code == 302
    return browser


@pytest.mark.parametrize("page", ["/", "/account/", "/account/password/", "/search/", "/switch/", "/admin/"])
def test_a_temporary_password_opens_one_page_only(temporary, page):
    assert temporary.get(f"/riverside{page}").headers["Location"] == "/riverside/update-password/"


def update(browser, new: str, again: str | None = None):
    data = {"new_password": new, "confirm_new_password": new if again is None else again}
    return browser.post("/riverside/update-password/", data)


def test_the_new_password_opens_the_rest(district, temporary):
    assert update(temporary, "Harbor-Lantern-64").headers["Location"] == "/riverside/account/"
    assert temporary.get("/riverside/account/").status_code == 200
    nora = User.objects.get(pk=district.nora.pk)
    assert nora.check_password("Harbor-Lantern-64")
    assert not nora.must_change_password


@pytest.mark.parametrize(
    ("new", "again", "sentence"),
    [
        (NEW, None, "not your last one"),
        ("short1A", None, "at least 8"),
        ("Nora-Field-2026", None, "name"),
        ("Harbor-Lantern-64", "Harbor-Lantern-65", "not the same"),
        ("", "", "required"),
    ],
)
def test_a_bad_new_password_is_told_and_never_shown_again(district, temporary, new, again, sentence):
    response = update(temporary, new, again)
    text = response.content.decode()
    assert response.status_code == 422
    assert sentence in text
    assert not new or new not in text
    assert User.objects.get(pk=district.nora.pk).must_change_password


# Signing out


def test_sign_out_ends_the_session_from_any_tenant(district, lake, guest_maria, sign_in):
    browser = sign_in(district.maria)
    assert browser.post("/lakeshore/sign-out/").status_code == 302
    assert browser.get("/riverside/account/").status_code == 302
    with district.tenant.scope():
        assert Session.objects.count() == 0


def test_sign_out_is_no_link(district, sign_in):
    browser = sign_in(district.sam)
    assert browser.get("/riverside/sign-out/").status_code == 405
    assert browser.get("/riverside/account/").status_code == 200


def test_what_was_done_is_not_told_to_the_next_person(district, sign_in):
    browser = sign_in(district.maria)
    browser.post(f"/riverside/people/{district.sam.pk}/phone/", {"phone_number": "+1 425 555 0142"})
    assert "0142" not in str(browser.cookies)
    browser.post("/riverside/sign-out/")
    try_to("omar.diaz", browser=browser)
    assert "0142" not in browser.get("/riverside/account/").content.decode()


# What is not mounted


@pytest.mark.parametrize(
    "path",
    [
        "accounts/login/",
        "accounts/signup/",
        "signup/",
        "accounts/password/reset/",
        "accounts/email/",
        "login/google/",
    ],
)
def test_the_libraries_own_pages_are_not_there(district, path):
    for prefix in ("/", "/riverside/"):
        assert Client().get(prefix + path).status_code in (302, 404)
        assert Client().post(prefix + path).status_code in (302, 403, 404)


def test_next_leads_nowhere_else(district):
    response = Client().post(
        "/riverside/sign-in/?next=https://evil.example/", {"login": "maria.lopez", "password": PASSWORD}
    )
    assert response.headers["Location"] == "/riverside/"


@pytest.mark.parametrize("password", [" Copper Lantern 47 ", "Kupfer-Lätérne-47-漢字", "Aa1-" * 64])
def test_a_password_counts_as_it_was_typed(district, password):
    actions.change_password(password, by=Initiator(district.sam))
    for other in {password.strip(), password.lower(), password[:-1]} - {password}:
        assert WRONG in try_to("sam.reed", other).content.decode()
    assert try_to("sam.reed", password).status_code == 302


def test_no_password_grows_too_old(district):
    User.objects.filter(pk=district.sam.pk).update(password_changed_at="2001-01-01T00:00Z")
    browser = Client()
    try_to("sam.reed", browser=browser)
    assert browser.get("/riverside/account/").status_code == 200


def test_what_is_typed_is_masked_and_may_be_filled_in(district, sign_in):
    page = Client().get("/riverside/sign-in/").content.decode()
    change = sign_in(district.sam).get("/riverside/account/password/").content.decode()
    for html, count, hint in ((page, 1, "current-password"), (change, 2, "new-password")):
        fields = [tag for tag in re.findall("<input[^>]*>", html) if f'autocomplete="{hint}"' in tag]
        assert len(fields) == count and all('type="password"' in tag for tag in fields)
        assert "onpaste" not in html
