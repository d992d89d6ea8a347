"""Twilio: requests as its published description asks for, judged by a program that reads it."""

import pytest

from directory import notices
from directory.models import Message
from directory.notices import Deferred, Undeliverable
from directory.notifiers.twilio import Twilio

TO, CODE = "+14255550100", "731946"
ACCOUNT = "AC" + "0123456789abcdef" * 2


@pytest.fixture
def twilio(texts, allow, monkeypatch):
    """Settings of an account, at this port of loopback."""

    def at(port: int, **fields):
        monkeypatch.setattr(Twilio, "address", f"http://127.0.0.1:{port}")
        allow("127.0.0.1", port)
        row = texts(**{"gateway": "twilio", "account": ACCOUNT, "secret": "t0ken"} | fields)
        row.full_clean()
        return row

    return at


def send(district) -> None:
    notices.send_to("sms", TO, "code", district.sam, code=CODE, minutes=5)


@pytest.mark.parametrize("sender", ["+14255550111", "MG" + "0123456789abcdef" * 2])
def test_its_own_description_takes_the_request(district, twilio, described, sender):
    twilio(described.port, sender=sender)
    send(district)
    assert Message.objects.get().state == "sent"


def test_the_description_refuses_what_is_wrong(district, twilio, described):
    """So that the test above can fail."""
    row = twilio(described.port)
    row.account = "AC1"
    row.save()
    with pytest.raises(Undeliverable, match=r"refused it \(4\d\d\)"):
        send(district)


@pytest.mark.parametrize(("status", "error"), [(400, Undeliverable), (401, Undeliverable), (429, Deferred)])
def test_what_it_answers_is_told_as_a_number(district, twilio, web, status, error):
    twilio(web.port)
    web.status, web.body = status, b'{"code": 21211, "message": "731946 t0ken"}'
    with pytest.raises(error):
        send(district)
    assert Message.objects.get().reason == f"The gateway refused it ({status})."


def test_its_real_address():
    assert Twilio.address == "https://api.twilio.com"
