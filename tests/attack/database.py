"""The attacked database: a fresh copy of the migrated one, on the tests' server, for one run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from mystaff.own_files import VAR
from tests.database import Copy, cluster, remember


@contextmanager
def provided() -> Iterator[Copy]:
    """The copy, with this process and the servers that it starts pointed to it."""
    with cluster().running() as server:
        copy = Copy(server, "attack")
        _set_up(server.urls(copy.name))
        try:
            copy.make()
            yield copy
        finally:
            copy.remove()


def _set_up(urls: dict[str, str]) -> None:
    """Make this process a Django of the attack's; whatever the shell has set is forgotten."""
    for name in [name for name in os.environ if name.startswith("MYSTAFF_")]:
        del os.environ[name]
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "tests.attack.settings",
        "MYSTAFF_VAR": str(VAR / "attack"),
        "MYSTAFF_DATABASE_URL": urls["default"],
        "MYSTAFF_OWNER_DATABASE_URL": urls["owner"],
        "MYSTAFF_PRODUCTION": "0",  # else every page is a redirect to https
        "MYSTAFF_DEMO": "0",
        "MYSTAFF_HOSTS": "127.0.0.1",
    }
    (VAR / "attack" / "static").mkdir(parents=True, exist_ok=True)  # WhiteNoise asks for it
    import django
    from django.db.backends.signals import connection_created

    django.setup()
    connection_created.connect(remember)
