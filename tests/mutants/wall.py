"""For mutants of what lays the wall: each gets a database whose wall it has laid itself.

Everything else of the database is the same for all of them, so it is migrated once, without a wall.
"""

import os

import pytest

from tests import database
from tests.mutants.targets import BARE


def make(copy: database.Copy) -> None:
    """In place of the tests' own copying."""
    from django.core.management.sql import emit_post_migrate_signal

    copy.server.create_database(copy.pristine, os.environ[BARE])
    database.point_django_to(copy.server, copy.pristine)
    emit_post_migrate_signal(verbosity=0, interactive=False, db="owner")
    database.close_connections()
    copy.server.create_database(copy.name, copy.pristine)
    database.point_django_to(copy.server, copy.name)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish() -> None:
    database.Copy.make = make


def make_bare() -> None:
    """Migrate a database as `migrate` does, but for the wall."""
    from django.db.backends.signals import connection_created
    from django.db.models.signals import post_migrate

    connection_created.connect(database.remember)
    post_migrate.disconnect(dispatch_uid="tenants.isolation")
    copy = database.Copy(database.cluster(), "bare")
    copy.name = copy.pristine = os.environ[BARE]
    copy._migrate(os.environ[BARE])
