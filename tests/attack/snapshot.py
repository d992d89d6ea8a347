"""Every row of every tenant, before and after; whatever is not the same was written."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from psycopg import Connection
from psycopg.sql import SQL, Identifier

from tests.attack.overlay import keys
from tests.attack.world import World

Rows = dict[tuple[str, str], str]

# Beside these all rows must stay as they were. Of the tables of libraries, procrastinate's events and workers
# and Django's names of models hold nothing of a tenant's and are not looked at.
RIGHTFUL = {
    "cache": "New lines only: throttles count where somebody knocks, used tickets are remembered.",
    "tenants_counter": "New lines only: they count how often each network knocks.",
    "directory_signincount": "Wrong passwords are counted wherever somebody tries one.",
    "directory_familiarnetwork": "Where somebody has signed in from is remembered.",
    "tenants_session": "Their own, ended by signing out; new ones of nobody, who begins at a provider.",
    "audit_entry": "New lines in the attackers' own tenant only: refused deeds are written down.",
    "audit_entryword": "Like the lines that they are words of.",
    "audit_head": "The end of the attackers' own tenant's trail: it moves on with each line.",
    "procrastinate_jobs": "New jobs of the attackers' own tenant only: notices to whom they may help.",
    "directory_message": "New ones in the attackers' own tenant only: notices to whom they may help.",
    "directory_user": "The two people whom the actors may help.",
    "directory_phonemethod": "The two people whom the actors may help.",
    "directory_emailmethod": "The two people whom the actors may help.",
    "directory_badge": "The two people whom the actors may help.",
    "directory_pin": "The two people whom the actors may help.",
    "directory_accesspass": "The two people whom the actors may help.",
    "mfa_authenticator": "The two people whom the actors may help.",
    "directory_searchword": "Of the two people whom the actors may help.",
    "allauth_idp_oidc_client": "New ones in the attackers' own tenant: its administrator adds applications.",
    "allauth_idp_oidc_token": "New codes of the attackers' own, in their own tenant.",
    "directory_": "New rows in the attackers' own tenant: its administrator adds people, places and groups.",
}
HELPED = ("pia", "nora")


@dataclass(frozen=True)
class Change:
    """One row that is not as it was; None where there is no row."""

    table: str
    pk: str
    old: str | None
    new: str | None

    def __str__(self) -> str:
        deed = "made" if self.old is None else "removed" if self.new is None else "changed"
        return f"{self.table} {self.pk} was {deed}"


def take(administrator: Connection) -> Rows:
    """All rows, past the wall."""
    found: Rows = {}
    for table, key in keys(administrator).items():
        query = SQL("SELECT {}::text, to_jsonb(t)::text FROM {} t").format(Identifier(key), Identifier(table))
        found |= {(table, pk): row for pk, row in administrator.execute(query).fetchall()}
    return found


def changes(before: Rows, after: Rows) -> list[Change]:
    """What was made, changed or removed in between."""
    return [
        Change(*place, before.get(place), after.get(place))
        for place in sorted(before.keys() | after.keys())
        if before.get(place) != after.get(place)
    ]


class Rightful:
    """Tells the changes that somebody was allowed to make."""

    def __init__(self, world: World, session_keys: set[str]) -> None:
        self._own = str(world.tenants["riverside"].pk)
        self._helped = {str(world.people[name].pk) for name in HELPED}
        self._sessions = {sha256(key.encode()).hexdigest() for key in session_keys}

    def __call__(self, change: Change) -> bool:
        rule: Callable[[Change], bool] | None = getattr(self, f"_{change.table}", None)
        return (rule is not None and rule(change)) or self._added(change)

    def _added(self, change: Change) -> bool:
        new = change.old is None and change.table.startswith("directory_")
        return new and json.loads(change.new)["tenant_id"] == self._own

    def _cache(self, change: Change) -> bool:
        return change.old is None

    _tenants_counter = _cache

    def _directory_familiarnetwork(self, change: Change) -> bool:
        return change.new is not None

    def _directory_signincount(self, change: Change) -> bool:
        return True

    def _tenants_session(self, change: Change) -> bool:
        is_nobodys = change.old is None and json.loads(change.new)["owner"] is None
        return change.pk in self._sessions or is_nobodys

    def _audit_entry(self, change: Change) -> bool:
        return change.old is None and json.loads(change.new)["tenant_id"] == self._own

    _audit_entryword = _audit_entry

    def _audit_head(self, change: Change) -> bool:
        rows = [json.loads(row) for row in (change.old, change.new) if row]
        return change.new is not None and {row["tenant_id"] for row in rows} == {self._own}

    def _procrastinate_jobs(self, change: Change) -> bool:
        return change.old is None and json.loads(change.new)["args"]["tenant"] == self._own

    def _directory_message(self, change: Change) -> bool:
        return change.old is None and json.loads(change.new)["tenant_id"] == self._own

    _allauth_idp_oidc_client = _allauth_idp_oidc_token = _directory_message

    def _directory_user(self, change: Change) -> bool:
        return change.pk in self._helped and None not in (change.old, change.new)

    def _directory_phonemethod(self, change: Change) -> bool:
        return json.loads(change.new or change.old)["user_id"] in self._helped

    _directory_emailmethod = _directory_searchword = _directory_phonemethod
    _directory_badge = _directory_pin = _directory_phonemethod
    _directory_accesspass = _mfa_authenticator = _directory_phonemethod
