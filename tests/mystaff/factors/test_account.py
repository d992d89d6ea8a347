"""One's own second factors in My account: added, renamed, removed, and what the trail and the mail say."""

import re

import pytest
from allauth.mfa.models import Authenticator

from audit.models import Entry, Result
from directory import factors
from directory.models import Message
from tenants.models import Session
from tests.confirming import show_factor
from tests.conftest import PASSWORD
from tests.mystaff.factors.totp import code, give_app, give_codes, wrong

HERE = "/riverside/account/"


@pytest.fixture
def sam(district, sign_in):
    browser = sign_in(district.sam)
    browser.post("/riverside/confirm/", {"password": PASSWORD})
    return browser


def done(person) -> list[tuple[str, object, object]]:
    """What the trail says was done to this person, oldest first: the activity and what it was about."""
    found = Entry.objects.filter(target_id=person.pk, result=Result.SUCCESS).order_by("sequence")
    return [
        (entry.activity, item["oldValue"], item["newValue"])
        for entry in found
        for item in entry.modified_properties
    ]


def secret_shown(page: str) -> str:
    return re.search(r'<textarea id="secret"[^>]*>([^<]+)<', page)[1].replace(" ", "")


def codes_shown(page: str) -> list[str]:
    return re.search(r'<textarea id="codes"[^>]*>([^<]+)<', page)[1].split("&#10;")


def add_app(browser) -> tuple[str, list[str]]:
    """The secret, and the recovery codes that were shown."""
    secret = secret_shown(browser.get(f"{HERE}app/").content.decode())
    answer = browser.post(f"{HERE}app/", {"code": code(secret=secret)})
    assert answer.status_code == 200
    return secret, codes_shown(answer.content.decode())


def test_an_app_is_added_and_its_recovery_codes_are_shown_once(district, sam):
    secret, codes = add_app(sam)
    assert len(codes) == 10
    assert factors.kinds(district.sam) == ["Authenticator app", "Recovery codes"]
    assert done(district.sam) == [
        ("User registered security info", None, "Authenticator app"),
        ("User registered security info", None, "Recovery codes"),
    ]
    assert [message.name for message in Message.objects.all()] == ["factor_added"]
    # Sent again, it does and shows nothing.
    again = sam.post(f"{HERE}app/", {"code": code(secret=secret)})
    assert again.headers["Location"] == HERE
    page = sam.get(HERE).content.decode()
    assert "There is an authenticator app already." in page and codes[0] not in page


def test_the_code_that_proved_the_app_is_used_up(district, sam):
    secret, _codes = add_app(sam)
    row = Authenticator.objects.get(user=district.sam, type=factors.APP)
    used = row.data["last_step"]
    assert factors.step_of(secret, code(secret=secret), after=used) in (0, used + 1)


def test_a_wrong_code_adds_nothing_and_keeps_the_picture(district, sam):
    first = sam.get(f"{HERE}app/")
    secret = secret_shown(first.content.decode())
    answer = sam.post(f"{HERE}app/", {"code": wrong()})
    assert answer.status_code == 422 and secret_shown(answer.content.decode()) == secret
    assert not factors.has_any(district.sam)
    assert "no-store" in first.headers["Cache-Control"]


def test_no_secret_lies_readable_in_the_session_or_the_table(district, sam):
    secret = secret_shown(sam.get(f"{HERE}app/").content.decode())
    stored = [Session.objects.get().data, str(sam.session.items())]
    _secret, codes = add_app(sam)
    stored += [str(row.data) for row in Authenticator.objects.all()] + [str(sam.session.items())]
    stored += [
        str(entry.modified_properties) + str(entry.additional_details) for entry in Entry.objects.all()
    ]
    for text in stored:
        assert secret not in text
        assert not [one for one in codes if one in text]


def test_a_secret_that_waits_for_one_person_is_not_taken_for_another(district, sam, sign_in):
    secret = secret_shown(sam.get(f"{HERE}app/").content.decode())
    omar = sign_in(district.omar)
    omar.post("/riverside/confirm/", {"password": PASSWORD})
    session = omar.session
    session["pending_app"] = sam.session["pending_app"]
    session.save()
    assert secret_shown(omar.get(f"{HERE}app/").content.decode()) != secret


def test_the_picture_is_inline_and_says_what_it_is_for(district, sam):
    page = sam.get(f"{HERE}app/").content.decode()
    assert '<svg class="qr" role="img" aria-label="QR code for your app"' in page
    assert "style=" not in page


def test_new_recovery_codes_replace_the_old_ones_once(district, sam):
    _secret, old = add_app(sam)
    form = re.search(r'name="old" value="(\d+)"', sam.get(f"{HERE}recovery-codes/").content.decode())[1]
    answer = sam.post(f"{HERE}recovery-codes/", {"old": form})
    new = codes_shown(answer.content.decode())
    assert not set(new) & set(old) and "no-store" in answer.headers["Cache-Control"]
    assert sam.post(f"{HERE}recovery-codes/", {"old": form}).status_code == 302
    assert factors.proved_by(district.sam, old[0]) is None
    assert factors.proved_by(district.sam, new[0])


def test_with_the_last_factor_go_the_recovery_codes(district, sam):
    row = give_app(district.sam)
    give_codes(district.sam)
    show_factor(sam, district.sam)
    page = sam.get(f"{HERE}factors/{row.pk}/remove/").content.decode()
    assert "your recovery codes go too" in page and factors.has_any(district.sam)
    assert sam.post(f"{HERE}factors/{row.pk}/remove/").headers["Location"] == HERE
    assert factors.kinds(district.sam) == []
    assert [old for _activity, old, _new in done(district.sam)] == ["Authenticator app", "Recovery codes"]
    assert sam.post(f"{HERE}factors/{row.pk}/remove/").status_code == 404
    assert sam.get(f"{HERE}recovery-codes/").status_code == 302


@pytest.mark.parametrize("path", ["factors/{pk}/remove/", "keys/{pk}/"])
def test_what_is_somebody_elses_is_not_there(district, sam, path):
    row = give_app(district.omar)
    for pk in (row.pk, 2**70):
        for way in (sam.get, sam.post):
            assert way(HERE + path.format(pk=pk)).status_code == 404
    assert factors.has_any(district.omar)


@pytest.mark.parametrize("path", ["app/", "keys/", "recovery-codes/", "factors/1/remove/", "keys/1/"])
def test_each_wants_a_proof_of_the_last_minutes(district, sign_in, path):
    browser = sign_in(district.sam)
    for way in (browser.get, browser.post):
        assert (
            way(HERE + path).headers["Location"].startswith("/riverside/confirm/?next=%2Friverside%2Faccount")
        )


@pytest.mark.parametrize("path", ["app/", "keys/", "recovery-codes/", "factors/1/remove/", "keys/1/"])
def test_a_guest_has_none_here(district, lake, guest_maria, sign_in, path):
    maria = sign_in(district.maria)
    assert maria.get(f"/lakeshore/account/{path}").headers["Location"] == "/lakeshore/account/"
    assert "Second step at sign-in" not in maria.get("/lakeshore/account/").content.decode()


def test_a_session_from_before_stays(district, sam, sign_in):
    elsewhere = sign_in(district.sam)
    add_app(sam)
    assert elsewhere.get(HERE).status_code == 200


def test_where_no_secret_can_be_stored_it_is_said(district, sam, settings):
    settings.MYSTAFF_ENCRYPTION_KEYS = None
    page = sam.get(f"{HERE}app/", follow=True).content.decode()
    assert "This cannot be stored here yet." in page
