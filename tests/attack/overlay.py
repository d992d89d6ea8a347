"""Puts a canary into every text cell of every row that belongs to a tenant."""

from __future__ import annotations

from typing import Any

from psycopg import Connection
from psycopg.sql import SQL, Identifier, Placeholder
from psycopg.types.json import Jsonb

from tests.attack.canaries import Canaries, Cell, Row

# Texts that stay as they are, and why no canary can stand there.
KEPT = {
    "allauth_idp_oidc_client.grant_types": "A choice.",
    "allauth_idp_oidc_client.response_types": "A choice.",
    "allauth_idp_oidc_client.scopes": "A choice.",
    "allauth_idp_oidc_client.type": "A choice.",
    "allauth_idp_oidc_token.client_id": "The id of another row.",
    "allauth_idp_oidc_token.type": "A choice.",
    "audit_entry.result": "A choice.",
    "directory_accesspolicy.allowed_networks": "Networks: nothing else could be read.",
    "directory_accesspolicy.applies_to": "A choice.",
    "directory_accesspolicy.blocked_networks": "Networks: nothing else could be read.",
    "directory_accesspolicy.state": "A choice.",
    "directory_administrativeunit.kind": "A choice.",
    "directory_administrativeunit.password_style": "A choice.",
    "directory_administrativeunit.path": "Made of the units' ids, which are canaries.",
    "directory_badge.kind": "A choice.",
    "directory_connecteddirectory.kind": "A choice.",
    "directory_connecteddirectory.secret": "Encrypted: what is written over it could not be read.",
    "directory_identityprovider.kind": "A choice.",
    "directory_identityprovider.user_name_claim": "A choice.",
    "directory_identityprovider.client_secret": "Encrypted: what is written over it could not be read.",
    "directory_identityprovider.own_key": "Encrypted, like the secret.",
    "directory_message.channel": "A choice.",
    "directory_message.name": "A choice.",
    "directory_message.state": "A choice.",
    "directory_messagetemplate.channel": "A choice.",
    "directory_messagetemplate.name": "A choice.",
    "directory_outboxmessage.channel": "A choice.",
    "directory_passwordpolicy.preset": "A choice.",
    "directory_phonemethod.phone_type": "A choice.",
    "directory_proof.kind": "A choice.",
    "directory_roleassignment.role": "The name of a role.",
    "directory_searchword.word": "Written anew, from names that are canaries by then.",
    "directory_phonesignin.way": "A choice.",
    "directory_run.state": "A choice.",
    "directory_source.kind": "A choice.",
    "directory_source.managers_groups": "A choice.",
    "directory_source.rhythm": "A choice.",
    "directory_source.secret": "Encrypted: what is written over it could not be read.",
    "directory_settings.accent": "A colour, and public.",
    "directory_settings.my_staff_access": "A choice.",
    "directory_settings.password_style": "A choice.",
    "directory_settings.phone_region": "A choice.",
    "directory_settings.registration_required": "A choice.",
    "directory_settings.self_service_reset": "A choice.",
    "directory_signingkey.pem": "Encrypted: what is written over it could not be read.",
    "directory_textsettings.gateway": "A choice.",
    "directory_textsettings.method": "A choice.",
    "directory_textsettings.recipients": "A choice.",
    "directory_textsettings.secret": "Encrypted: what is written over it could not be read.",
    "directory_user.authority": "The name of a connector.",
    "directory_user.password": "A hash; people sign in with it.",
    "mfa_authenticator.type": "A choice.",
    "tenants_tenant.slug": "Public.",
    "tenants_tenant.name": "Public.",
    "tenants_hostname.host": "Public.",
    "tenants_emaildomain.domain": "Public.",
    "tenants_allowedhost.host": "The operators' own, and shown to nobody else.",
}
# A tenant's id is public; an application's is that of its client's row; the others' keys are no ids.
UNNUMBERED = {"tenants_tenant", "tenants_session", "cache", "directory_application"}
ADDRESSES = {"user_principal_name", "address", "email", "to"}
TEXTS = ("character varying", "text", "jsonb", "inet")
COLUMNS = """
    SELECT table_name, array_agg(ARRAY[column_name, data_type]) FROM information_schema.columns c
    WHERE table_schema = 'public' AND data_type = ANY(%s) GROUP BY 1
"""
KEYS = """
    SELECT c.relname, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
    WHERE i.indisprimary AND c.relnamespace = 'public'::regnamespace ORDER BY 1
"""
# No tenant's: what the stock parts of Django keep of themselves.
BARE = {"django_migrations", "django_content_type", "auth_permission", "auth_group", "auth_group_permissions"}
BARE |= {"procrastinate_events", "procrastinate_periodic_defers", "procrastinate_workers"}


def keys(connection: Connection) -> dict[str, str]:
    """The primary key's column of every table that holds something of tenants."""
    return {table: key for table, key in connection.execute(KEYS).fetchall() if table not in BARE}


class Overlay:
    """Goes over all rows once."""

    def __init__(self, connection: Connection, canaries: Canaries, circles: dict[str, str]) -> None:
        self.connection, self.canaries, self.circles = connection, canaries, circles
        self.rows: list[Row] = []

    def lay(self, only: str = "") -> list[Row]:
        """Every row (or those of one table), with its canaries in it."""
        texts = dict(self.connection.execute(COLUMNS, [list(TEXTS)]).fetchall())
        for table, key in keys(self.connection).items():
            if only not in ("", table):
                continue
            # In the order in which they were made: a run with the same seed has the same canaries.
            query = SQL("SELECT to_jsonb(t) FROM {} t ORDER BY ctid").format(Identifier(table))
            for (values,) in self.connection.execute(query).fetchall():
                self._row(table, key, texts.get(table, []), values)
        return self.rows

    def _row(self, table: str, key: str, columns: list[list[str]], values: dict[str, Any]) -> None:
        row = self._known(table, str(values[key]), values)
        new = {
            name: self._text(row, name, kind, values)
            for name, kind in columns
            if f"{table}.{name}" not in KEPT and name != key
        }
        if new:
            change = SQL(", ").join(SQL("{} = {}").format(Identifier(n), Placeholder(n)) for n in new)
            query = SQL("UPDATE {} SET {} WHERE {} = {}").format(
                Identifier(table), change, Identifier(key), Placeholder("own_key")
            )
            self.connection.execute(query, new | {"own_key": values[key]})
        self.rows.append(row)

    def _known(self, table: str, pk: str, values: dict[str, Any]) -> Row:
        own = [values.get(name) for name in ("user_id", "unit_id", "target_id", "id")]
        own.append((values.get("args") or {}).get("person"))
        circle = next((self.circles[name] for name in own if name in self.circles), "tenant")
        tenant = values.get("tenant_id") or (values.get("args") or {}).get("tenant") or ""
        owner = values.get("user_id") or (pk if table == "directory_user" else "")
        row = Row(tenant, table, pk, circle, str(owner))
        if table not in UNNUMBERED:
            self.canaries.number(row)
        return row

    def _text(self, row: Row, column: str, kind: str, values: dict[str, Any]) -> Any:
        cell = Cell(row, column)
        if row.table == "directory_phonemethod":
            return self.canaries.phone(cell)
        if kind == "inet":
            return self.canaries.address(cell)
        word = self.canaries.word(cell)
        if kind == "jsonb":
            return Jsonb(_in_json(word, values[column]))
        domain = str(values[column]).rpartition("@")[2]
        return f"{word}@{domain}" if column in ADDRESSES else word


def _in_json(word: str, old: Any) -> Any:
    """Where a program reads the value its shape stays as it was."""
    if isinstance(old, list):
        return [*old, {"key": word, "value": word, "name": word, "oldValue": word, "newValue": word}]
    return old | {"canary": word}
