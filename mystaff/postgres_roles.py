"""The two roles and the database, made by a PostgreSQL administrator's connection.

One role owns the tables and migrates; the application's owns nothing and is bound by row-level security.
"""

from psycopg import Connection
from psycopg.sql import SQL, Identifier, Literal

OWNER = "mystaff_owner"
APPLICATION = "mystaff_app"
ROLES = (OWNER, APPLICATION)
DATABASE = "mystaff"


def make_roles(administrator: Connection, passwords: dict[str, str]) -> None:
    """Make both roles, or give those that are there already these passwords and no power."""
    for role, password in passwords.items():
        verb = SQL("ALTER" if has_role(administrator, role) else "CREATE")
        administrator.execute(
            SQL("{} ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD {}").format(
                verb, Identifier(role), Literal(_scrambled(administrator, role, password))
            )
        )


def _scrambled(connection: Connection, role: str, password: str) -> str:
    """The password as the server keeps it, so that no log of statements can show it."""
    encrypt = connection.pgconn.encrypt_password
    return encrypt(password.encode(), role.encode(), b"scram-sha-256").decode()


def has_role(administrator: Connection, name: str) -> bool:
    """Whether the server has a role of this name."""
    return bool(administrator.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone())


def has_database(administrator: Connection, name: str) -> bool:
    """Whether the server has a database of this name."""
    return bool(administrator.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone())


def make_database(administrator: Connection, name: str, template: str = "template0") -> None:
    """Make a database of the owner's that the application may enter (autocommit connection)."""
    database, owner, application = Identifier(name), Identifier(OWNER), Identifier(APPLICATION)
    # Before PostgreSQL 16, and with a hosted administrator that is no superuser, only a member can give away.
    administrator.execute(SQL("GRANT {} TO CURRENT_USER").format(owner))
    administrator.execute(
        SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(database, owner, Identifier(template))
    )
    administrator.execute(SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    # Temporary tables: sources lay what they say beside what is stored.
    administrator.execute(SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(database, application))


def open_schema(inside: Connection) -> None:
    """Let the application look into the schema and nobody but the owner make anything in it."""
    inside.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    inside.execute(SQL("GRANT USAGE, CREATE ON SCHEMA public TO {}").format(Identifier(OWNER)))
    inside.execute(SQL("GRANT USAGE ON SCHEMA public TO {}").format(Identifier(APPLICATION)))


def drop_database(administrator: Connection, name: str) -> None:
    """Remove a database, whoever is still connected to it."""
    administrator.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))
