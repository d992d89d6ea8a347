"""My account, change password, switch organization: for everyone, with a role or without."""

import pytest
from django.test import Client

from directory import guests, roles
from directory.door import Initiator
from directory.models import Invitation, User
from tests.conftest import PASSWORD, assign

HERE, NEW = "/riverside/account/", "Velvet-Canyon-83"


def change(browser, **typed):
    fields = {"current_password": PASSWORD, "new_password": NEW, "confirm_new_password": NEW}
    return browser.post("/riverside/account/password/", fields | typed)


@pytest.fixture
def invited(district, lake):
    """Sam is asked to help at Lakeshore, and has not answered."""
    with lake.tenant.scope():
        guests.invite(district.sam.user_principal_name, by=Initiator(lake.admin))
    return Invitation.objects.get(user=district.sam)


def test_it_shows_ones_own_details_in_full(district, sign_in):
    page = sign_in(district.sam).get(HERE).content.decode()
    for words in ("Sam Reed", "sam.reed<wbr>", "+1 425-555-0100", "sam.home@example.org"):
        assert words in page


def test_the_search_is_for_those_with_the_portal(district, sign_in):
    assert 'type="search"' not in sign_in(district.sam).get(HERE).content.decode()
    assert 'type="search"' in sign_in(district.maria).get(HERE).content.decode()


def test_the_password_is_changed_and_this_browser_stays(district, sign_in):
    browser = sign_in(district.sam)
    assert change(browser).status_code == 302
    assert User.objects.get(pk=district.sam.pk).check_password(NEW)
    assert "Your password is changed." in browser.get(HERE).content.decode()


def test_a_changed_password_ends_the_other_sessions(district, sign_in):
    here, elsewhere = sign_in(district.sam), sign_in(district.sam)
    assert change(here).status_code == 302
    assert here.get(HERE).status_code == 200
    assert elsewhere.get(HERE).status_code == 302


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"current_password": "wrong"}, "This is not your current password."),
        ({"confirm_new_password": "other"}, "The two passwords are not the same."),
        ({"new_password": PASSWORD, "confirm_new_password": PASSWORD}, "not your last one"),
        ({"new_password": "Reed-Canyon-83"}, "name"),
    ],
)
def test_a_change_that_will_not_do_says_why(district, sign_in, typed, said):
    response = change(sign_in(district.sam), **typed)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert NEW not in response.content.decode()
    assert User.objects.get(pk=district.sam.pk).check_password(PASSWORD)


def test_an_open_session_is_no_place_to_guess_the_password(district, sign_in):
    browser = sign_in(district.sam)
    said = [change(browser, current_password=f"guess {n}").content.decode() for n in range(10)]
    for page in said[:9]:
        assert "not your current password" in page and "too many wrong tries" not in page
    assert "too many wrong tries" in said[-1] and "not your current password" not in said[-1]
    right = change(browser)
    assert right.status_code == 422 and "too many wrong tries" in right.content.decode()
    assert User.objects.get(pk=district.sam.pk).check_password(PASSWORD)


def test_tries_here_and_at_sign_in_are_counted_together(district, sign_in):
    browser = sign_in(district.sam)
    for number in range(5):
        change(browser, current_password=f"guess {number}")
        Client().post("/riverside/sign-in/", {"login": "sam.reed", "password": f"other guess {number}"})
    assert "too many wrong tries" in change(browser).content.decode()


def test_the_new_password_is_no_place_to_guess_the_old_one(district, sign_in):
    """Whether it is the last one is told to those who have just proved to know it."""
    guess = {"current_password": "wrong", "new_password": PASSWORD, "confirm_new_password": PASSWORD}
    assert "not your last one" not in change(sign_in(district.sam), **guess).content.decode()


def test_an_invitation_is_accepted(district, invited, sign_in):
    browser = sign_in(district.sam)
    page = browser.get(HERE).content.decode()
    assert "Lakeshore Academies asks you to help there" in page
    answer = browser.post(HERE, {"invitation": invited.pk, "accept": "1"}, follow=True).content.decode()
    assert "You can now switch to Lakeshore Academies." in answer
    assert "Switch organization" in answer
    assert 'href="/lakeshore/"' in browser.get("/riverside/switch/").content.decode()


def test_an_invitation_is_declined(district, invited, sign_in):
    browser = sign_in(district.sam)
    browser.post(HERE, {"invitation": invited.pk, "decline": "1"})
    page = browser.get(HERE).content.decode()
    assert "asks you to help" not in page
    assert "Switch organization" not in page


@pytest.mark.parametrize("number", ["", "x", "-1", "0", "9" * 30, "9" * 5000, "²"])
def test_an_invitation_that_is_not_there(district, sign_in, number):
    assert sign_in(district.sam).post(HERE, {"invitation": number, "accept": "1"}).status_code == 404


def test_nobody_answers_for_somebody_else(district, invited, sign_in):
    response = sign_in(district.omar).post(HERE, {"invitation": invited.pk, "accept": "1"})
    assert response.status_code == 404


def test_a_guest_learns_who_looks_after_the_account_and_changes_nothing(district, guest_maria, sign_in):
    browser = sign_in(district.maria)
    page = browser.get("/lakeshore/account/").content.decode()
    assert "Riverside Unified School District looks after your account" in page
    assert "Change password" not in page
    assert browser.get("/lakeshore/account/password/").status_code == 302


def test_a_guest_helps_in_the_other_organization_only_where_asked(district, lake, guest_maria, sign_in):
    browser = sign_in(district.maria)
    with lake.tenant.scope():
        place = lake.harbor.pk
    page = browser.get(f"/lakeshore/locations/{place}/").content.decode()
    assert "Ivy Chen" in page
    assert "Switch organization" in page
    assert "Sam Reed" not in page


def test_everyone_signed_in_can_sign_out_everywhere(district, sign_in):
    assign(district.tom, roles.HELPDESK)
    for who, path in (
        ("sam", HERE),
        ("sam", "/riverside/"),
        ("tom", "/riverside/"),
        ("tom", "/riverside/nowhere/"),
    ):
        assert "Sign out" in sign_in(getattr(district, who)).get(path).content.decode(), path
