"""The tests' database: a real PostgreSQL, with a copy of a migrated database for each process of a run.

The copy is cheap, so a test that commits gets a fresh one afterwards: Django would empty the tables with
TRUNCATE, which the application's role may not do.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from psycopg import Error

from mystaff import postgres
from mystaff.own_files import PROJECT

# What a migrated database follows from; the rest of the code may change without a new one.
SOURCES = (
    "*/migrations/*.py",
    "*/models.py",
    "*/models/*.py",
    "tenants/*.py",
    "mystaff/settings.py",
    "requirements/*.txt",
)


def cluster() -> postgres.Cluster:
    """The tests' own server; MYSTAFF_TEST_POSTGRES=15 has it run by Debian's PostgreSQL 15."""
    return postgres.for_tests(os.environ.get("MYSTAFF_TEST_POSTGRES"))


class Copy:
    """This process' database."""

    def __init__(self, server: postgres.Cluster, worker: str):
        self.server = server
        self.name = f"test_{os.getpid()}_{worker}"
        self.template = f"migrated_{_fingerprint()}"

    def make(self) -> None:
        """Copy the migrated database, made first if there is none of this state of the code."""
        with self.server.alone():
            self._remove_leftovers()
            if not self._exists(self.template):
                self._migrate()
            self.server.create_database(self.name, self.template)
        point_django_to(self.server, self.name)

    def renew(self) -> None:
        """Start again from the migrated database, whoever is connected to the old copy."""
        from django.db import connections

        connections.close_all()
        self.server.drop_database(self.name)
        self.server.create_database(self.name, self.template)

    def remove(self) -> None:
        """Leave nothing behind."""
        from django.db import connections

        connections.close_all()
        self.server.drop_database(self.name)

    def _migrate(self) -> None:
        """Made under another name: a run that is broken off leaves no half of a template."""
        from django.core.management import call_command
        from django.db import connections

        half = f"{self.name}_half"
        self.server.create_database(half)
        point_django_to(self.server, half)
        call_command("migrate", verbosity=0, skip_checks=True)
        connections.close_all()
        with self.server.administrator() as administrator:
            administrator.execute(f'ALTER DATABASE "{half}" RENAME TO "{self.template}"')

    def _remove_leftovers(self) -> None:
        """Databases of runs that were killed, and templates of earlier states of the code."""
        for name in self._names():
            run = re.match(r"test_(\d+)_", name)
            if run and not Path(f"/proc/{run[1]}").exists():
                self.server.drop_database(name)
            elif name.startswith("migrated_") and name != self.template:
                with suppress(Error):
                    self.server.drop_database(name)

    def _exists(self, name: str) -> bool:
        return name in self._names()

    def _names(self) -> list[str]:
        with self.server.administrator() as administrator:
            return [name for (name,) in administrator.execute("SELECT datname FROM pg_database").fetchall()]


def point_django_to(server: postgres.Cluster, name: str) -> None:
    """Let both of Django's aliases, in every thread, mean this database."""
    from django.db import connections

    from mystaff.environment import database

    connections.close_all()
    for alias, url in server.urls(name).items():
        connections.settings[alias].update({k: v for k, v in database(url).items() if k in WHERE})


WHERE = ("NAME", "USER", "PASSWORD", "HOST", "PORT")


def _fingerprint() -> str:
    found = sorted(path for pattern in SOURCES for path in PROJECT.glob(pattern))
    content = hashlib.sha256(b"".join(path.read_bytes() for path in found))
    return content.hexdigest()[:16]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Cluster]:
    """The tests' PostgreSQL, running."""
    with cluster().running() as server:
        yield server


@pytest.fixture(scope="session")
def database_copy(postgres_server, django_test_environment, django_db_blocker, worker_id) -> Iterator[Copy]:
    """This process' database, with both aliases pointing to it."""
    copy = Copy(postgres_server, worker_id)
    with django_db_blocker.unblock():
        copy.make()
        _renew_after_commits(copy)
    yield copy
    with django_db_blocker.unblock():
        copy.remove()


@pytest.fixture(scope="session")
def django_db_setup(database_copy) -> None:
    """In place of pytest-django's own."""


@pytest.fixture
def database_environment(database_copy) -> dict[str, str]:
    """Settings for a program that a test starts on this process' database."""
    urls = database_copy.server.urls(database_copy.name)
    return {
        "DJANGO_SETTINGS_MODULE": "mystaff.settings",  # pytest's own stand in what the program inherits
        "MYSTAFF_DATABASE_URL": urls["default"],
        "MYSTAFF_OWNER_DATABASE_URL": urls["owner"],
    }


def _renew_after_commits(copy: Copy) -> None:
    from django.test import TransactionTestCase

    TransactionTestCase._fixture_teardown = lambda case: copy.renew()
