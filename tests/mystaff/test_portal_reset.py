"""Reset password: generated or typed, in one response only, and once for each press."""

import re
from html import unescape

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from audit.models import Entry, Result
from directory import connectors
from directory.connectors import Refused, Unreachable
from directory.models import AdministrativeUnit, Settings, User
from mystaff.portal.once import claim, ticket
from tests.conftest import PASSWORD

GOOD = "Velvet-Canyon-83"


@pytest.fixture
def path(district):
    return f"/riverside/people/{district.sam.pk}/reset-password/"


@pytest.fixture
def maria(district, sign_in) -> Client:
    return sign_in(district.maria)


def ticket_in(response) -> str:
    return re.search(r'name="ticket" value="([^"]+)"', response.content.decode())[1]


def press(browser, path, **typed):
    """Open the page, then press one of its buttons."""
    return browser.post(path, {"ticket": ticket_in(browser.get(path))} | typed)


def shown_in(response) -> str:
    return unescape(re.search(r'id="temporary"[^>]* value="([^"]+)"', response.content.decode())[1])


def fresh(person) -> User:
    return User.objects.get(pk=person.pk)


def test_one_press_makes_a_password_and_shows_it(district, maria, path):
    response = press(maria, path, generate="1")
    page = response.content.decode()
    assert response.status_code == 200
    assert "Password has been reset</h1>" in page
    assert re.search(r'<label for="temporary">Temporary password</label>', page)
    assert "readonly" in page
    sam = fresh(district.sam)
    assert sam.check_password(shown_in(response))
    assert sam.must_change_password


def test_the_page_with_the_password_is_never_kept(district, maria, path):
    response = press(maria, path, generate="1")
    assert "no-store" in response["Cache-Control"]
    assert shown_in(response) not in maria.get(path).content.decode()


def test_a_password_typed_into_a_page_too_old_is_said_to_be_unused(district, maria, path):
    old = {"ticket": ticket_in(maria.get(path)), "new_password": "Velvet-Otter-82"}
    press(maria, path, generate="1")
    said = maria.post(path, old, follow=True).content.decode()
    assert "already been reset" in said and "The password you typed was not used." in said
    assert not fresh(district.sam).check_password("Velvet-Otter-82")


def test_a_reload_neither_shows_it_nor_resets_again(district, maria, path):
    used = {"ticket": ticket_in(maria.get(path)), "generate": "1"}
    first = maria.post(path, used)
    before = fresh(district.sam).password
    again = maria.post(path, used)
    assert (again.status_code, again.url) == (302, f"/riverside/people/{district.sam.pk}/")
    assert "already been reset" in str(list(get_messages(again.wsgi_request))[0])
    assert fresh(district.sam).password == before
    assert shown_in(first) not in again.content.decode()
    assert Entry.objects.filter(result=Result.SUCCESS, target_id=district.sam.pk).count() == 1


def test_two_presses_at_once_do_it_once(district):
    value = ticket(district.sam)
    assert [claim(value, district.sam), claim(value, district.sam)] == [True, False]


def test_a_page_left_open_does_nothing_after_somebody_elses_reset(district, maria, sign_in, path):
    old = ticket_in(maria.get(path))
    press(sign_in(district.admin), path, generate="1")
    password = fresh(district.sam).password
    assert maria.post(path, {"ticket": old, "generate": "1"}).status_code == 302
    assert fresh(district.sam).password == password


@pytest.mark.parametrize("value", ["", "x", "a:b:c", "\x00"])
def test_without_a_ticket_nothing_happens(district, maria, path, value):
    assert maria.post(path, {"ticket": value, "generate": "1"}).status_code == 302
    assert fresh(district.sam).check_password(PASSWORD)


def test_a_ticket_is_for_one_person(district):
    assert not claim(ticket(district.pia), district.sam)


def test_a_typed_password_is_set_and_not_shown(district, maria, path):
    response = press(maria, path, new_password=GOOD)
    assert "Password has been reset</h1>" in response.content.decode()
    assert GOOD not in response.content.decode()
    assert fresh(district.sam).check_password(GOOD)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Type a new password."),
        ("Ab1-", "at least 8 characters"),
        ("Reed-Canyon-83", "must not contain the name on the account"),
        ("Riverside-Can-83", "must not contain the name on the account"),
        ("P" + "x" * 300 + "1-", "at most 256 characters"),
    ],
)
def test_a_typed_password_that_will_not_do_says_why_and_loses_nothing(district, maria, path, typed, said):
    response = press(maria, path, new_password=typed)
    page = unescape(response.content.decode())
    assert response.status_code == 422
    assert page.count(said) == 2, "in the summary and at the field"
    assert '<a href="#id_new_password">' in page
    assert 'aria-invalid="true"' in page
    assert not typed or typed not in page
    assert fresh(district.sam).check_password(PASSWORD)
    assert ticket_in(response)


def test_a_mistake_does_not_use_the_page_up(district, maria, path):
    value = ticket_in(maria.get(path))
    maria.post(path, {"ticket": value, "new_password": "short"})
    assert maria.post(path, {"ticket": value, "new_password": GOOD}).status_code == 200


@pytest.mark.parametrize("pressed", [{"generate": "1"}, {"new_password": GOOD}])
@pytest.mark.parametrize(
    "error",
    [
        Refused("The directory wants a longer one."),
        Unreachable("“dc1” did not answer.", "Try again later."),
        Refused("Base not there (32).", "Ask your IT department."),
    ],
)
def test_what_an_authority_says_is_shown_and_nothing_has_changed(
    district, maria, path, monkeypatch, error, pressed
):
    class Broken:
        def set_password(self, person, password, *, must_change):
            raise error

    monkeypatch.setitem(connectors.AUTHORITIES, "local", Broken)
    response = press(maria, path, **pressed)
    assert response.status_code == 422
    assert error.plain in response.content.decode()
    assert Entry.objects.get(result=Result.FAILURE).result_reason == str(error)
    if error.plain != str(error):
        assert str(error) not in response.content.decode()
    assert GOOD not in response.content.decode()
    assert fresh(district.sam).check_password(PASSWORD)
    monkeypatch.undo()
    again = maria.post(path, {"ticket": ticket_in(response)} | pressed)
    assert again.status_code == 200


@pytest.mark.parametrize(
    ("who", "whom", "reason"),
    [
        ("maria", "maria", "This is your own account."),
        ("helen", "admin", "Ada holds Global Administrator."),
        ("maria", "omar", "Omar is not in your locations."),
    ],
)
def test_a_refusal_has_one_sentence_wherever_it_is_met(district, sign_in, who, whom, reason):
    Settings.objects.update(look_up_everyone=True)
    browser, person = sign_in(getattr(district, who)), getattr(district, whom)
    profile = browser.get(f"/riverside/people/{person.pk}/")
    path = f"/riverside/people/{person.pk}/reset-password/"
    answers = [
        browser.get(path),
        browser.post(path, {"generate": "1"}),
        browser.post(path, {"new_password": GOOD}),
    ]
    assert reason in unescape(profile.content.decode())
    assert [answer.status_code for answer in answers] == [403] * 3
    assert all(reason in unescape(answer.content.decode()) for answer in answers)
    assert fresh(person).check_password(PASSWORD)


def test_a_refused_post_stands_in_the_trail_and_a_look_does_not(district, sign_in):
    browser, path = sign_in(district.helen), f"/riverside/people/{district.admin.pk}/reset-password/"
    browser.get(path)
    assert not Entry.objects.filter(result=Result.DENIED).exists()
    browser.post(path, {"generate": "1"})
    denied = Entry.objects.get(result=Result.DENIED)
    assert denied.result_reason == "Ada holds Global Administrator."
    assert {"key": "Source", "value": "My Staff"} in denied.additional_details


def test_who_is_not_seen_is_not_there(district, maria):
    path = f"/riverside/people/{district.omar.pk}/reset-password/"
    assert maria.get(path).status_code == maria.post(path, {"generate": "1"}).status_code == 404


def test_the_trail_says_where_it_came_from_and_holds_no_password(district, maria, path):
    password = shown_in(press(maria, path, generate="1"))
    entry = Entry.objects.get(result=Result.SUCCESS, target_id=district.sam.pk)
    assert (entry.actor_name, entry.ip_address) == ("Maria López", "127.0.0.1")
    assert {"key": "Source", "value": "My Staff"} in entry.additional_details
    assert not any(password in str(vars(line)) for line in Entry.objects.all())


@pytest.mark.parametrize(
    ("style", "looks"),
    [
        ("words", r"([A-Z][a-z]+-){3}\d"),
        ("word-and-digits", r"[A-Z][a-z]+-\d{4}-[A-Z][a-z]+"),
        ("strong", r"(\w{4}-){3}\w{4}"),
    ],
)
def test_the_location_decides_how_passwords_look(district, maria, path, style, looks):
    AdministrativeUnit.objects.filter(pk=district.lincoln.pk).update(password_style=style)
    assert re.fullmatch(looks, shown_in(press(maria, path, generate="1")))


def test_the_slip_can_be_read_out(district, maria, path):
    response = press(maria, path, generate="1")
    page = response.content.decode()
    spoken = re.findall(r'<li><span class="code" translate="no">(.)</span>', page)
    assert "".join(map(unescape, spoken)) == shown_in(response)
    assert "hyphen" in page


def test_from_sign_in_to_a_reset_and_back_in(district, path):
    manager, person = Client(), Client()
    manager.post("/riverside/sign-in/", {"login": "maria.lopez", "password": PASSWORD})
    temporary = shown_in(press(manager, path, generate="1"))
    answer = person.post("/riverside/sign-in/", {"login": "sam.reed", "password": temporary}, follow=True)
    assert "Update your password</h1>" in answer.content.decode()
    answer = person.post("/riverside/update-password/", {"new_password": GOOD, "confirm_new_password": GOOD})
    assert (answer.status_code, answer.url) == (302, "/riverside/account/")
    assert person.get("/riverside/account/").status_code == 200
