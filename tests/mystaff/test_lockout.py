"""What people see of the lock on signing in: at the door, in self-service, and whoever looks after them."""

import pytest
from allauth.core.context import request_context
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory

from audit.models import Entry, Result
from directory import lockout, roles
from directory.models import FamiliarNetwork, Settings, User
from directory.recovery import throttle
from mystaff.signin.adapter import AccountAdapter
from tests import jobs
from tests.conftest import PASSWORD, assign
from tests.directory.recovery.conftest import OWN, codes_sent
from tests.directory.test_lockout import lock
from tests.mystaff.test_selfservice import NEW, SAM, ask, begin, headers, proved, words

SIGN_IN, UNLOCK = "/riverside/sign-in/", "/riverside/forgot-password/unlock/"
NOBODY = "nobody@riverside.example"
KNOW = "I know my password: unlock"


def try_to(name: str = SAM, password: str = PASSWORD, address: str = "127.0.0.1"):
    form = {"login": name, "password": password}
    return Client().post(SIGN_IN, form, REMOTE_ADDR=address)


def without_length(response) -> list[tuple[str, str]]:
    """The page has the name in it, as it was typed."""
    return [(name, value) for name, value in headers(response) if name != "Content-Length"]


def test_known_and_unknown_names_are_locked_alike(district, clock):
    User.objects.filter(pk=district.omar.pk).update(is_active=False)

    def told(name: str, password: str) -> list:
        answers = [try_to(name, f"{password} {number}") for number in range(10)] + [try_to(name)]
        return [(one.status_code, words(one).replace(name, ""), without_length(one)) for one in answers]

    known = told(SAM, "wrong")
    assert "Wait 1 minute, then try again, or ask Riverside help desk" in known[9][1]
    assert known[9] == known[10]
    assert told(NOBODY, "wrong") == known
    assert told("omar.diaz@riverside.example", "wrong") == known


def test_a_disabled_account_is_locked_by_its_right_password_too(district):
    """Else it could be told from a name that nobody has."""
    User.objects.filter(pk=district.sam.pk).update(is_active=False)
    for number in range(9):
        try_to(password=f"wrong {number}")
    assert "too many wrong tries" in words(try_to())


def test_how_long_it_lasts_is_said(district, clock):
    clock.now = lock(network="127.0.0.1").until
    assert "Wait 2 minutes" in words(try_to(password="another"))


def test_only_whoever_is_in_makes_a_network_familiar(district):
    try_to(password="wrong", address="203.0.113.5")
    assert not FamiliarNetwork.objects.exists()
    try_to(address="203.0.113.5")
    assert FamiliarNetwork.objects.count() == 1


def test_a_stranger_elsewhere_does_not_lock_out_at_school(district):
    try_to(address="192.0.2.1")
    for number in range(10):
        try_to(password=f"wrong {number}", address="203.0.113.5")
    assert "too many wrong tries" in words(try_to(address="203.0.113.6"))
    assert try_to(address="192.0.2.1").status_code == 302


def test_addresses_of_one_household_are_one_network(district):
    for number in range(10):
        try_to(password=f"wrong {number}", address=f"2001:db8::{number + 1}")
    assert "too many wrong tries" in words(try_to(address="2001:db8::ffff"))


def test_proving_oneself_again_counts_too(district):
    """What pages that ask for the password once more call."""
    request = RequestFactory().post("/riverside/")
    with request_context(request):
        adapter = AccountAdapter(request)
        assert adapter.reauthenticate(district.sam, PASSWORD)
        for number in range(9):
            assert not adapter.reauthenticate(district.sam, f"wrong {number}")
        with pytest.raises(ValidationError, match="too many wrong tries"):
            adapter.reauthenticate(district.sam, "tenth")
    assert "too many wrong tries" in words(try_to())


# Self-service


def locked_and_proved(client: Client) -> Client:
    lock(network="127.0.0.1")
    return proved(client)


def test_whoever_knows_the_password_after_all_unlocks_and_signs_in(district, client):
    assert KNOW in words(locked_and_proved(client).get(NEW))
    throttle.count(throttle.key_of(SAM), "sms")
    done = client.post(UNLOCK)
    assert "Your account is unlocked" in words(done) and client.cookies["mystaff_recovery"].value == ""
    assert try_to().status_code == 302
    assert throttle.Throttle.objects.get().tried["sms"]  # what was tried in self-service stays counted
    entry = Entry.objects.get(activity="Unlock user account (self-service)", result=Result.SUCCESS)
    assert entry.target_id == entry.actor_id == district.sam.pk
    assert {"key": "Ways", "value": "email"} in entry.additional_details


def test_it_is_offered_as_long_as_the_next_wrong_one_would_lock_again(district, client, clock):
    """A lock of a minute is over before a code has come."""
    lock(network="127.0.0.1")
    clock.pass_(minutes=2)
    assert KNOW in words(proved(client).get(NEW))


def test_it_can_be_done_once_and_the_way_back_is_over(district, client):
    locked_and_proved(client)
    cookies = dict(client.cookies)
    client.post(UNLOCK)
    lock(network="127.0.0.1")
    client.cookies.update(cookies)
    assert client.post(UNLOCK).headers["Location"] == "/riverside/forgot-password/"
    assert client.post(NEW, {"new_password": OWN, "confirm_new_password": OWN}).status_code == 302
    assert User.objects.get(user_principal_name=SAM).check_password(PASSWORD)
    assert lockout.locked_until(SAM)


def not_locked(client: Client) -> None:
    lockout.clear(SAM)


def switched_off(client: Client) -> None:
    Settings.objects.update(self_service_unlock=False)


@pytest.mark.parametrize("arrange", [not_locked, switched_off])
def test_it_is_offered_to_the_locked_where_the_tenant_has_it(district, client, arrange):
    arrange(locked_and_proved(client))
    before = lockout.locked_until(SAM)
    assert KNOW not in words(client.get(NEW))
    assert client.post(UNLOCK).headers["Location"] == NEW
    assert lockout.locked_until(SAM) == before
    assert not Entry.objects.filter(activity="Unlock user account (self-service)").exists()


def test_before_enough_was_proved_nothing_is_unlocked(district, client):
    lock(network="127.0.0.1")
    assign(district.sam, roles.PASSWORD, district.algebra)  # two ways
    assert client.post(UNLOCK).headers["Location"] == "/riverside/forgot-password/"
    begin(client)
    assert client.post(UNLOCK).status_code == 302
    ask(client)
    jobs.run()
    client.post("/riverside/forgot-password/code/", {"code": codes_sent()[-1]})
    assert client.post(UNLOCK).headers["Location"] == "/riverside/forgot-password/send/"
    assert lockout.locked_until(SAM)


def test_a_new_password_unlocks_too(district, client):
    locked_and_proved(client)
    client.post(NEW, {"new_password": OWN, "confirm_new_password": OWN})
    assert try_to(password=OWN).status_code == 302


# Whoever looks after the account


def test_a_manager_sees_the_lock_and_ends_it(district, sign_in):
    lock(network="127.0.0.1")
    jobs.run()
    maria, profile = sign_in(district.maria), f"/riverside/people/{district.sam.pk}/"
    page = words(maria.get(profile))
    assert "cannot sign in, at least from some places" in page
    assert "cannot reset a forgotten password alone" not in page
    assert "Too many wrong passwords or codes locked signing in" in page
    done = words(maria.post(f"{profile}unlock/", follow=True))
    assert "can sign in and reset" in done and "at least from some places" not in done
    assert try_to().status_code == 302


def test_both_locks_are_shown(district, sign_in):
    lock()
    throttle.Throttle.objects.create(
        name_key=throttle.key_of(SAM), locked_until=lockout.locked_until(SAM), tried={}
    )
    page = words(sign_in(district.maria).get(f"/riverside/people/{district.sam.pk}/"))
    assert "at least from some places" in page and "cannot reset a forgotten password alone" in page
