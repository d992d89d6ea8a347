"""The tests' database: a real PostgreSQL, with a copy of a migrated database for each process of a run.

The copy is cheap, so a test that commits gets a fresh one afterwards: Django would empty the tables with
TRUNCATE, which the application's role may not do.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from weakref import WeakSet

import pytest

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
        # A run's own, because another run, of another state of the code, may remove the migrated one.
        self.pristine = f"{self.name}_pristine"

    def make(self) -> None:
        """Copy the migrated database, made first if there is none of this state of the code."""
        with self.server.alone():
            migrated = f"migrated_{_fingerprint()}"
            self._remove_leftovers(migrated)
            if migrated not in self._names():
                self._migrate(migrated)
            self.server.create_database(self.pristine, migrated)
        self.server.create_database(self.name, self.pristine)
        point_django_to(self.server, self.name)

    def renew(self) -> None:
        """Start again from the migrated database, whoever is connected to the old copy."""
        close_connections()
        self.server.drop_database(self.name)
        self.server.create_database(self.name, self.pristine)

    def remove(self) -> None:
        """Leave nothing behind."""
        close_connections()
        self.server.drop_database(self.name)
        self.server.drop_database(self.pristine)

    def _migrate(self, name: str) -> None:
        """Made under another name: a run that is broken off leaves no half of a template."""
        from django.core.management import call_command

        half = f"{self.name}_half"
        self.server.create_database(half)
        point_django_to(self.server, half)
        call_command("migrate", verbosity=0, skip_checks=True)
        close_connections()
        with self.server.administrator() as administrator:
            administrator.execute(f'ALTER DATABASE "{half}" RENAME TO "{name}"')

    def _remove_leftovers(self, migrated: str) -> None:
        """Databases of runs that were killed, and those migrated from earlier states of the code."""
        for name in self._names():
            run = re.match(r"test_(\d+)_", name)
            killed = run and not Path(f"/proc/{run[1]}").exists()
            outdated = name.startswith("migrated_") and name != migrated
            if killed or outdated:
                self.server.drop_database(name)

    def _names(self) -> list[str]:
        with self.server.administrator() as administrator:
            return [name for (name,) in administrator.execute("SELECT datname FROM pg_database").fetchall()]


opened = WeakSet()


def remember(sender, connection, **kwargs) -> None:
    """Keep track of every connection that Django opens."""
    opened.add(connection)


def close_connections() -> None:
    """Close those of every thread, and those that a thread has while an event loop runs in it.

    Django's own close_all() sees neither: the browser's event loop would hide this thread's other connection.
    """
    for connection in list(opened):
        connection.inc_thread_sharing()
        connection.close()
        connection.dec_thread_sharing()


def point_django_to(server: postgres.Cluster, name: str) -> None:
    """Let both of Django's aliases, in every thread, mean this database."""
    from django.db import connections

    from mystaff.environment import database

    close_connections()
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
    from django.db.backends.signals import connection_created

    connection_created.connect(remember)
    copy = Copy(postgres_server, worker_id)
    with django_db_blocker.unblock():
        copy.make()
        renew_after_commits(copy)
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


def renew_after_commits(copy: Copy) -> None:
    """Let a test that commits be followed by a fresh copy."""
    from django.test import TransactionTestCase

    TransactionTestCase._fixture_teardown = lambda case: copy.renew()
