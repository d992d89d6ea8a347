"""A directory that does not answer, or has too much to do, is a sentence on every page."""

import pytest
from django.contrib.messages import get_messages

from directory import connectors
from directory.connectors import Unreachable
from directory.connectors.memory import Memory
from directory.models import EmailMethod, PhoneType
from tests.confirming import confirmed
from tests.conftest import signed_in
from tests.mystaff.test_security_info import EMAIL, OFFICE, newest_code

BUSY = "Riverside AD has too much to do. Try again later."


@pytest.fixture
def sam(district, monkeypatch):
    """His password lives where nobody has time."""
    monkeypatch.setitem(connectors.AUTHORITIES, "memory", lambda: Memory(Unreachable(BUSY)))
    district.sam.authority = "memory"
    district.sam.save(update_fields=["authority"])
    return district.sam


def test_unlocking_says_so(district, sam):
    answer = signed_in(district.maria).post(f"/riverside/people/{sam.pk}/unlock/")
    assert answer.status_code == 302
    assert [str(said) for said in get_messages(answer.wsgi_request)] == [BUSY]


def test_an_office_phone_that_cannot_be_kept_there_is_not_kept_here(sam):
    answer = confirmed(sam).post(OFFICE, {"destination": "+14255550122"})
    assert answer.status_code == 422 and BUSY in answer.content.decode()
    assert not sam.phones.filter(phone_type=PhoneType.OFFICE).exists()


def test_what_was_proved_and_cannot_be_kept_there_is_not_kept_here(sam):
    browser = confirmed(sam)
    browser.post(EMAIL, {"destination": "new.home@example.org"})
    answer = browser.post(f"{EMAIL}code/", {"code": newest_code()})
    assert answer.url == EMAIL
    assert BUSY in browser.get(EMAIL).content.decode()
    assert EmailMethod.objects.get(user=sam).address == "sam.home@example.org"
