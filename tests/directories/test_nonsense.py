"""Servers that answer with something else than LDAP, or with what no server should say."""

import socket
import ssl
from io import BytesIO
from threading import Thread

import ldap3
import pytest

from audit.models import Entry, Result
from directory import actions, connectors, outgoing
from directory.connectors import AuthorityError
from directory.connectors.checking import is_right
from directory.connectors.ldap.link import Link
from directory.door import Initiator
from directory.lockout import Undecided
from directory.models import ConnectedDirectory, DirectoryKind, User
from tests.directories.certificates import Authority
from tests.directories.conftest import allow, lives_at

HOST = "127.0.0.1"
NEW = "Maple-Bridge-93"


def message(number: int, operation: bytes) -> bytes:
    return b"\x30" + bytes([3 + len(operation)]) + b"\x02\x01" + bytes([number]) + operation


def result(tag: int, code: int, text: bytes = b"") -> bytes:
    """A whole LDAPResult (RFC 4511, 4.1.9)."""
    inside = b"\x0a\x01" + bytes([code]) + b"\x04\x00" + b"\x04" + bytes([len(text)]) + text
    return bytes([tag, len(inside)]) + inside


YES = message(1, result(0x61, 0))  # to a bind

# What is said, one after the other, to whatever is asked.
NONSENSE = {
    "nothing, and good-bye": [],
    "another protocol": [b"HTTP/1.1 400 Bad Request\r\n\r\n"],
    "zeros": [b"\0" * 64],
    "a length without an end": [b"\x30\x84\x7f\xff\xff\xff"],
    "a length of a hundred bytes": [b"\x30\xe4" + b"\xff" * 100],
    "half a message": [YES[:5]],
    "an answer to another question": [message(9, result(0x61, 0))],
    "a result that nobody knows": [message(1, result(0x61, 117))],
    "an empty bind response": [message(1, b"\x61\x00")],
    "the other kind of answer": [message(1, result(0x67, 0))],
    "yes, then nonsense": [YES, b"\x30\x03\x02\x01"],
    "yes, then an entry that is none": [YES, message(2, b"\x64\x02\x04\x00")],
    "yes, then a number without an end": [YES, message(2, b"\x65\x0b\x0a\x09" + b"\x01" * 9)],
    "yes, then a sequence that says it is none": [YES, message(2, b"\x64\x04\x04\x00\x10\x00")],
    "yes, then that the session is over": [
        YES,
        b"\x30\x24\x02\x01\x00\x78\x1f\x0a\x01\x34\x04\x00\x04\x00\x8a\x161.3.6.1.4.1.1466.20036",
    ],
}


class Talker:
    """A TLS server that says these things, and notes what it hears."""

    def __init__(self, authority: Authority, folder, said: list[bytes]) -> None:
        authority.sign(HOST, folder)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        self.listening = socket.create_server((HOST, 0))
        self.port, self.said, self.heard = self.listening.getsockname()[1], said, b""
        Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                raw, _address = self.listening.accept()
                with self.context.wrap_socket(raw, server_side=True) as link:
                    self._talk(link)
            except OSError:
                if self.listening.fileno() < 0:
                    return

    def _talk(self, link: ssl.SSLSocket) -> None:
        for one in self.said:
            self.heard += link.recv(65536)
            link.sendall(one)
        self.heard += link.recv(65536)


@pytest.fixture(autouse=True)
def counted_from_one(monkeypatch):
    """ldap3 numbers the messages of a process, and an answer to another one is nonsense by that alone."""
    monkeypatch.setattr(ldap3.Server, "_message_counter", 0)


@pytest.fixture(params=NONSENSE, ids=str)
def talker(request, tmp_path):
    authority = Authority()
    speaking = Talker(authority, tmp_path, NONSENSE[request.param])
    speaking.ca = authority.pem
    yield speaking
    speaking.listening.close()


@pytest.fixture
def zoe(district, talker, monkeypatch) -> User:
    monkeypatch.setattr(connectors, "CONNECTED", 2)
    allow(district.tenant, HOST, talker.port)
    ConnectedDirectory.objects.create(
        key="odd",
        name="Odd directory",
        kind=DirectoryKind.ACTIVE_DIRECTORY,
        enabled=True,
        servers=f"{HOST}:{talker.port}",
        ca_certificates=talker.ca,
        base_dn="DC=ad,DC=example",
        account="mystaff",
        secret="secret",
        writes_passwords=True,
        checks_passwords=True,
    )
    return lives_at("odd", "zoe.ray@riverside.example", district.lincoln_students)


def test_a_deed_fails_with_a_sentence_and_the_password_is_not_sent(district, zoe, talker, caplog):
    with pytest.raises(AuthorityError):
        actions.reset_password(zoe, NEW, by=Initiator(district.maria))
    entry = Entry.objects.get(result=Result.FAILURE)
    assert entry.result_reason.endswith((" Try again later.", "in."))
    assert not User.objects.get(pk=zoe.pk).must_change_password
    assert NEW.encode("utf-16-le") not in talker.heard
    assert NEW not in caplog.text and "secret" not in caplog.text


def test_a_flood_is_cut(monkeypatch):
    """Whatever a server sends, no more than one answer's worth is kept."""

    class Flood:
        taken = 0

        def recv(self, size: int) -> bytes:
            Flood.taken += size
            return (b"\x30\x84\x7f\xff\xff\xff" * size)[:size]

        def sendall(self, data: bytes) -> None: ...

        def close(self) -> None: ...

    link = Link("dc1", Flood(), most=100_000)
    with pytest.raises(outgoing.Unreachable):
        link.bind("mystaff", "secret")
    assert Flood.taken < 200_000


def tlv(tag: int, content: bytes) -> bytes:
    """An element of BER, with a length of four bytes."""
    return bytes([tag, 0x84]) + len(content).to_bytes(4) + content


# A megabyte of the smallest there are would be sixty of objects, and a page has sixty-four of them.
SMALL = {
    "entries": tlv(0x30, b"\x02\x01\x02" + tlv(0x64, b"\x04\x00\x30\x00")) * 40_000,
    "values": tlv(
        0x30,
        b"\x02\x01\x02"
        + tlv(0x64, b"\x04\x00" + tlv(0x30, tlv(0x30, b"\x04\x01a" + tlv(0x31, b"\x04\x00" * 400_000)))),
    ),
}


@pytest.mark.parametrize("flood", SMALL)
def test_of_small_things_too_there_are_only_so_many(flood):
    class Sent(BytesIO):
        recv = BytesIO.read

        def sendall(self, data: bytes) -> None: ...

    link = Link("dc1", Sent(YES + SMALL[flood] + message(2, result(0x65, 0))), most=2**20)
    assert link.bind("mystaff", "secret").is_done
    with pytest.raises(outgoing.Unreachable):
        link.search("DC=ad", "(objectClass=*)", ["1.1"])


def test_nobody_signs_in(zoe, talker):
    with pytest.raises(Undecided):
        is_right(zoe, NEW)
    assert NEW.encode() not in talker.heard
