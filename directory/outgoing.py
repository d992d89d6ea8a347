"""The one way to hosts that a tenant has typed.

Whoever may type a host must not reach what stands inside the operators' network with it: a name is resolved
once, each of its addresses is checked, and the connection goes to the very address that was checked. What an
operator has allowed for this tenant (AllowedHost) may stand anywhere.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from queue import Empty, SimpleQueue
from threading import Event, Thread, Timer
from time import monotonic
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tenants import scopes
from tenants.models import AllowedHost

LIMIT = 10  # seconds, for everything together
LOOKED_UP = LIMIT / 2  # seconds of them, for the name; the system's own limits are longer, or none
LARGEST = 64 * 1024  # bytes of an answer; what comes after them is not read

NOWHERE = gettext_noop(
    "“%(host)s” has no address that MyStaff may connect to: either nobody knows the name, or the server "
    "stands in a network that is not public, and the operators of this MyStaff have to allow it first."
)
GLOBAL_UNICAST = ip_network("2000::/3")  # RFC 4291, 2.4
NAT64 = ip_network("64:ff9b::/96")  # RFC 6052, 2.1
# Globally routable by the registries' word, and yet the way to something that is nobody's public host.
REFUSED = [
    ip_network("192.0.0.0/24"),  # RFC 6890; a cloud's metadata among them
    ip_network("192.88.99.0/24"),  # RFC 7526: 6to4 relays
    ip_network("168.63.129.16/32"),  # a cloud's own services, inside every machine of it
    ip_network("2001::/23"),  # RFC 2928: Teredo and its like
    ip_network("2002::/16"),  # RFC 3056: 6to4, which carries any IPv4 address
]


class Forbidden(Exception):
    """This host is not to be reached; the text is a sentence for admins."""


class Unreachable(Exception):
    """It did not answer, or not in a way that can be understood; the text is a sentence for admins."""

    was_sent = False  # whether the server may have got the request, and done what it asks


@dataclass(frozen=True)
class Answer:
    """What a server answered."""

    status: int
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)  # names in small letters
    is_cut: bool = False  # there is more than the limit let us read


def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes = b"",
    seconds: float | None = None,
    largest: int = LARGEST,
) -> Answer:
    """Ask over HTTP(S); redirects are not followed. Raises Forbidden or Unreachable.

    Without TLS only a host that an operator has allowed. It takes `seconds` at most (LIMIT), and `largest`
    bytes of the answer are read.
    """
    (host, port, tls), path = _target(url)
    client = HTTPConnection(host, port)
    own = {"Host": _as_header(host, port, tls), "User-Agent": "MyStaff", "Connection": "close"}
    connected = False
    try:
        with connection(host, port, tls=tls, seconds=seconds) as client.sock:
            connected = True
            client.request(method, path, body or None, own | headers)
            return _read(client.getresponse(), largest)
    except Unreachable as error:
        error.was_sent = connected
        raise


def _target(url: str) -> tuple[tuple[str, int, bool], str]:
    """Host, port, whether with TLS; and the path. Raises Forbidden where that is not allowed."""
    parts = urlsplit(url)
    host, tls = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if tls else 80)
    if not tls and not is_allowed(host, port):
        raise Forbidden(_("“%(host)s” is reached with https only.") % {"host": host})
    return (host, port, tls), (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


class Line:
    """One GET after the other over one connection, as long as it holds; a block of it closes it.

    The connection stays with the address that was checked when it was made. Each request has a limit of its
    own. What fails on a connection that was used before is asked once more on a new one: servers close those
    that rest, and nothing is changed by asking.
    """

    def __init__(self) -> None:
        self.open, self.at = ExitStack(), None

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *exception: object) -> None:
        self.open.close()
        self.at = None

    def get(self, url: str, *, headers: Mapping[str, str], seconds: float, largest: int) -> Answer:
        """As request() does."""
        at, path = _target(url)
        end = monotonic() + seconds
        if at == self.at:
            with suppress(Unreachable):
                return self._asked(at, path, headers, end, largest)
        self.__exit__()
        self._connect(at, end)
        return self._asked(at, path, headers, end, largest)

    def _connect(self, at: tuple[str, int, bool], end: float) -> None:
        host, port, tls = at
        addresses = _checked(host, port, min(LOOKED_UP, max(end - monotonic(), 0) / 2))
        with _as_unreachable(host), ExitStack() as made:
            raw = made.enter_context(_first(addresses, port, end))
            self.handle = made.enter_context(raw.dup())
            with _cut_after(self.handle, end - monotonic()):
                self.link = made.enter_context(in_tls(raw, host)) if tls else raw
            self.open, self.at = made.pop_all(), at

    def _asked(
        self, at: tuple[str, int, bool], path: str, headers: Mapping[str, str], end: float, largest: int
    ) -> Answer:
        client = HTTPConnection(at[0], at[1])
        own = {"Host": _as_header(*at), "User-Agent": "MyStaff"}
        client.sock, self.at = self.link, None  # until all of the answer has come
        self.link.settimeout(max(end - monotonic(), 0.001))
        with _as_unreachable(at[0]), _cut_after(self.handle, end - monotonic()):
            client.request("GET", path, None, own | headers)
            response = client.getresponse()
            answer = _read(response, largest)
        if not (response.will_close or answer.is_cut):
            self.at = at
        return answer


def _as_header(host: str, port: int, tls: bool) -> str:
    """Without the port that goes without saying (RFC 9110, 4.2.1): some servers know themselves only so."""
    name = f"[{host}]" if ":" in host else host
    return name if port == (443 if tls else 80) else f"{name}:{port}"


def _read(answer: HTTPResponse, largest: int) -> Answer:
    content = answer.read(largest)
    is_cut = len(content) == largest and answer.length != 0
    if answer.length and not is_cut:
        raise IncompleteRead(b"", answer.length)
    headers = {name.lower(): value for name, value in answer.getheaders()}
    return Answer(answer.status, content.decode("utf-8", "replace"), headers, is_cut)


@contextmanager
def connection(
    host: str, port: int, *, tls: bool | ssl.SSLContext, seconds: float | None = None
) -> Iterator[socket.socket]:
    """A connection that is cut after so many seconds (LIMIT), however slowly the other side talks.

    `tls` may bring trust of its own along. Raises Forbidden or Unreachable, also for what goes wrong inside
    the block.
    """
    limit = LIMIT if seconds is None else seconds
    end = monotonic() + limit
    addresses = _checked(host, port, min(LOOKED_UP, max(limit, 0) / 2))
    with (
        _as_unreachable(host),
        _first(addresses, port, end) as raw,
        raw.dup() as handle,  # wrapping the other one in TLS takes it away
        _cut_after(handle, end - monotonic()),
        in_tls(raw, host, tls) if tls else raw as link,
    ):
        yield link


@contextmanager
def _as_unreachable(host: str) -> Iterator[None]:
    """Our own sentences only: those of libraries may hold what was sent."""
    try:
        yield
    except ssl.SSLCertVerificationError:
        raise Unreachable(_("The certificate of “%(host)s” is not valid.") % {"host": host}) from None
    except (OSError, HTTPException, ValueError):
        raise Unreachable(_("“%(host)s” did not answer.") % {"host": host}) from None


def _first(addresses: list[str], port: int, end: float) -> socket.socket:
    """Connected to the first address that takes it; each but the last has half of the time that is left."""
    for address in addresses[:-1]:
        with suppress(OSError):
            return socket.create_connection((address, port), timeout=_left(end) / 2)
    return socket.create_connection((addresses[-1], port), timeout=_left(end))


def _left(end: float) -> float:
    if (seconds := end - monotonic()) <= 0:
        raise TimeoutError
    return seconds


def in_tls(raw: socket.socket, host: str, tls: bool | ssl.SSLContext = True) -> ssl.SSLSocket:
    """The same connection behind TLS, once the certificate is found to be this host's."""
    context = tls if isinstance(tls, ssl.SSLContext) else ssl.create_default_context()
    return context.wrap_socket(raw, server_hostname=host)


@contextmanager
def _cut_after(handle: socket.socket, seconds: float) -> Iterator[None]:
    was_cut = Event()
    timer = Timer(max(seconds, 0), _cut, [handle, was_cut])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
    if was_cut.is_set():
        raise TimeoutError  # what was read by then may look like a whole answer


def _cut(handle: socket.socket, was_cut: Event) -> None:
    was_cut.set()
    with suppress(OSError):
        handle.shutdown(socket.SHUT_RDWR)


def is_allowed(host: str, port: int) -> bool:
    """Whether an operator lets this tenant reach the host wherever it stands."""
    return AllowedHost.objects.filter(tenant=scopes.require(), host=host.lower(), port=port).exists()


def _checked(host: str, port: int, seconds: float) -> list[str]:
    """Its addresses; raises Forbidden or Unreachable. That a name inside exists is not told either."""
    addresses = _looked_up(host, port, seconds)
    # One bad address is enough: which of them is taken must not be up to who answers for the name.
    if not addresses or not (all(map(is_public, addresses)) or is_allowed(host, port)):
        raise Forbidden(_(NOWHERE) % {"host": host})
    return addresses


def _looked_up(host: str, port: int, seconds: float) -> list[str]:
    """Its addresses, in a thread that is left behind after so many seconds; raises Unreachable then."""
    answer: SimpleQueue[list[str]] = SimpleQueue()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, ValueError):
            found = []
        answer.put([entry[4][0] for entry in found])

    Thread(target=look_up, daemon=True).start()
    try:
        return answer.get(timeout=seconds)
    except Empty:
        raise Unreachable(_("“%(host)s” did not answer.") % {"host": host}) from None


def is_public(address: str) -> bool:
    """Whether it is the address of a public host, and not of anything nearer."""
    ip: IPv4Address | IPv6Address = ip_address(address)
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped or ip in NAT64:
            return is_public(str(ip.ipv4_mapped or IPv4Address(int(ip) & 0xFFFFFFFF)))
        if ip not in GLOBAL_UNICAST:
            return False
    refused = ip.is_multicast or ip.is_reserved or any(ip in network for network in REFUSED)
    return ip.is_global and not refused
