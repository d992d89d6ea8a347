"""Which tenant's rows the database shows: one value, kept in Python and told to the connection.

The policies that read it stand in isolation.py.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from django.db import connections
from psycopg import OperationalError
from psycopg.pq import TransactionStatus

SETTING = "app.tenant"
_current: ContextVar[UUID | None] = ContextVar("tenant", default=None)


class NoScope(RuntimeError):
    """Something that needs a tenant ran outside every tenant's scope."""


def current() -> UUID | None:
    """The id of the tenant whose scope we are in, or None."""
    return _current.get()


def require() -> UUID:
    """The id of the tenant whose scope we are in; raises NoScope outside."""
    tenant = _current.get()
    if tenant is None:
        raise NoScope("This needs a tenant: run it inside `with tenant.scope():`.")
    return tenant


@contextmanager
def scope(tenant: UUID | None) -> Iterator[None]:
    """Show this tenant's rows and no others; puts the outer scope back at the end, whatever happened."""
    is_entered = tenant != _current.get()  # else connections know: a page enters its own tenant's thrice
    outer = _current.set(tenant)
    if is_entered:
        _tell_connections()
    try:
        yield
    finally:
        _current.reset(outer)
        if is_entered:
            _tell_connections()


def _tell_connections() -> None:
    """Repeat the scope on every open connection; a later one hears it when it is made."""
    for open_connection in connections.all(initialized_only=True):
        raw = open_connection.connection
        # A transaction that failed takes no statement; its rollback puts the old setting back by itself.
        if raw and not raw.closed and raw.info.transaction_status != TransactionStatus.INERROR:
            _set_unless_lost(raw)


def _set_unless_lost(raw) -> None:
    try:
        _set(raw)
    except OperationalError:
        # A lost connection shows nothing any more: no reason to turn what is done already into an error.
        if not raw.closed:
            raise


def _set(raw) -> None:
    # Straight through the driver: no part of a page's own queries.
    tenant = _current.get()
    raw.execute("SELECT set_config(%s, %s, false)", (SETTING, str(tenant or "")))


def repeat_on_connection(sender, connection, **kwargs) -> None:
    """Tell a new connection (the first, or one after a loss) in whose scope it was made."""
    if connection.vendor == "postgresql":
        _set(connection.connection)
