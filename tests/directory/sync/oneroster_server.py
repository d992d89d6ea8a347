"""A OneRoster 1.2 service on loopback: it behaves, and misbehaves as it is told."""

from __future__ import annotations

import json
from base64 import b64decode
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, unquote, urlsplit

from tests.messages import servers

PATH = "/ims/oneroster/rostering/v1p2/"
CLIENT, SECRET = "mystaff", "s3cret of ours:%"


def ref(key, kind):
    return {"sourcedId": key, "type": kind, "href": f"https://sis.example{PATH}{kind}s/{key}"}


def object_(key, **fields):
    return {"sourcedId": key, "status": "active", "dateLastModified": "2026-08-01T00:00:00Z"} | fields


def org(key, name, kind, parent=None):
    return object_(key, name=name, type=kind, identifier=None, parent=parent and ref(parent, "org"))


def role(word, at, kind="primary"):
    return {"roleType": kind, "role": word, "org": ref(at, "org")}


def user(key, username, given, family, *roles, **fields):
    names = {"username": username, "givenName": given, "familyName": family}
    private = {"password": "hunter2", "email": f"{key}@home.example", "phone": "555", "sms": "555"}
    return object_(key, enabledUser="true", roles=list(roles), **names, **private) | fields


def enrolment(key, made, who, word, **fields):
    refs = {"class": ref(made, "class"), "user": ref(who, "user"), "school": ref("s2", "org")}
    return object_(key, role=word, primary="false", **refs) | fields


def collections() -> dict[str, list]:
    """What exports.files() says, as objects."""
    terms = [("t1", "2026-08-17", "2027-01-15"), ("t2", "2027-01-18", "2027-06-11")]
    return {
        "orgs": [
            org("d", "Riverside", "district"),
            org("s1", "Lincoln", "school", "d"),
            org("s2", "Jefferson", "school", "d"),
            org("dep", "Science", "department", "s2"),
        ],
        "academicSessions": [
            object_(key, title=key, type="semester", startDate=first, endDate=last)
            for key, first, last in terms
        ],
        "classes": [
            object_(
                "c1",
                title="Biology 9A",
                classCode="B9A",
                classType="scheduled",
                grades=["09"],
                school=ref("s2", "org"),
                terms=[ref("t1", "academicSession"), ref("t2", "academicSession")],
            )
        ],
        "users": _users(),
        "enrollments": [
            enrolment("e1", "c1", "tom", "teacher", beginDate="2026-08-17", endDate="2027-06-11"),
            enrolment("e2", "c1", "nora", "student"),
        ],
        "demographics": [],
    }


def _users() -> list[dict]:
    teaches = [role("teacher", "s2"), role("teacher", "s1", "secondary")]
    runs, learns = role("districtAdministrator", "d"), role("student", "s2")
    return [
        user("tom", "tom.baker", "Tom", "Baker", *teaches, identifier="E1", primaryOrg=ref("s2", "org")),
        user("nora", "nora.field", "Nora", "Field", learns, identifier="2001", grades=["09"]),
        user("amy", "amy.ross", "Amy", "Ross", runs, identifier="E2", enabledUser="false"),
    ]


@dataclass
class OneRoster:
    """The service, and how it is to behave."""

    port: int = 0
    data: dict[str, list] = field(default_factory=collections)
    asked: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    most: int = 100  # objects on a page, whatever is asked for
    ignores_offset: bool = False
    says_total: bool = True
    total: dict[str, str] = field(default_factory=dict)  # what it says instead
    token_lasts: int = 10**6  # pages
    pages: int = 0
    breaks_at: dict[str, int] = field(default_factory=dict)  # a resource, and the offset where it breaks
    breaks: int = 10**6  # times
    with_: object = 500  # a status, bytes of an answer, None to hang up
    takes: str = f"{CLIENT}:{SECRET}"
    token_path: str = "/sis/token"
    in_the_form: bool = False  # takes a client's secret there only
    gives: object = None  # the answer to who asks for a token, instead

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/sis"

    def talk(self, request: BaseHTTPRequestHandler, body: str) -> None:
        parts = urlsplit(request.path)
        self.asked.append(request.path)
        if parts.path == self.token_path:
            self._token(request, parse_qs(body))
        elif request.command == "POST":
            send(request, 404)
        elif request.headers["Authorization"] != f"Bearer {self.tokens[-1] if self.tokens else ''}":
            send(request, 401)
        elif not parts.path.startswith("/sis" + PATH):
            send(request, 404)
        else:
            self._page(request, parts.path.rpartition("/")[2], parse_qs(parts.query))

    def _token(self, request, form: dict[str, list[str]]) -> None:
        scheme, _space, pair = (request.headers["Authorization"] or "").partition(" ")
        given = unquote(b64decode(pair).decode()) if scheme == "Basic" else ""
        if self.in_the_form:
            given = f"{form.get('client_id', [''])[0]}:{form.get('client_secret', [''])[0]}"
        if self.gives is not None:
            send(request, 200, self.gives)
        elif given != self.takes:
            send(request, 401, b'{"error": "invalid_client"}')
        else:
            self.tokens.append(f"token-{len(self.tokens)}")
            send(request, 200, json.dumps({"access_token": self.tokens[-1], "token_type": "Bearer"}).encode())

    def _page(self, request, resource: str, query: dict[str, list[str]]) -> None:
        offset = 0 if self.ignores_offset else int(query["offset"][0])
        if self.pages and self.pages % self.token_lasts == 0:
            self.pages += 1
            self.tokens.append("another")
            return send(request, 401)
        self.pages += 1
        if self.breaks and self.breaks_at.get(resource) == int(query["offset"][0]):
            self.breaks -= 1
            return self._break(request)
        found = self.data[resource]
        page = found[offset : offset + min(self.most, int(query["limit"][0]))]
        headers = {"X-Total-Count": self.total.get(resource, str(len(found)))} if self.says_total else {}
        return send(request, 200, json.dumps({resource: page}).encode(), headers)

    def _break(self, request) -> None:
        if self.with_ is None:
            request.connection.close()
        elif isinstance(self.with_, bytes):
            send(request, 200, self.with_)
        else:
            send(request, self.with_, headers={"Location": "http://127.0.0.1/", "Retry-After": "0"})


def send(request, status: int, body: bytes = b"no such thing, token-0, hunter2", headers=None) -> None:
    request.send_response(status)
    for name, value in (headers or {}).items():
        request.send_header(name, value)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


@contextmanager
def running():
    """The service, until the end of the block."""
    with servers.web() as site:
        service = OneRoster(site.port)
        site.talks = lambda request: service.talk(request, site.asked[-1].body)
        yield service
