"""The demo on a PostgreSQL server that was given: its administrator makes the two roles, then steps back."""

import json
import secrets
from urllib.parse import quote

import psycopg
from django.core.exceptions import ImproperlyConfigured

from mystaff import postgres_roles as roles
from mystaff.environment import port as port_number
from mystaff.environment import server, understood
from mystaff.own_files import VAR, keep_secret
from mystaff.postgres_programs import PostgresError

MAINTENANCE = ("", "postgres", "template1")


def prepare(environment: dict[str, str]) -> None:
    """Change the environment to the demo's before the settings read it.

    Raises ImproperlyConfigured where the demo is switched off, and PostgresError where the given server
    cannot be used, with what to do.
    """
    if environment.get("MYSTAFF_DEMO") == "0":
        raise ImproperlyConfigured("MYSTAFF_DEMO is 0: the demo needs it on.")
    environment["MYSTAFF_DEMO"] = environment.get("MYSTAFF_DEMO") or "1"
    if given := environment.get("PORT"):
        port = understood("PORT", given, port_number)
        # The host that was said is kept, for the settings to refuse: the demo listens on this machine only.
        host, _, _ = environment.get("MYSTAFF_LISTEN", "").rpartition(":")
        environment["MYSTAFF_LISTEN"] = f"{host or '127.0.0.1'}:{port}"
    given = environment.get("MYSTAFF_DATABASE_URL")
    if given and not environment.get("MYSTAFF_OWNER_DATABASE_URL"):
        made = _make(given)
        environment["MYSTAFF_DATABASE_URL"] = made[roles.APPLICATION]
        environment["MYSTAFF_OWNER_DATABASE_URL"] = made[roles.OWNER]


def _make(given: str) -> dict[str, str]:
    """Both roles' addresses, on a server whose administrator's address was given."""
    parts = understood("MYSTAFF_DATABASE_URL", given, server)
    name = parts.path.strip("/")
    name = roles.DATABASE if name in MAINTENANCE else name
    try:
        with psycopg.connect(parts._replace(path="/postgres").geturl(), autocommit=True) as administrator:
            _refuse_others(administrator)
            passwords = _passwords(administrator, parts.hostname or parts.query)
            roles.make_roles(administrator, passwords)
            _make_database(administrator, name, parts._replace(path=f"/{name}").geturl())
    except psycopg.Error as error:
        raise PostgresError(f"MYSTAFF_DATABASE_URL: {_said(error)}") from None
    return {role: _address(parts, role, password, name) for role, password in passwords.items()}


def _said(error: psycopg.Error) -> str:
    if isinstance(error, psycopg.ProgrammingError) and not error.sqlstate:
        # What the library says of an address repeats parts of it, the password perhaps.
        return "(not shown) cannot be read"
    return str(error).strip().splitlines()[0]


def _refuse_others(administrator: psycopg.Connection) -> None:
    facts = administrator.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    if not (facts and facts[0]):
        from tenants.checks import HOW_TO_MAKE_ROLES

        raise PostgresError(
            "The demo was given one role that is no superuser, so it cannot make the two that it needs. "
            + HOW_TO_MAKE_ROLES
        )


def _passwords(administrator: psycopg.Connection, server: str) -> dict[str, str]:
    """Those of an earlier start; roles of these names that are not the demo's are left alone."""
    path = VAR / f"demo-roles-{quote(server, safe='')}.json"
    if not path.exists() and roles.has_role(administrator, roles.OWNER):
        raise PostgresError(
            f"The server has a role {roles.OWNER} already: set MYSTAFF_OWNER_DATABASE_URL (with it) and "
            f"MYSTAFF_DATABASE_URL (with {roles.APPLICATION})."
        )
    made = {role: secrets.token_urlsafe(24) for role in roles.ROLES}
    return json.loads(keep_secret(path, json.dumps(made)))


def _make_database(administrator: psycopg.Connection, name: str, address: str) -> None:
    if not roles.has_database(administrator, name):
        roles.make_database(administrator, name)
    with psycopg.connect(address, autocommit=True) as inside:
        owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
        if inside.execute(owner).fetchone() != (roles.OWNER,):
            raise PostgresError(
                f"The database {name} belongs to somebody else: name one that is not there yet."
            )
        roles.open_schema(inside)


def _address(parts, role: str, password: str, name: str) -> str:
    where = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{role}:{password}@{where}", path=f"/{name}").geturl()
