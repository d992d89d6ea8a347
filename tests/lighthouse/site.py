"""The demo, for as long as it is measured, on a database of its own."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from mystaff.own_files import VAR
from tests.database import cluster
from tests.mystaff.test_demo import Demo

OWN = VAR / "lighthouse" / "demo"  # static files and a secret key of this demo's own


@contextmanager
def running() -> Iterator[str]:
    """Its address; the database is made anew and removed afterwards."""
    name = f"test_{os.getpid()}_lighthouse"
    with cluster().running() as server:
        server.create_database(name)
        demo = Demo(_environment(server.urls(name)))
        try:
            if "is ready" not in demo.said[-1]:
                sys.exit("\n".join(demo.said))
            yield f"http://127.0.0.1:{demo.port}"
        finally:
            demo.process.terminate()
            demo.process.communicate(timeout=60)
            server.drop_database(name)


def _environment(urls: dict[str, str]) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "mystaff.settings",
        "MYSTAFF_VAR": str(OWN),
        "MYSTAFF_DATABASE_URL": urls["default"],
        "MYSTAFF_OWNER_DATABASE_URL": urls["owner"],
    }
