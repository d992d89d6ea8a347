"""A client for load: keep-alive connections to a server on this machine, bounded in number and in time."""

from __future__ import annotations

import selectors
import socket
import time
from dataclasses import dataclass, field
from itertools import cycle
from urllib.parse import quote

HOST = "127.0.0.1"
LONGEST = 300  # seconds of one run at most


@dataclass
class Load:
    """What a run of requests came to."""

    seconds: float = 0.0  # of the whole run
    times: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Requests per second."""
        return len(self.times) / self.seconds


class Connection:
    """One keep-alive connection with at most one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection((HOST, port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes) -> None:
        self.began, self._answer, self._length = time.perf_counter(), b"", 0
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Take what is there; whether the answer is whole. Raises ConnectionError where it is no page."""
        part = self.socket.recv(1 << 18)
        if not part:
            raise ConnectionError("The server closed the connection.")
        self._answer += part
        if not self._length and (end := self._answer.find(b"\r\n\r\n")) > 0:
            self._length = end + 4 + _body_length(self._answer[:end])
        return bool(self._length) and len(self._answer) >= self._length


def _body_length(head: bytes) -> int:
    status, *lines = head.decode("latin-1").split("\r\n")
    if " 200 " not in f"{status} ":
        raise ConnectionError(f"The server answered {status}.")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(headers["content-length"])


def request_of(path: str, cookie: str = "") -> bytes:
    """A GET as bytes."""
    lines = [f"GET {quote(path, safe='/?=&')} HTTP/1.1", f"Host: {HOST}", "Accept: text/html"]
    lines += [f"Cookie: {cookie}"] if cookie else []
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def load(port: int, requests: list[bytes], times: int, connections: int = 1) -> Load:
    """Ask so many times, going round the requests, on so many connections at once."""
    done, waiting = Load(), cycle(requests)
    began = time.perf_counter()
    with selectors.DefaultSelector() as selector:
        for _n in range(min(connections, times)):
            opened = Connection(port)
            selector.register(opened.socket, selectors.EVENT_READ, opened)
            opened.send(next(waiting))
        left = times - min(connections, times)
        while selector.get_map() and time.perf_counter() - began < LONGEST:
            for key, _events in selector.select(timeout=30):
                if not key.data.receive():
                    continue
                done.times.append(time.perf_counter() - key.data.began)
                left = _next(selector, key.data, waiting, left)
        for key in list(selector.get_map().values()):
            key.fileobj.close()  # time was up
    done.seconds = time.perf_counter() - began
    return done


def _next(selector: selectors.BaseSelector, opened: Connection, waiting, left: int) -> int:
    """Ask again or, when enough was asked, hang up."""
    if left > 0:
        opened.send(next(waiting))
        return left - 1
    selector.unregister(opened.socket)
    opened.socket.close()
    return 0
