"""What a session that began with a badge may do, and when it ends."""

from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.test import Client

from directory import actions, guests, roles
from directory.door import Initiator
from directory.models import Badge, Invitation, User
from tests.conftest import assign, signed_in
from tests.mystaff.test_badge_sign_in import HERE, NEW, OWN, PIN, is_in, made, settled, try_pin

__all__ = ["made", "settled"]


def test_a_temporary_password_is_not_asked_about_and_not_to_be_replaced(district, settled):
    """They have no use for it, and did not show that they know it."""
    User.objects.filter(pk=district.pia.pk).update(must_change_password=True)
    browser = Client()
    try_pin(browser, settled.secret, OWN)
    assert is_in(browser)
    answer = browser.post(
        "/riverside/update-password/",
        {"new_password": "Velvet-Harbor-82", "confirm_new_password": "Velvet-Harbor-82"},
    )
    assert answer.headers["Location"] == "/riverside/account/"
    pia = User.objects.get(pk=district.pia.pk)
    assert pia.must_change_password and pia.password == district.pia.password


def test_ending_the_badge_ends_the_session(district, settled):
    browser = Client()
    try_pin(browser, settled.secret, OWN)
    assert is_in(browser)
    actions.end_badge(district.pia, "standard", by=Initiator(district.maria))
    assert not is_in(browser)


@pytest.mark.parametrize("how", ["over", "role", "guest"])
def test_a_session_ends_with_what_let_it_begin(district, lake, settled, clock, how):
    browser, by_password = Client(), signed_in(User.objects.get(pk=district.pia.pk))
    try_pin(browser, settled.secret, OWN)
    assert is_in(browser)
    if how == "over":
        Badge.objects.update(
            starts_at=clock.now - timedelta(days=2), ends_at=clock.now - timedelta(seconds=1)
        )
    elif how == "role":
        assign(district.pia, roles.PASSWORD, district.algebra)
    else:
        with lake.tenant.scope():
            guests.invite(district.pia.user_principal_name, by=Initiator(lake.admin))
        guests.accept(Invitation.objects.get(user=district.pia), by=Initiator(district.pia))
    assert not is_in(browser) and is_in(by_password)
    assert browser.get("/lakeshore/account/").status_code == 302


def test_a_session_planted_before_is_not_the_one_after(district, settled):
    browser = Client()
    session = browser.session
    session["planted"] = True
    session.save()
    browser.cookies[django_settings.SESSION_COOKIE_NAME] = session.session_key
    try_pin(browser, settled.secret, OWN)
    assert browser.cookies[django_settings.SESSION_COOKIE_NAME].value != session.session_key


def test_somebody_who_is_in_already_goes_home(district, made, sign_in):
    browser = sign_in(district.sam)
    for path in (HERE, PIN, NEW):
        assert browser.get(path).headers["Location"] == "/riverside/account/"
