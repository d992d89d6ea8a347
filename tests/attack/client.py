"""An attacker's browser: says whatever it likes, in every header, and keeps no cookie by itself."""

from __future__ import annotations

import http.client
from dataclasses import dataclass, field
from urllib.parse import urlencode

HOST = "127.0.0.1"
SECRET = "a" * 32  # of the forged CSRF cookie; its value is a valid token for itself
CSRF = {"cookie": f"mystaff_csrf={SECRET}", "field": {"csrfmiddlewaretoken": SECRET}}


@dataclass(frozen=True)
class Request:
    """One request of the attack, all of it."""

    method: str
    path: str
    cookie: str = ""
    form: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    host: str = HOST

    @property
    def said(self) -> str:
        """Everything in it that an answer may repeat."""
        return "\n".join([self.path, self.cookie, self.host, str(self.form), str(self.headers)])


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""

    @property
    def whole(self) -> str:
        return "\n".join([*(f"{name}: {value}" for name, value in self.headers), self.body])

    def sets_cookie(self, name: str) -> bool:
        """Whether it sets or ends this cookie."""
        return any(key == "set-cookie" and value.startswith(f"{name}=") for key, value in self.headers)

    def cookie(self, name: str) -> str:
        """The value of a cookie that it sets, or ''."""
        found = [value for key, value in self.headers if key == "set-cookie" and value.startswith(f"{name}=")]
        return found[-1].partition("=")[2].partition(";")[0] if found else ""


@dataclass
class Browser:
    """One keep-alive connection from an address of its own: throttles count by address."""

    port: int
    number: int = 1
    _connection: http.client.HTTPConnection | None = field(default=None, repr=False)

    def send(self, request: Request) -> Answer:
        """Ask, once more on a new connection if the server closed the old one meanwhile."""
        try:
            return self._send(request)
        except (http.client.HTTPException, ConnectionError):
            self.close()
            return self._send(request)

    def _send(self, request: Request) -> Answer:
        if self._connection is None:
            address = (f"127.0.1.{self.number}", 0)
            self._connection = http.client.HTTPConnection(HOST, self.port, 60, source_address=address)
        connection = self._connection
        connection.putrequest(request.method, request.path, skip_host=True, skip_accept_encoding=True)
        for name, value in _headers(request, self.port):
            connection.putheader(name, value.encode())
        connection.endheaders(_body(request))
        came = connection.getresponse()
        headers = tuple((name.lower(), value) for name, value in came.getheaders())
        return Answer(came.status, headers, came.read().decode("utf-8", "replace"))

    def close(self) -> None:
        """Hang up; the next request calls again."""
        if self._connection:
            self._connection.close()
        self._connection = None


def _headers(request: Request, port: int) -> list[tuple[str, str]]:
    own = [("Host", f"{HOST}:{port}" if request.host == HOST else request.host)]
    cookies = "; ".join(filter(None, [request.cookie, CSRF["cookie"]]))
    own += [("Cookie", cookies), ("X-CSRFToken", SECRET)]
    if body := _body(request):
        own += [("Content-Type", "application/x-www-form-urlencoded"), ("Content-Length", str(len(body)))]
    return own + list(request.headers)


def _body(request: Request) -> bytes:
    if request.method not in ("POST", "PUT"):
        return b""
    return urlencode([*request.form, *CSRF["field"].items()]).encode()
