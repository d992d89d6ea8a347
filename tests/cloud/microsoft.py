"""A server that behaves like Microsoft Graph, as far as its published description and its papers say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any
from urllib.parse import parse_qsl, unquote
from uuid import uuid4

from tests.cloud import csdl
from tests.cloud.servers import Asked, Says, Vendor

TENANT, CLIENT, SECRET = "11111111-2222-3333-4444-555555555555", str(uuid4()), "s3cr3t~Graph.value"
PHONES = {
    "mobile": "3179e48a-750b-4051-897c-87b9720928f7",
    "alternateMobile": "b6332ec1-7057-4abe-9331-3d72feddfe41",
    "office": "e37fc753-ff3b-4958-9484-eaa9425c82bc",
}
EMAIL = "3ddfcfc8-9383-446f-83cc-3ab9be4be18f"
DESCRIPTION = csdl.Description()
NOT_FOUND = Says(404, {"error": {"code": "Request_ResourceNotFound", "message": "does not exist"}})


@dataclass
class Rows:
    """One kind of things, their members, and when each changed last: what delta queries tell."""

    kind: str
    version: int = 0
    rows: dict[str, tuple[int, dict | None]] = field(default_factory=dict)
    members: dict[tuple[str, str], tuple[int, bool, str]] = field(default_factory=dict)

    def put(self, key: str, **properties) -> str:
        self.version += 1
        self.rows[key] = (self.version, properties)
        return key

    def remove(self, key: str) -> None:
        self.version += 1
        self.rows[key] = (self.version, None)

    def member(self, owner: str, person: str, *, present: bool = True, kind: str = "user") -> None:
        self.version += 1
        self.members[owner, person] = (self.version, present, kind)

    def entries(self, since: int, select: list[str], at_once: int) -> list[dict]:
        """What has changed; of many members a few at a time, so that their owner comes several times."""
        found = []
        for key, (version, properties) in self.rows.items():
            members = [m for m in self._members(key, since) if not select or "members" in select]
            if properties is None:
                found += [{"id": key, "@removed": {"reason": "changed"}}] if version > since > 0 else []
            elif version > since or members:
                chosen = {n: v for n, v in properties.items() if not select or n in select}
                found += self._in_parts({"id": key} | chosen, members, at_once)
        return found

    def _in_parts(self, row: dict, members: list[dict], at_once: int) -> list[dict]:
        parts = [members[start : start + at_once] for start in range(0, len(members), at_once)] or [[]]
        return [row | ({"members@delta": part} if part else {}) for part in parts]

    def _members(self, key: str, since: int) -> list[dict]:
        found = []
        for (owner, person), (version, present, kind) in self.members.items():
            if owner == key and version > since and (present or since):
                one = {"@odata.type": f"#microsoft.graph.{kind}", "id": person}
                found.append(one if present else one | {"@removed": {"reason": "deleted"}})
        return found


@dataclass
class Graph(Vendor):
    """Users, groups and administrative units of one directory."""

    page = 3  # things on a page
    members_at_once = 2
    lost = False  # whether all delta tokens are forgotten
    administrators: set[str] = field(default_factory=set)
    passwords: dict[str, dict] = field(default_factory=dict)
    signed_out: list[str] = field(default_factory=list)
    methods: dict[tuple[str, str], dict[str, dict]] = field(default_factory=dict)
    users: Rows = field(default_factory=lambda: Rows("users"))
    groups: Rows = field(default_factory=lambda: Rows("groups"))
    units: Rows = field(default_factory=lambda: Rows("directory/administrativeUnits"))
    rounds: dict[str, dict] = field(default_factory=dict)

    def is_for_token(self, asked: Asked) -> bool:
        return asked.path == f"/login/{TENANT}/oauth2/v2.0/token"

    def token(self, asked: Asked) -> Says:
        form = dict(parse_qsl(asked.text))
        right = {
            "grant_type": "client_credentials",
            "client_id": CLIENT,
            "client_secret": SECRET,
            "scope": "https://graph.microsoft.com/.default",
        }
        if form != right:
            said = f"AADSTS7000215: Invalid client secret provided: {form.get('client_secret')}"
            return Says(401, {"error": "invalid_client", "error_description": said})
        self.tokens_made += 1
        token = f"graph-token-{token_hex(8)}"
        self.tokens[token] = True
        return Says(200, {"token_type": "Bearer", "expires_in": 3599, "access_token": token})

    def judge(self, asked: Asked) -> None:
        csdl.require(asked.path.startswith("/v1.0/"), "not of v1.0")
        DESCRIPTION.judge(asked.method, asked.path.removeprefix("/v1.0"), asked.query, asked.body)

    def does(self, asked: Asked) -> Says:
        for rows in (self.users, self.groups, self.units):
            if asked.path == f"/v1.0/{rows.kind}/delta":
                return self._delta(rows, asked.query)
        if asked.path == "/v1.0/users":
            return Says(200, {"value": [{"id": key} for key in self.users.rows][: int(asked.query["$top"])]})
        _empty, _version, kind, name, *rest = map(unquote, asked.path.split("/"))
        key = self._key(name) if kind == "users" else None
        if key is None:
            return NOT_FOUND
        if rest == ["revokeSignInSessions"]:
            self.signed_out.append(key)
            return Says(200, {"value": True})
        if rest[:1] == ["authentication"]:
            return self._method(key, rest[1:], asked)
        return self._user(key, asked)

    def _key(self, name: str) -> str | None:
        for key, (_version, row) in self.users.rows.items():
            if row and name.lower() in (key, row["userPrincipalName"].lower()):
                return key
        return None

    def _user(self, key: str, asked: Asked) -> Says:
        row = {"id": key} | self.users.rows[key][1]
        if asked.method == "GET":
            return Says(200, {n: row.get(n) for n in asked.query["$select"].split(",")})
        if key in self.administrators:
            said = {"code": "Authorization_RequestDenied", "message": "Insufficient privileges"}
            return Says(403, {"error": said})
        profile = asked.body["passwordProfile"]
        if len(profile["password"]) < 8:
            said = f"The password {profile['password']} does not comply with password complexity requirements"
            return Says(400, {"error": {"code": "Request_BadRequest", "message": said}})
        self.passwords[key] = profile
        return Says(204)

    def _method(self, key: str, rest: list[str], asked: Asked) -> Says:
        kind, one = rest[0], (rest[1] if len(rest) > 1 else "")
        if kind == "methods":
            return Says(403, {"error": {"code": "accessDenied"}})  # resetPassword is not for apps
        there = self.methods.setdefault((key, kind), {})
        if asked.method == "GET":
            return Says(200, {"value": [{"id": name} | values for name, values in there.items()]})
        if asked.method == "POST":
            one = PHONES[asked.body["phoneType"]] if kind == "phoneMethods" else EMAIL
            if one in there:
                return Says(400, {"error": {"code": "invalidRequest"}})
        elif one not in there:
            return NOT_FOUND
        if asked.method == "DELETE":
            del there[one]
            return Says(204)
        if kind == "phoneMethods" and not re.fullmatch(r"\+\d{1,3} \d{4,}", asked.body["phoneNumber"]):
            return Says(400, {"error": {"code": "invalidPhoneNumber"}})
        there[one] = dict(asked.body)
        return Says(201, {"id": one} | asked.body) if asked.method == "POST" else Says(204)

    def _delta(self, rows: Rows, query: dict[str, str]) -> Says:
        if token := query.get("$deltatoken", ""):
            if self.lost or token not in self.rounds:
                return Says(410, {"error": {"code": "syncStateNotFound", "message": "resync"}})
            since, select = self.rounds[token]["version"], self.rounds[token]["select"]
        elif token := query.get("$skiptoken", ""):
            return self._page(rows, self.rounds[token])
        else:
            since, select = 0, [name for name in query.get("$select", "").split(",") if name]
        entries = rows.entries(since, select, self.members_at_once)
        return self._page(rows, {"entries": entries, "version": rows.version, "select": select})

    def _page(self, rows: Rows, state: dict[str, Any]) -> Says:
        now, later = state["entries"][: self.page], state["entries"][self.page :]
        token = token_hex(8)
        self.rounds[token] = state | {"entries": later}
        link = f"{self.address}/v1.0/{rows.kind}/delta?"
        link = (
            {"@odata.nextLink": f"{link}$skiptoken={token}"}
            if later
            else {"@odata.deltaLink": f"{link}$deltatoken={token}"}
        )
        return Says(200, {"value": now} | link)
