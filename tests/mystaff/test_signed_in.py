"""Where somebody is signed in: listed to the hour, ended at once, everywhere, and by nobody else."""

import re

import pytest
from django.db import OperationalError
from django.test import Client

from directory.models import User
from mystaff.account.devices import device
from tenants import sessions
from tenants.models import Session
from tests.conftest import PASSWORD
from tests.directory.trail import outcomes
from tests.mystaff.reading import text_of

HERE, END = "/riverside/account/", "/riverside/account/sessions/end/"
CHROMIUM = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"
EDGE = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROMIUM} Edg/130.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"
CHROMEBOOK = f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {CHROMIUM}"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"


def browser(person: User, user_agent: str = FIREFOX) -> Client:
    """Signed in with the password, as browsers do."""
    client = Client(headers={"User-Agent": user_agent})
    form = {"login": person.user_principal_name, "password": PASSWORD}
    assert client.post("/riverside/sign-in/", form).status_code == 302
    return client


def handles(client: Client) -> list[str]:
    return re.findall(r'name="session" value="(\w+)"', client.get(HERE).content.decode())


@pytest.mark.parametrize(
    ("user_agent", "said"),
    [
        (EDGE, "Edge on Windows"),
        (IPHONE, "Safari on iPhone"),
        (CHROMEBOOK, "Chrome on Chromebook"),
        (FIREFOX, "Firefox on Linux"),
        ("curl/8.0", "A browser that does not say what it is"),
        ("", "A browser that does not say what it is"),
    ],
)
def test_a_device_in_plain_words(user_agent, said):
    assert str(device(user_agent)) == said


def test_the_list(district):
    here, there = browser(district.sam, EDGE), browser(district.sam, IPHONE)
    browser(district.omar, CHROMEBOOK)
    page = text_of(here.get(HERE))
    assert "Edge on Windows This device" in page and "Safari on iPhone" in page
    assert "Chromebook" not in page and "From 127.0.0.1." in page
    assert len(handles(here)) == len(handles(there)) == 1


def test_one_is_ended_at_once(district):
    here, there = browser(district.sam), browser(district.sam, IPHONE)
    [handle] = handles(here)
    answer = here.post(END, {"session": handle}, follow=True)
    assert "You are signed out there." in text_of(answer)
    assert there.get(HERE).url.startswith("/riverside/sign-in/")
    assert here.get(HERE).status_code == 200 and handles(here) == []
    assert outcomes("Revoke session") == ["success"]
    assert "over already" in text_of(here.post(END, {"session": handle}, follow=True))


def test_all_others_are_ended(district):
    here, one, two = (browser(district.sam) for _n in range(3))
    assert "signed out everywhere else" in text_of(here.post(END, {"others": "1"}, follow=True))
    assert here.get(HERE).status_code == 200
    for client in (one, two):
        assert client.get(HERE).status_code == 302
    assert Session.objects.filter(owner=district.sam.pk).count() == 1
    assert outcomes("Update StsRefreshTokenValidFrom Timestamp") == ["success"]


def test_a_guests_session_is_ended_from_home_and_dead_in_the_other_organization(district, lake, guest_maria):
    here, there = browser(district.maria), browser(district.maria)
    assert there.get("/lakeshore/account/").status_code == 200
    [handle] = handles(here)
    here.post(END, {"session": handle})
    assert there.get("/lakeshore/account/").status_code == 302
    assert here.get("/lakeshore/account/").status_code == 200
    other = browser(district.maria)
    here.post(END, {"others": "1"})
    assert other.get("/lakeshore/account/").status_code == 302
    assert here.get("/lakeshore/account/").status_code == 200


def test_a_guest_ends_nothing_from_elsewhere(district, lake, guest_maria):
    maria, other = browser(district.maria), browser(district.maria)
    [handle] = handles(maria)
    assert maria.post("/lakeshore/account/sessions/end/", {"session": handle}).url == "/lakeshore/account/"
    assert other.get(HERE).status_code == 200


def test_nobody_ends_somebody_elses_session(district, lake, sign_in):
    sam, omar = browser(district.sam), browser(district.omar)
    rows = list(Session.objects.filter(owner=district.sam.pk))
    for guess in (*(row.handle for row in rows), *(row.key_hash for row in rows), "", "-", "0" * 32, "é"):
        omar.post(END, {"session": guess})
    with lake.tenant.scope():
        kai = sign_in(lake.kai)
    for row in rows:
        kai.post("/lakeshore/account/sessions/end/", {"session": row.handle})
    kai.post("/lakeshore/account/sessions/end/", {"others": "1"})
    assert outcomes("Revoke session") == []
    omar.post(END, {"others": "1"})
    assert sam.get(HERE).status_code == 200
    assert omar.get(HERE).status_code == 200


def test_a_get_ends_nothing(district):
    here, there = browser(district.sam), browser(district.sam)
    [handle] = handles(here)
    assert here.get(END, {"session": handle, "others": "1"}).status_code == 405
    assert there.get(HERE).status_code == 200


def test_sessions_from_before_a_reset_are_not_listed(district):
    old = browser(district.sam)
    person = User.objects.get(pk=district.sam.pk)
    person.revoke_sessions()
    person.save()
    assert handles(browser(district.sam)) == []
    assert old.get(HERE).status_code == 302


def test_it_is_noted_once_an_hour(district, clock, sign_in):
    clock.now = clock.now.replace(minute=30)
    sam = sign_in(district.sam)
    sam.get(HERE, REMOTE_ADDR="10.1.2.3")
    row = Session.objects.get()
    assert row.seen_at == clock.now.replace(minute=0, second=0, microsecond=0)
    assert row.address == "10.1.2.3" and row.owner == district.sam.pk
    clock.pass_(minutes=29)
    sam.get(HERE, REMOTE_ADDR="10.9.9.9")
    row.refresh_from_db()
    assert row.address == "10.1.2.3"
    clock.pass_(minutes=2)
    sam.get(HERE, REMOTE_ADDR="10.9.9.9", HTTP_USER_AGENT="x" * 999 + "\0\n")
    row.refresh_from_db()
    assert row.address == "10.9.9.9" and row.user_agent == "x" * 256


def test_an_answer_comes_even_if_nothing_can_be_noted(district, sign_in, monkeypatch):
    def fail(*args) -> None:
        raise OperationalError

    monkeypatch.setattr(sessions.SessionStore, "note", fail)
    assert sign_in(district.sam).get(HERE).status_code == 200


def test_what_a_browser_says_of_itself_is_escaped(district):
    sam = browser(district.sam, "<script>alert(1)</script> Firefox/1")
    assert "<script>alert" not in sam.get(HERE).content.decode()


def test_somebody_halfway_through_signing_in_is_nobodys_session(district):
    Client().get("/riverside/sign-in/")
    assert not Session.objects.filter(owner__isnull=False).exists()
    browser(district.sam)
    assert (
        len(sessions.of(district.sam.pk, User.objects.get(pk=district.sam.pk).get_session_auth_hash())) == 1
    )
