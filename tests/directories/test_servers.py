"""Servers as they are typed, and the order in which they are asked."""

import pytest

from directory.connectors import Refused
from directory.connectors.ldap import servers
from directory.connectors.ldap.servers import Server
from directory.models import ConnectedDirectory


@pytest.mark.parametrize(
    ("line", "host", "port", "starts_tls"),
    [
        ("dc1.ad.example:636", "dc1.ad.example", 636, False),
        ("DC1.ad.example", "dc1.ad.example", 636, False),
        ("ldaps://dc1.ad.example", "dc1.ad.example", 636, False),
        ("ldaps://dc1.ad.example:1636/", "dc1.ad.example", 1636, False),
        ("ldap://dc1.ad.example", "dc1.ad.example", 389, True),
        ("ldap://dc1.ad.example:1389", "dc1.ad.example", 1389, True),
        ("dc1.ad.example:389", "dc1.ad.example", 389, True),
        ("dc1.ad.example:3268", "dc1.ad.example", 3268, True),
        ("192.0.2.7:636", "192.0.2.7", 636, False),
        ("[2001:db8::7]:636", "2001:db8::7", 636, False),
        ("2001:db8::7", "2001:db8::7", 636, False),
    ],
)
def test_each_spelling_means_one_server_behind_tls(line, host, port, starts_tls):
    assert servers._parsed(line, "Riverside AD") == Server(host, port, starts_tls)


@pytest.mark.parametrize("line", ["dc1:0", "dc1:65536", "dc1:99999999999", ":636", "ldap://"])
def test_what_is_no_server_has_a_sentence(line):
    with pytest.raises(Refused, match="is no server"):
        servers._parsed(line, "Riverside AD")


def test_a_failure_is_one_tenants_own(district, lake, monkeypatch):
    monkeypatch.setattr(servers, "_failed", {})
    directory = ConnectedDirectory(name="AD", servers="one:636\ntwo:636\nthree:636")

    def order() -> list[str]:
        return [server.host for server in servers.servers_of(directory)]

    servers.note_failure(Server("one", 636, False))
    assert order() == ["two", "three", "one"]
    with lake.tenant.scope():
        assert order() == ["one", "two", "three"]


def test_each_but_the_last_has_half_of_the_time_that_is_left(monkeypatch):
    monkeypatch.setattr(servers, "monotonic", lambda: 100.0)
    three = [Server(name, 636, False) for name in ("one", "two", "three")]
    assert [share for _server, share in servers.in_turn(three, 4)] == [2, 2, 4]


@pytest.mark.parametrize("text", ["no PEM", "Überhaupt keins", "-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_an_authority_that_is_none_has_a_sentence(text):
    with pytest.raises(Refused, match="cannot be read"):
        servers.trust(ConnectedDirectory(name="AD", ca_certificates=text))


def test_without_an_authority_of_its_own_the_public_ones_are_trusted():
    context = servers.trust(ConnectedDirectory(name="AD"))
    assert context.check_hostname and context.verify_mode.name == "CERT_REQUIRED"
