from collections.abc import Callable, Iterator

import pytest
from django.db import connections

from audit.models import Entry, record

ADA = {"id": None, "name": "Ada Rivers", "principal_name": "ada@riverside.example", "ip_address": "192.0.2.7"}
SAM = {"id": None, "type": "User", "name": "Sam Reed", "principal_name": "sam.reed@riverside.example"}


def deed(activity: str = "Reset password (by admin)", actor=ADA, target=SAM, **more) -> Entry:
    """One line, by Ada about Sam if not said otherwise."""
    return record(activity, category="UserManagement", operation="Update", actor=actor, target=target, **more)


@pytest.fixture
def owner(transactional_db) -> Iterator[Callable[..., None]]:
    """Runs statements as the role that owns the tables, which has taken the wall off for itself.

    What somebody could do who got hold of the owner's password; the copy of the database goes afterwards.
    """
    with connections["owner"].cursor() as cursor:
        for table in ("audit_entry", "audit_head"):
            cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        yield cursor.execute
