"""A directory's servers: which of them is asked first, and how each is connected to."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic

from django.utils.translation import gettext as _

from directory.connectors import Refused
from directory.connectors.plainly import look_at
from directory.models import ConnectedDirectory
from tenants import scopes

LDAPS = 636
PLAIN = {389, 3268}  # ports on which TLS begins with StartTLS (RFC 4511, 4.14)
REMEMBERED = 60  # seconds that a server which failed is asked last, in this process

_failed: dict[tuple[object, Server], float] = {}


@dataclass(frozen=True)
class Server:
    """One line of the servers: dc1.ad.example:636, or ldap://… for StartTLS. Nothing goes without TLS."""

    host: str
    port: int
    starts_tls: bool

    def __str__(self) -> str:
        return self.host


def servers_of(directory: ConnectedDirectory) -> list[Server]:
    """In the order in which to ask them. Raises Refused where there are none."""
    lines = [line.strip() for line in directory.servers.splitlines() if line.strip()]
    if not lines:
        sentence = _("No server is set for %(directory)s.")
        raise Refused(sentence % {"directory": directory.name}, look_at(directory.name))
    listed = [_parsed(line, directory.name) for line in lines]
    return sorted(listed, key=_failed_lately)


def _parsed(line: str, directory: str) -> Server:
    scheme, separator, rest = line.rpartition("://")
    host, _colon, port = rest.strip("/").rpartition(":") if _names_port(rest) else (rest.strip("/"), "", "")
    number = int(port[:6]) if port else (389 if scheme == "ldap" else LDAPS)
    if not host or not 0 < number < 65536:
        raise Refused(_("“%(line)s” is no server.") % {"line": line}, look_at(directory))
    return Server(host.strip("[]").lower(), number, scheme == "ldap" or (not separator and number in PLAIN))


def _names_port(rest: str) -> bool:
    host, colon, port = rest.strip("/").rpartition(":")
    # An IPv6 address with a port stands in brackets (RFC 3986, 3.2.2).
    return bool(colon) and port.isascii() and port.isdigit() and (":" not in host or host.endswith("]"))


def note_failure(server: Server) -> None:
    """Ask it last for a while."""
    now = monotonic()
    for key in [key for key, until in list(_failed.items()) if until <= now]:
        _failed.pop(key, None)
    _failed[scopes.require(), server] = now + REMEMBERED


def _failed_lately(server: Server) -> bool:
    return _failed.get((scopes.require(), server), 0) > monotonic()


def trust(directory: ConnectedDirectory) -> ssl.SSLContext:
    """What its certificates are checked with: the directory's own authority, or the public ones.

    Raises Refused for an authority that is none.
    """
    try:
        # Without any of its own the context trusts what the system does.
        context = ssl.create_default_context(cadata=directory.ca_certificates.strip() or None)
    except (ssl.SSLError, TypeError, ValueError):  # letters beyond ASCII are a TypeError
        sentence = _("The certificate authority of %(directory)s cannot be read.")
        raise Refused(sentence % {"directory": directory.name}, look_at(directory.name)) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def in_turn(servers: list[Server], seconds: float) -> Iterator[tuple[Server, float]]:
    """Each server with the seconds it may take: all but the last have half of what is left."""
    end = monotonic() + seconds
    for server in servers[:-1]:
        yield server, (end - monotonic()) / 2
    yield servers[-1], end - monotonic()
