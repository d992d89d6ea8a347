"""One LDAP connection, on a socket of ours: ldap3 makes the messages, outgoing.py the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ssl import SSLContext
from typing import Any

import ldap3
from django.utils.translation import gettext as _
from ldap3.core.exceptions import LDAPExceptionError

from directory import outgoing
from directory.connectors.ldap.messages import Messages
from directory.connectors.ldap.servers import Server

START_TLS = "1.3.6.1.4.1.1466.20037"  # RFC 4511, 4.14.1
PAGED = "1.2.840.113556.1.4.319"  # RFC 2696

# RFC 4511, appendix A
SUCCESS, SIZE_LIMIT, REFERRAL, NO_SUCH_OBJECT, INVALID_CREDENTIALS = 0, 4, 10, 32, 49
# Another server, or the same one later, may do it: it says that it has done nothing.
PASSING = {REFERRAL, 51, 52}  # busy, unavailable

ALIASES = ldap3.DEREF_NEVER  # they may lead out of the base that people are looked for below

LARGEST = 1024 * 1024  # bytes of an answer about one person

Control = tuple[str, bool, bytes | None]


@dataclass(frozen=True)
class Outcome:
    """What a server said: the result's code, its text, which is never shown, and its controls."""

    code: int
    text: str = field(repr=False, default="")
    controls: dict[str, Any] = field(repr=False, default_factory=dict)

    @property
    def is_done(self) -> bool:
        return self.code == SUCCESS


@dataclass(frozen=True)
class Found:
    """One entry; attributes by their names in small letters."""

    dn: str
    attributes: dict[str, list[bytes]] = field(repr=False)

    def text(self, name: str) -> str:
        """The first value, or ''."""
        return next(iter(self.attributes.get(name.lower(), [])), b"").decode(errors="replace")

    def number(self, name: str) -> int:
        text = self.text(name)
        return int(text) if text.lstrip("-").isdigit() and len(text) < 20 else 0


def _opens_nothing(*args, **kwargs) -> None:
    """ldap3 connects to nothing itself: not when a connection breaks, and not where a server refers to."""
    raise LDAPExceptionError


class Link:
    """A connection that is open; raises outgoing.Unreachable for whatever goes wrong with it.

    `wrote` says whether something was sent that changes the directory: then nobody asks another server.
    """

    def __init__(self, host: str, link: Any, most: int) -> None:
        self.host, self.wrote, self.has_done = host, False, False
        server = ldap3.Server("host.invalid", get_info=ldap3.NONE)  # never resolved: the socket is there
        self._ldap = ldap3.Connection(
            server,
            auto_referrals=False,
            check_names=False,
            raise_exceptions=False,
            auto_range=False,
            return_empty_attributes=False,
        )
        self._ldap.strategy._outstanding = {}
        self._ldap.strategy.open = self._ldap.open = _opens_nothing
        self._ldap.closed, self._ldap.listening = False, True
        # ldap3 forgets its socket when the connection breaks; it is ours to close.
        self._ldap.socket = self._socket = link
        self._messages = Messages(lambda size: self._socket.recv(size), most)
        self._ldap.strategy.receiving = self._messages.receiving

    def start_tls(self, context: SSLContext) -> None:
        outcome = self.extended(START_TLS)
        if not outcome.is_done:
            raise outgoing.Unreachable(_("“%(host)s” does not offer TLS.") % {"host": self.host})
        self._ldap.socket = self._socket = outgoing.in_tls(self._socket, self.host, context)

    def bind(self, name: str, password: str, controls: list[Control] | None = None) -> Outcome:
        """A simple bind. Neither may be empty: servers take that for anonymous (RFC 4513, 5.1.2)."""
        if not name or not password or "\0" in password:
            return Outcome(INVALID_CREDENTIALS)
        self._ldap.user, self._ldap.password = name, password.encode()
        self._ldap.authentication = ldap3.SIMPLE
        try:
            with self._sensible():
                self._ldap.bind(read_server_info=False, controls=controls)
        finally:
            self._ldap.password = None
        return self._outcome()

    def search(
        self, base: str, where: str, attributes: list[str], *, scope: str = ldap3.SUBTREE, most: int = 0
    ) -> list[Found]:
        """Entries below the base; what cannot be looked at is not there. At most `most`, where given."""
        with self._sensible():
            self._ldap.search(
                base, where, scope, attributes=attributes, size_limit=most, dereference_aliases=ALIASES
            )
            found = [_found(one) for one in self._ldap.response or [] if one["type"] == "searchResEntry"]
        if self._outcome().code not in (SUCCESS, SIZE_LIMIT, NO_SUCH_OBJECT):
            raise outgoing.Unreachable(_("“%(host)s” does not let itself be searched.") % {"host": self.host})
        return found

    def page(
        self, base: str, where: str, attributes: list[str], size: int, cookie: bytes | None
    ) -> tuple[list[Found], bytes]:
        """One page of entries and where the next one begins; b'' at the end."""
        with self._sensible():
            self._ldap.search(
                base,
                where,
                attributes=attributes,
                paged_size=size,
                paged_cookie=cookie,
                dereference_aliases=ALIASES,
            )
            found = [_found(one) for one in self._ldap.response or [] if one["type"] == "searchResEntry"]
            outcome = self._outcome()
            after = outcome.controls.get(PAGED, {}).get("value", {}).get("cookie", b"")
        if not outcome.is_done:
            raise outgoing.Unreachable(_("“%(host)s” does not let itself be searched.") % {"host": self.host})
        return found, after

    def modify(self, dn: str, changes: dict[str, Any], controls: list[Control] | None = None) -> Outcome:
        self.wrote = True
        with self._sensible():
            self._ldap.modify(dn, changes, controls=controls)
        return self._outcome()

    def extended(self, name: str, value: Any = None, controls: list[Control] | None = None) -> Outcome:
        """An extended operation; say `wrote` before one that changes something."""
        with self._sensible():
            self._ldap.extended(name, value, controls)
        return self._outcome()

    def close(self) -> None:
        self._socket.close()

    def _outcome(self) -> Outcome:
        said = self._ldap.result or {}
        outcome = Outcome(said.get("result", -1), said.get("message", ""), said.get("controls") or {})
        if outcome.code in PASSING:
            self.wrote = self.has_done  # what was done before this stays
            raise outgoing.Unreachable(_("“%(host)s” cannot do it now.") % {"host": self.host})
        self.has_done = self.has_done or (self.wrote and outcome.is_done)
        return outcome

    @contextmanager
    def _sensible(self) -> Iterator[None]:
        """What the library makes of nonsense may be any exception, and its text hold what was sent."""
        self._messages.begin()
        try:
            yield
        except Exception:
            raise outgoing.Unreachable(_("“%(host)s” did not answer.") % {"host": self.host}) from None


def _found(response: dict[str, Any]) -> Found:
    attributes = {name.lower(): values for name, values in response["raw_attributes"].items()}
    return Found(response["dn"], attributes)


@contextmanager
def linked(
    server: Server, context: SSLContext, seconds: float, *, silence: float | None = None, most: int = LARGEST
) -> Iterator[Link]:
    """Connected, behind TLS, for so many seconds, of which one answer may take `silence`, and `most` bytes.

    Raises outgoing's Forbidden or Unreachable.
    """
    tls = False if server.starts_tls else context
    with outgoing.connection(server.host, server.port, tls=tls, seconds=seconds) as socket:
        if silence:
            socket.settimeout(silence)
        link = Link(server.host, socket, most)
        try:
            if server.starts_tls:
                link.start_tls(context)
            yield link
        finally:
            link.close()
