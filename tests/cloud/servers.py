"""What the vendors' servers of the tests have in common: requests are kept, judged, and answered as told."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.cloud.csdl import Wrong


@dataclass
class Asked:
    """A request as it came."""

    method: str
    path: str  # as it was sent
    query: dict[str, str]
    headers: Mapping[str, str]
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text) if self.text else None


@dataclass
class Says:
    """An answer that is given instead of the right one."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    talks: Callable[[BaseHTTPRequestHandler], None] | None = None  # instead of all that

    @property
    def content(self) -> bytes:
        if self.body is None or isinstance(self.body, bytes):
            return self.body or b""
        return json.dumps(self.body).encode()


@dataclass
class Vendor:
    """A server: what it was asked, what of it was wrong, and what it answers in whose place."""

    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    # What the next requests (not those for tokens) are answered with; None: rightly.
    script: list[Says | None] = field(default_factory=list)
    token_script: list[Says | None] = field(default_factory=list)
    tokens: dict[str, Any] = field(default_factory=dict)
    tokens_made: int = 0
    connections: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def is_for_token(self, asked: Asked) -> bool:
        raise NotImplementedError

    def token(self, asked: Asked) -> Says:
        raise NotImplementedError

    def judge(self, asked: Asked) -> None:
        """Raise Wrong where the published description knows no such request."""
        raise NotImplementedError

    def does(self, asked: Asked) -> Says:
        raise NotImplementedError

    def answer(self, asked: Asked) -> Says:
        self.asked.append(asked)
        if self.is_for_token(asked):
            return (self.token_script.pop(0) if self.token_script else None) or self.token(asked)
        told = self.script.pop(0) if self.script else None
        if asked.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return Says(401, {"error": {"code": "InvalidAuthenticationToken"}})
        try:
            self.judge(asked)
        except Wrong as error:
            self.wrong.append(f"{asked.method} {asked.path}: {error}")
            return Says(400, {"error": {"code": "Request_BadRequest", "message": str(error)}})
        return told or self.does(asked)

    def deeds(self) -> list[str]:
        """What was asked, apart from tokens, in short."""
        return [f"{one.method} {one.path}" for one in self.asked if not self.is_for_token(one)]


@contextmanager
def serving(vendor: Vendor, context: ssl.SSLContext | None = None) -> Iterator[Vendor]:
    """The vendor at a port of 127.0.0.1; at the end no request may have been wrong."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            vendor.connections += 1
            super().setup()

        def handle_any(self) -> None:
            parts = urlsplit(self.path)
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            says = vendor.answer(Asked(self.command, parts.path, query, dict(self.headers), text))
            if says.talks:
                self.close_connection = True
                return says.talks(self)
            self.send_response(says.status)
            for name, value in says.headers.items():
                self.send_header(name, value)
            if says.status != 204:
                self.send_header("Content-Length", str(len(says.content)))
            self.end_headers()
            self.wfile.write(says.content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

        def log_message(self, *args) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *args: None  # a client that has hung up is what some tests are about
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    vendor.port = server.server_port
    Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    try:
        yield vendor
    finally:
        server.shutdown()
        server.server_close()
