"""How long a page waits for what somebody else is changing: a large run must not hold every thread."""

from typing import Any

LONGEST = 5000  # milliseconds for one lock; a worker's jobs wait as long as it takes


def limit(sender: Any, connection: Any, **others: Any) -> None:
    """Tell a new connection of the web server to give up after that (PostgreSQL, lock_timeout)."""
    connection.connection.execute("SELECT set_config('lock_timeout', %s, false)", [str(LONGEST)])
