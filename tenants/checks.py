"""Refuses to start where the wall would not stand: PostgreSQL lets some roles walk past it."""

from django.conf import settings
from django.core.checks import Error
from django.db import OperationalError, connections

HOW_TO_MAKE_ROLES = (
    "Make two roles, as the database's administrator: "
    "CREATE ROLE mystaff_owner LOGIN PASSWORD '…' NOSUPERUSER NOBYPASSRLS; "
    "CREATE ROLE mystaff_app LOGIN PASSWORD '…' NOSUPERUSER NOBYPASSRLS; "
    "CREATE DATABASE mystaff OWNER mystaff_owner; "
    "then set MYSTAFF_OWNER_DATABASE_URL to the first (it migrates) and MYSTAFF_DATABASE_URL to the second."
)
POOLED = (
    "A connection pooler stands between MyStaff and PostgreSQL. If it pools transactions, it hands one "
    "visitor's scope to another: have it pool sessions, then set MYSTAFF_SESSION_POOLING=1 (or connect "
    "without it)."
)
FACTS = """
    SELECT rolsuper, rolbypassrls,
           EXISTS (
               SELECT FROM pg_class c WHERE c.relkind IN ('r', 'p')
               AND c.relnamespace = current_schema()::regnamespace
               AND pg_has_role(r.oid, c.relowner, 'MEMBER')
           ),
           current_setting('server_version_num')::int,
           pg_backend_pid()
    FROM pg_roles r WHERE rolname = current_user
"""


def database_roles(app_configs=None, databases=None, **kwargs) -> list[Error]:
    """The application's role must be bound by row-level security (PostgreSQL: it never binds a superuser)."""
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute(FACTS)
            *facts, process = cursor.fetchone()
            # A pooler gives the client a number of its own in place of the server process'.
            pooled = process != cursor.connection.info.backend_pid
    except OperationalError as error:
        return [Error(f"The database cannot be reached: {str(error).splitlines()[0]}", id="tenants.E001")]
    hints = dict.fromkeys(("tenants.E002", "tenants.E003", "tenants.E004"), HOW_TO_MAKE_ROLES)
    return [Error(reason, hint=hints.get(id), id=id) for id, reason in _objections(*facts, pooled)]


def _objections(
    superuser: bool, bypasses: bool, owns: bool, version: int, pooled: bool
) -> list[tuple[str, str]]:
    role = settings.DATABASES["default"]["USER"]
    objections = {
        "tenants.E002": superuser
        and f"The application connects as “{role}”, a superuser: no wall would hold it.",
        "tenants.E003": bypasses
        and f"The application connects as “{role}”, which has BYPASSRLS: no wall would hold it.",
        "tenants.E004": owns
        and f"The application connects as “{role}”, which owns tables: it could take the wall down.",
        "tenants.E005": version < 150000 and "PostgreSQL 15 or later is needed.",
        "tenants.E006": pooled and not settings.MYSTAFF_SESSION_POOLING and POOLED,
    }
    return [(id, reason) for id, reason in objections.items() if reason]


class WallMissing(SystemExit):
    """The start is refused, with the reason and what to do."""


def refuse_unsafe_role() -> None:
    """Stop the start of a server or worker whose database role walks past the wall."""
    errors = database_roles()
    if errors:
        raise WallMissing("\n".join(f"{error.msg} {error.hint or ''}".strip() for error in errors))
