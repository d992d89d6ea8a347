"""SMPP: a real short message service centre on loopback, and what it takes."""

import pytest
from smpplib import gsm

from directory import notices
from directory.models import Message
from directory.notices import Deferred, Undeliverable
from directory.notifiers.smpp import Smpp

TO, CODE = "+14255550100", "731946"


@pytest.fixture
def smpp(texts, allow):
    """Settings of an account, at this port of loopback."""

    def at(port: int, **fields):
        host = fields.get("host", "127.0.0.1")
        allow(host, port)
        own = {"gateway": "smpp", "host": host, "port": port, "tls": False}
        row = texts(**own | {"account": "school", "secret": "p4ss"} | fields)
        row.full_clean()
        return row

    return at


def send(district, **values) -> None:
    notices.send_to("sms", TO, "code", district.sam, **{"code": CODE, "minutes": 5} | values)


def test_a_text_is_submitted(district, smpp, smsc):
    smpp(smsc.port)
    send(district)
    [taken] = smsc.taken(1)
    assert (taken["to"], taken["from"]) == ("14255550100", "14255550111")
    assert taken["text"].startswith(f"{CODE} is your code for Riverside")
    assert Message.objects.get().state == "sent"


def test_a_long_one_in_letters_of_any_alphabet_comes_in_parts(smpp, smsc):
    row = smpp(smsc.port, sender="School")
    text = "Код 731946 " * 20
    Smpp(row).send(TO, text)
    taken = smsc.taken(len(gsm.make_parts(text)[0]))
    assert len(taken) > 1 and "".join(part["text"] for part in taken) == text
    assert {part["from"] for part in taken} == {"School"}


def test_over_tls(district, smpp, smsc_tls):
    smpp(smsc_tls.port, host="localhost", tls=True)
    send(district)
    assert len(smsc_tls.taken(1)) == 1


def test_a_wrong_password_is_told_as_a_number(district, smpp, smsc):
    smpp(smsc.port, secret="wrong")
    with pytest.raises(Undeliverable):
        send(district)
    reason = Message.objects.get().reason
    assert reason.startswith("The gateway refused it (0x0000000") and "wrong" not in reason
    assert smsc.taken() == []


@pytest.mark.parametrize(("to", "error"), [("+14255550190", Undeliverable), ("+14255550191", Deferred)])
def test_a_refused_number_and_a_full_queue(smpp, smsc, to, error):
    with pytest.raises(error, match="refused it"):
        Smpp(smpp(smsc.port)).send(to, "x")


def test_nobody_answers_and_a_server_that_is_none(district, smpp, web):
    smpp(web.port)
    with pytest.raises(Deferred, match="did not answer"):
        send(district)


def test_a_host_that_nobody_allowed_is_not_connected_to(district, texts, smsc):
    texts(gateway="smpp", host="127.0.0.1", port=smsc.port, account="school", secret="p4ss", tls=False)
    with pytest.raises(Undeliverable, match="has no address"):
        send(district)
    assert smsc.taken() == []
