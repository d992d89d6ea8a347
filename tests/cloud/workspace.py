"""A server that behaves like Google's Directory API, as far as its published description says."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from secrets import token_hex
from typing import Any
from urllib.parse import parse_qsl

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.cloud import discovery
from tests.cloud.servers import Asked, Says, Vendor

ACCOUNT, ADMIN = "mystaff@riverside-1.iam.gserviceaccount.com", "mystaff-admin@riverside.example"
SCOPES = "https://www.googleapis.com/auth/"
DESCRIPTION = discovery.Description()


@cache
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def secret() -> str:
    """The key as it is typed in: PEM."""
    kind, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key().private_bytes(kind, form, serialization.NoEncryption()).decode()


def refusal(status: int, reason: str) -> Says:
    error = {"code": status, "message": f"said with {reason}", "errors": [{"reason": reason}]}
    return Says(status, {"error": error})


@dataclass
class Google(Vendor):
    """Users, groups, members and organizational units of one account."""

    page = 2
    granted: set[str] = field(default_factory=set)  # scopes that an administrator has delegated
    users: dict[str, dict] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)  # of whose id
    groups: dict[str, dict] = field(default_factory=dict)
    members: dict[str, list[dict]] = field(default_factory=dict)
    units: list[dict] = field(default_factory=list)
    administrators: set[str] = field(default_factory=set)
    signed_out: list[str] = field(default_factory=list)

    def is_for_token(self, asked: Asked) -> bool:
        return asked.path == "/token"

    def token(self, asked: Asked) -> Says:
        form = dict(parse_qsl(asked.text))
        try:
            claims = jwt.decode(
                form["assertion"], key().public_key(), algorithms=["RS256"], audience=f"{self.address}/token"
            )
        except jwt.InvalidTokenError as error:
            return Says(400, {"error": "invalid_grant", "error_description": f"{error} {form['assertion']}"})
        scopes = set(claims["scope"].split())
        short_lived = 0 < claims["exp"] - claims["iat"] <= 3600
        if (claims["iss"], claims["sub"]) != (ACCOUNT, ADMIN) or not short_lived:
            return Says(400, {"error": "invalid_grant"})
        if form["grant_type"] != "urn:ietf:params:oauth:grant-type:jwt-bearer":
            return Says(400, {"error": "unsupported_grant_type"})
        if not scopes <= {SCOPES + one for one in self.granted}:
            return Says(401, {"error": "unauthorized_client"})
        self.tokens_made += 1
        token = f"ya29.google-token-{token_hex(8)}"
        self.tokens[token] = scopes
        return Says(200, {"access_token": token, "expires_in": 3599, "token_type": "Bearer"})

    def judge(self, asked: Asked) -> None:
        self._understood(asked)

    def _understood(self, asked: Asked) -> tuple[str, dict[str, str]]:
        scopes = self.tokens[asked.headers["Authorization"].removeprefix("Bearer ")]
        return DESCRIPTION.judge(asked.method, asked.path, asked.query, asked.body, scopes)

    def does(self, asked: Asked) -> Says:
        method, path = self._understood(asked)
        query = asked.query
        if method == "directory.users.list":
            return self._list("users", list(self.users.values()), query, most=self.page)
        if method == "directory.groups.list":
            return self._list("groups", list(self.groups.values()), query, most=self.page)
        if method == "directory.members.list":
            if path["groupKey"] not in self.groups:
                return refusal(404, "notFound")
            return self._list("members", self.members.get(path["groupKey"], []), query, most=self.page)
        if method == "directory.orgunits.list":
            return Says(200, {"organizationUnits": self.units} if self.units else {})
        return self._on_user(method, self._found(path["userKey"]), asked)

    def _list(self, name: str, rows: list[dict], query: dict[str, str], *, most: int) -> Says:
        start = int(query.get("pageToken", "0"))
        page = rows[start : start + most]
        more = {"nextPageToken": str(start + most)} if start + most < len(rows) else {}
        return Says(200, ({name: page} if page else {}) | more)  # an empty list is left out

    def _found(self, name: str) -> dict | None:
        by_name = {row["primaryEmail"]: row for row in self.users.values()}
        return self.users.get(self.aliases.get(name, name)) or by_name.get(name)

    def _on_user(self, method: str, user: dict | None, asked: Asked) -> Says:
        if user is None:
            return refusal(404, "notFound")
        if method == "directory.users.get":
            return Says(200, {name: user[name] for name in asked.query["fields"].split(",")})
        if user["id"] in self.administrators:
            return refusal(403, "forbidden")
        if method == "directory.users.signOut":
            self.signed_out.append(user["id"])
            return Says(204)
        return self._update(user, asked.body)

    def _update(self, user: dict, body: dict[str, Any]) -> Says:
        if len(body.get("password", "long enough")) < 8:
            return refusal(400, f"invalid: {body['password']}")
        phone = body.get("recoveryPhone")
        if phone and not phone.startswith("+"):
            return refusal(400, "invalid")
        user.update({name: value for name, value in body.items() if value is not None})
        for name in [name for name, value in body.items() if value is None]:
            user.pop(name, None)
        return Says(200, {name: value for name, value in user.items() if name != "password"})
