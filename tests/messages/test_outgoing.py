"""The client for hosts that a tenant types: what it reaches, what it refuses, and how long it listens."""

import socket
from contextlib import suppress
from threading import Event
from time import sleep

import pytest

from directory import outgoing
from directory.outgoing import Forbidden, Unreachable
from tests.messages import servers

INSIDE = """
    127.0.0.1 127.8.9.1 0.0.0.0 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 169.254.1.1
    100.64.0.1 100.127.255.255 100.100.100.200 192.0.0.192 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1
    192.88.99.1 168.63.129.16 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
    :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1
    64:ff9b::a9fe:a9fe 64:ff9b:1::a00:1 fe80::1 fe80::1%1 fec0::1 fc00::1 fd00:ec2::254 ff02::1 ff0e::1
    2001:db8::1 2001::1 2001:10::1 2002:7f00:1::1 2002:a9fe:a9fe:: 100::1
"""
PUBLIC = """
    8.8.8.8 93.184.216.34 100.63.255.255 100.128.0.1 172.32.0.1 2606:4700:4700::1111 2a00:1450::1
    ::ffff:8.8.8.8 64:ff9b::808:808
"""


@pytest.mark.parametrize("address", INSIDE.split())
def test_what_is_inside_is_refused(address):
    assert not outgoing.is_public(address)


@pytest.mark.parametrize("address", PUBLIC.split())
def test_what_is_public_is_reached(address):
    assert outgoing.is_public(address)


@pytest.fixture
def names(monkeypatch):
    """Answers for names, each list for one question: the last for all that follow."""
    answers, asked = {}, []
    real = socket.getaddrinfo

    def resolve(host, port, *args, **kwargs):
        asked.append(host)
        if host not in answers:
            return real(host, port, *args, **kwargs)
        found = answers[host].pop(0) if len(answers[host]) > 1 else answers[host][0]
        return [entry for address in found for entry in real(address, port, type=socket.SOCK_STREAM)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    resolve.answers, resolve.asked = answers, asked
    return resolve


def ask(host: str, port: int, path: str = "/", scheme: str = "https", **kwargs) -> outgoing.Answer:
    return outgoing.request("GET", f"{scheme}://{host}:{port}{path}", headers={}, **kwargs)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "[::1]", "nowhere.invalid", "a" * 300],
)
def test_nothing_is_sent_to_a_host_inside_however_it_is_written(district, web, host):
    with pytest.raises(Forbidden, match="has no address that MyStaff may connect to"):
        ask(host, web.port)
    assert web.asked == []


def test_one_bad_address_among_good_ones_is_enough(district, web, names):
    names.answers["sms.example"] = [["93.184.216.34", "127.0.0.1"]]
    with pytest.raises(Forbidden):
        ask("sms.example", web.port)


def test_a_name_is_resolved_once_and_the_checked_address_is_the_one_connected_to(
    district, web, names, monkeypatch
):
    names.answers["sms.example"] = [["93.184.216.34"], ["127.0.0.1"]]
    connected = []

    def connect(address, timeout):
        connected.append(address)
        raise OSError

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(Unreachable):
        ask("sms.example", web.port)
    assert names.asked == ["sms.example"]
    assert connected == [("93.184.216.34", web.port)]


@pytest.mark.usefixtures("district")
def test_a_name_that_nobody_answers_for_is_given_up_and_tried_again_later(web, monkeypatch):
    """A tenant's own name server may take its time; the system's resolver has no limit that we set."""
    answered = Event()
    monkeypatch.setattr(outgoing, "LOOKED_UP", 0.2)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: answered.wait() and [])
    with pytest.raises(Unreachable, match="“slow.example” did not answer"):
        ask("slow.example", web.port)
    answered.set()


@pytest.mark.usefixtures("district")
def test_many_addresses_where_nobody_answers_take_no_longer_than_one(names, monkeypatch):
    names.answers["sms.example"] = [[f"93.184.216.{n}" for n in range(1, 60)]]
    now, patience = [0.0], []

    def connect(address, timeout):
        patience.append(timeout)
        now[0] += timeout
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", connect)
    monkeypatch.setattr(outgoing, "monotonic", lambda: now[0])
    with pytest.raises(Unreachable):
        ask("sms.example", 443)
    assert len(patience) > 10 and sum(patience) <= outgoing.LIMIT


def test_a_host_that_an_operator_allows_is_reached(district, web, allow):
    allow("127.0.0.1", web.port)
    web.status, web.body = 202, "grüß".encode()
    answer = ask("127.0.0.1", web.port, "/x?y=1", scheme="http")
    assert (answer.status, answer.text) == (202, "grüß")
    assert [(one.method, one.path) for one in web.asked] == [("GET", "/x?y=1")]


@pytest.mark.parametrize(
    ("host", "port", "tls", "header"),
    [
        ("sms.example", 443, True, "sms.example"),
        ("sms.example", 80, False, "sms.example"),
        ("sms.example", 443, False, "sms.example:443"),
        ("2606:4700::1", 8443, True, "[2606:4700::1]:8443"),
    ],
)
def test_the_host_is_named_as_a_browser_names_it(host, port, tls, header):
    assert outgoing._as_header(host, port, tls) == header


def test_for_this_tenant_and_this_port_only(district, lake, web, allow):
    allow("127.0.0.1", web.port)
    with pytest.raises(Forbidden):
        ask("127.0.0.1", web.port + 1)
    with lake.tenant.scope(), pytest.raises(Forbidden):
        ask("127.0.0.1", web.port, scheme="http")


def test_without_tls_only_what_an_operator_allows(district, names):
    names.answers["sms.example"] = [["93.184.216.34"]]
    with pytest.raises(Forbidden, match="https only"):
        ask("sms.example", 80, scheme="http")


def test_redirects_are_not_followed(district, web, allow):
    allow("127.0.0.1", web.port)
    web.status, web.headers = 302, {"Location": f"http://127.0.0.1:{web.port}/elsewhere"}
    assert ask("127.0.0.1", web.port, scheme="http").status == 302
    assert len(web.asked) == 1


def test_a_proxy_of_the_environment_is_not_asked(district, web, allow, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    allow("127.0.0.1", web.port)
    assert ask("127.0.0.1", web.port, scheme="http").status == 200


def test_no_more_of_an_answer_is_read_than_its_limit(district, web, allow):
    allow("127.0.0.1", web.port)
    web.body = b"x" * (outgoing.LARGEST + 9)
    assert len(ask("127.0.0.1", web.port, scheme="http").text) == outgoing.LARGEST


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\nX: y\r\n"])
def test_one_that_talks_for_ever_is_cut_off(district, web, allow, monkeypatch, first):
    """Each byte comes in time; only a limit for the whole ends it."""
    monkeypatch.setattr(outgoing, "LIMIT", 0.5)
    allow("127.0.0.1", web.port)

    def drip(handler) -> None:
        handler.wfile.write(first)
        with suppress(OSError):
            while True:
                handler.wfile.write(b"X: y\r\n" if first else b"H")
                sleep(0.02)

    web.talks = drip
    with pytest.raises(Unreachable, match="did not answer"):
        ask("127.0.0.1", web.port, scheme="http")


def test_the_certificate_must_be_the_names(district, names, allow, trusted):
    names.answers["other.example"] = [["127.0.0.1"]]
    with servers.web(trusted) as site:
        for host in ("localhost", "other.example"):
            allow(host, site.port)
        assert ask("localhost", site.port).status == 200
        with pytest.raises(Unreachable, match="certificate of “other.example” is not valid"):
            ask("other.example", site.port)
    assert len(site.asked) == 1


def test_a_certificate_that_nobody_vouches_for_is_refused(district, allow, trusted, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    with servers.web(trusted) as site:
        allow("localhost", site.port)
        with pytest.raises(Unreachable, match="certificate"):
            ask("localhost", site.port)
    assert site.asked == []


@pytest.mark.parametrize(
    "talk", [b"", b"no http at all\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n"]
)
def test_what_cannot_be_understood_is_unreachable_without_its_words(district, web, allow, talk):
    def say(handler) -> None:
        handler.wfile.write(talk)
        handler.close_connection = True

    web.talks = say
    allow("127.0.0.1", web.port)
    with pytest.raises(Unreachable, match="^“127.0.0.1” did not answer.$"):
        ask("127.0.0.1", web.port, scheme="http")


def test_a_port_where_nobody_listens(district, allow):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        allow("127.0.0.1", port)
        with pytest.raises(Unreachable):
            ask("127.0.0.1", port, scheme="http")


@pytest.fixture
def kept(web, allow):
    """A line to a server that keeps connections, and counts them."""
    allow("127.0.0.1", web.port)
    web.connections = set()

    def says(handler) -> None:
        handler.protocol_version = "HTTP/1.1"
        web.connections.add(handler.client_address)
        body = b"x" * int(handler.path.partition("=")[2] or 2)
        handler.close_connection = "closes" in handler.path or "rests" in handler.path
        handler.send_response(200)
        if "closes" in handler.path:
            handler.send_header("Connection", "close")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    web.talks = says
    with outgoing.Line() as line:

        def get(path: str, seconds: float = 5) -> outgoing.Answer:
            return line.get(f"http://127.0.0.1:{web.port}{path}", headers={}, seconds=seconds, largest=1000)

        yield get


@pytest.mark.usefixtures("district")
class TestLine:
    def test_many_requests_need_one_connection(self, web, kept):
        assert [kept(f"/{n}").text for n in range(5)] == ["xx"] * 5
        assert len(web.connections) == 1 and web.asked[0].headers.get("Connection") is None

    @pytest.mark.parametrize("how", ["closes", "rests"])
    def test_one_that_the_server_has_closed_is_made_anew(self, web, kept, how):
        assert [kept(f"/{how}{n}").status for n in range(3)] == [200] * 3
        assert len(web.connections) == 3 and len(web.asked) == 3

    def test_what_is_left_of_a_large_answer_is_no_part_of_the_next(self, web, kept):
        assert kept("/?size=2000").is_cut and kept("/").text == "xx"
        assert len(web.connections) == 2

    def test_each_request_has_its_own_limit(self, web, kept):
        assert kept("/").status == 200
        web.talks = lambda handler: sleep(0.6)
        with pytest.raises(Unreachable):
            kept("/", seconds=0.3)

    def test_an_address_inside_that_nobody_allowed_is_not_reached(self, web, kept):
        with outgoing.Line() as line, pytest.raises(Forbidden):
            line.get("http://127.0.0.2:80/", headers={}, seconds=5, largest=1)
