"""**Get back into your account**: the pages, and that they tell strangers nothing."""

import re
from contextlib import suppress

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from directory import roles
from directory.models import EmailMethod, Group, PhoneMethod, Recovery, Settings, User, Way
from directory.recovery import flow, throttle
from tests import jobs
from tests.conftest import PASSWORD, assign
from tests.directory.recovery.conftest import HOME, OWN, codes_sent

FORGOT, SEND, CODE, NEW = (f"/riverside/forgot-password/{page}" for page in ("", "send/", "code/", "new/"))
SAM = "sam.reed@riverside.example"


def begin(client: Client, name: str = SAM):
    return client.post(FORGOT, {"username": name})


def ask(client: Client, way: str = "email", typed: str = HOME):
    return client.post(SEND, {"way": way, way: typed})


def words(response) -> str:
    return re.sub(r'(csrfmiddlewaretoken" value=")\w+', r"\1", response.content.decode())


def proved(client: Client) -> Client:
    begin(client), ask(client)
    jobs.run()
    response = client.post(CODE, {"code": codes_sent()[-1]})
    assert response.headers["Location"] == NEW
    return client


def test_from_forgot_password_to_signed_in(district, client):
    assert begin(client).headers["Location"] == SEND
    assert ask(client).headers["Location"] == CODE
    jobs.run()
    code = codes_sent()[-1]
    assert client.post(CODE, {"code": f"{code[:3]} {code[3:]}"}).headers["Location"] == NEW
    done = client.post(NEW, {"new_password": OWN, "confirm_new_password": OWN})
    assert "Your password has been reset" in words(done)
    assert client.cookies["mystaff_recovery"].value == ""
    signed_in = client.post("/riverside/sign-in/", {"login": SAM, "password": OWN})
    assert signed_in.headers["Location"] == "/riverside/account/"


def test_a_name_without_a_domain_is_the_tenants(district, client):
    begin(client, "Sam.Reed ")
    assert Recovery.objects.get().user_name == SAM


@pytest.mark.parametrize("name", ["x" * 250, "İ" * 250, "x" * 300, "a\0b"])
def test_a_name_that_nobody_can_have_is_said_so(district, client, name):
    assert begin(client, name).status_code == 422
    assert not Recovery.objects.exists()


def test_the_same_password_again_is_allowed_and_a_weak_one_is_not(district, client):
    proved(client)
    weak = client.post(NEW, {"new_password": "password", "confirm_new_password": "password"})
    assert weak.status_code == 422
    again = client.post(NEW, {"new_password": PASSWORD, "confirm_new_password": PASSWORD})
    assert again.status_code == 200 and "has been reset" in words(again)


def test_sent_again_the_last_form_leads_to_the_beginning(district, client):
    proved(client)
    form = {"new_password": OWN, "confirm_new_password": OWN}
    cookies = dict(client.cookies)
    client.post(NEW, form)
    client.cookies.update(cookies)
    assert client.post(NEW, form).headers["Location"] == FORGOT
    assert Entry.objects.filter(activity="Reset password (self-service)", result="success").count() == 1


def test_nobody_walks_past_a_step(district, client):
    for page in (SEND, CODE, NEW):
        assert client.get(page).headers["Location"] == FORGOT
    begin(client)
    assert client.get(CODE).headers["Location"] == SEND
    assert client.get(NEW).headers["Location"] == SEND
    assert client.post(NEW, {"new_password": OWN, "confirm_new_password": OWN}).status_code == 302
    ask(client)
    assert client.get(NEW).headers["Location"] == CODE
    assert client.get(SEND).status_code == 200  # another way may be chosen
    assert User.objects.get(user_principal_name=SAM).check_password(PASSWORD)


def test_a_managers_second_proof(district, client):
    assign(district.sam, roles.PASSWORD, district.algebra)
    begin(client), ask(client)
    jobs.run()
    assert client.post(CODE, {"code": codes_sent()[-1]}).headers["Location"] == SEND
    page = words(client.get(SEND))
    assert "another way" in page and "Mobile phone number" in page
    assert "Alternate email address" not in page
    assert ask(client).status_code == 422  # the same way once more is no choice
    ask(client, "sms", "(425) 555-0100")
    jobs.run()
    assert client.post(CODE, {"code": codes_sent(0, len(codes_sent()))[-1]}).headers["Location"] == NEW


def test_nothing_on_file_is_ever_shown(district, client):
    begin(client), ask(client, "email", "sam.h@example.org")
    jobs.run()
    pages = words(client.get(SEND)) + words(client.get(CODE))
    for hint in ("example.org", "home", "425", "•", "***"):
        assert hint not in pages


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, "Choose how the code should come."),
        ({"way": "email"}, "Type your alternate email address."),
        ({"way": "email", "email": "sam"}, "Enter a valid email address."),
        ({"way": "sms"}, "Type your mobile phone number."),
        ({"way": "sms", "sms": "12"}, "too short"),
        ({"way": "letter", "email": HOME}, "Select a valid choice"),
    ],
)
def test_what_is_missing_is_said_before_anything_is_counted(district, client, form, said):
    begin(client)
    response = client.post(SEND, form)
    assert response.status_code == 422
    assert said in words(response)
    assert jobs.queued() == []


def test_only_what_was_chosen_is_looked_at(district, client):
    begin(client)
    assert client.post(SEND, {"way": "email", "email": HOME, "sms": "12"}).status_code == 302


def test_an_anonymous_get_writes_nothing(district, client):
    begin(client), ask(client)
    with CaptureQueriesContext(connection) as captured:
        for page in (FORGOT, SEND, CODE, NEW, "/riverside/sign-in/"):
            client.get(page)
        Client().get(FORGOT)
    assert captured and not [one for one in captured if re.match("INSERT|UPDATE|DELETE", one["sql"].strip())]


# The same for every name


def nothing_on_file(district):
    EmailMethod.objects.all().delete()
    PhoneMethod.objects.all().delete()


def switched_off(district):
    User.objects.filter(pk=district.sam.pk).update(is_active=False)


def not_in_the_group(district):
    Settings.objects.update(
        self_service_reset="selected", self_service_group=Group.objects.create(name="Others")
    )


def another_address(district):
    EmailMethod.objects.update(address="elsewhere@example.org")


def set_by_nobody_who_counts(district):
    EmailMethod.objects.update(set_by=district.pia.pk)


UNSENT = [nothing_on_file, switched_off, not_in_the_group, another_address, set_by_nobody_who_counts]


def told(client: Client, name: str) -> list[tuple]:
    """All that a stranger sees who begins, asks, guesses wrong until it is locked, and begins again."""
    answers = [begin(client, name), client.get(SEND), ask(client), client.get(CODE)]
    jobs.run()
    answers += [client.get(CODE), client.post(CODE, {"again": "1"})]
    answers += [client.post(CODE, {"code": "none"}) for _n in range(6)]
    answers += [client.get(CODE), begin(client, name), begin(Client(), name), ask(Client())]
    jobs.run()
    return [(one.status_code, words(one), headers(one)) for one in answers]


def headers(response) -> list[tuple[str, str]]:
    """All but the time of day."""
    return sorted((name, value) for name, value in response.headers.items() if name != "Expires")


@pytest.mark.parametrize("arrange", UNSENT)
def test_a_name_that_gets_no_code_is_told_from_no_other(district, clock, arrange):
    known = told(Client(), SAM)
    throttle.clear(throttle.key_of(SAM))
    arrange(district)
    assert told(Client(), SAM) == known
    assert told(Client(), "nobody@riverside.example") == known
    assert told(Client(), "anyone@elsewhere.example") == known


def test_the_same_jobs_are_queued_for_every_name(district):
    def queued(name: str) -> list[str]:
        client = Client()
        begin(client, name), ask(client), client.post(CODE, {"code": "none"})
        return jobs.run()

    assert queued(SAM) == queued("nobody@riverside.example")


def test_a_locked_name_is_said_to_be_locked_and_whom_to_ask(district, client):
    begin(client), ask(client)
    answers = [client.post(CODE, {"code": "none"}) for _n in range(5)]
    assert [answer.status_code for answer in answers] == [422] * 4 + [429]
    assert "Too many tries" in words(answers[-1]) and "Riverside help desk" in words(answers[-1])
    assert begin(Client()).status_code == 429


def test_a_right_code_comes_too_late_for_a_locked_name(district, client):
    begin(client), ask(client)
    jobs.run()
    for _n in range(5):
        client.post(CODE, {"code": "none"})
    assert client.post(CODE, {"code": codes_sent()[-1]}).status_code == 429


# Switched off


def test_where_nobody_may_the_page_says_whom_to_ask(district, client):
    begin(client)
    Settings.objects.update(self_service_reset="nobody")
    for page in (FORGOT, SEND, CODE, NEW):
        for response in (client.get(page), client.post(page, {"username": SAM})):
            assert "Riverside help desk" in words(response)
            assert "Username" not in words(response)
    assert Recovery.objects.count() == 1


def test_operators_have_none_of_it(operator, client):
    assert "Username" not in words(client.get("/forgot-password/"))


def test_the_page_says_when_it_took_too_long(district, client, clock):
    begin(client)
    clock.pass_(minutes=16)
    assert "Please begin again" in words(client.get(FORGOT))


# Whom a manager sees locked


@pytest.fixture
def locked(district):
    key = throttle.key_of(SAM)
    for _n in range(5):
        with suppress(throttle.Locked):
            throttle.attempt(key, lambda: False)
    return key


def test_a_manager_sees_the_lock_and_ends_it(district, sign_in, locked):
    maria = sign_in(district.maria)
    profile = f"/riverside/people/{district.sam.pk}/"
    assert "until: Tomorrow" in words(maria.get(profile))
    done = maria.post(f"{profile}unlock/", follow=True)
    assert "reset a forgotten password alone again" in words(done)
    assert "until: Tomorrow" not in words(maria.get(profile))
    assert throttle.locked_until(locked) is None


def test_whoever_may_not_reset_may_not_unlock(district, sign_in, locked):
    helen = sign_in(district.helen)
    assign(district.sam, roles.GLOBAL)
    assert helen.post(f"/riverside/people/{district.sam.pk}/unlock/").status_code == 403
    assert sign_in(district.tom).post(f"/riverside/people/{district.sam.pk}/unlock/").status_code == 404
    assert throttle.locked_until(locked)


def test_the_cookie_holds_a_token_and_no_name(district, client):
    begin(client)
    cookie = client.cookies["mystaff_recovery"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["max-age"] == 15 * 60
    assert flow.under_way(cookie.value).user_name == SAM
    assert "sam" not in cookie.value and cookie.value not in str(Recovery.objects.values())
    assert Way.EMAIL == "email"


def test_one_network_can_only_ask_so_often(district, client, clock):
    for number in range(300):
        assert begin(client, f"somebody{number}").status_code == 302
    assert begin(client).status_code == 429
    assert "too many people are trying" in words(begin(client))
    assert client.get(FORGOT).status_code == 200
    assert client.post(FORGOT, {"username": SAM}, REMOTE_ADDR="203.0.113.8").status_code == 302
    clock.pass_(minutes=1)
    assert begin(client).status_code == 302
