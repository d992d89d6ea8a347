"""Whatever is asked of a trail, and however long it is: no page reads all of it."""

import pytest
from django.test import Client

from audit.models import Entry
from audit.verification import Verification
from tests.benchmarks import trail, trail_parts
from tests.benchmarks.people import cookie_of, tenant_of
from tests.benchmarks.size import Size
from tests.database import point_django_to
from tests.directory.test_plans import explained

ENTRIES = 30_000
TABLES = {"audit_entry", "audit_entryword"}


@pytest.fixture(scope="module")
def long(database_copy, django_db_blocker):
    """A database of its own, with the trail of a year."""
    server, name = database_copy.server, f"{database_copy.name}_trail"
    with django_db_blocker.unblock():
        server.create_database(name, database_copy.pristine)
        with server.administrator(name) as administrator:
            trail.fill(administrator, Size(entries=ENTRIES))
        point_django_to(server, name)
        try:
            yield tenant_of(0)
        finally:
            point_django_to(server, database_copy.name)
            server.drop_database(name)


def test_the_benchs_trail_is_a_whole_chain(long, django_db_blocker):
    with django_db_blocker.unblock(), long.scope():
        proof = Verification()
        assert [str(finding) for finding in proof.findings()] == []
        assert proof.count == Entry.objects.count() == ENTRIES


def test_no_question_reads_the_whole_trail(long, django_db_blocker):
    with django_db_blocker.unblock():
        with long.scope():
            asked = trail_parts.asked()
        browser = Client(headers={"cookie": cookie_of(long, "admin")})
        wrong = {}
        for name, query in asked.items():

            def ask(query=query):
                assert browser.get("/t000/admin/audit/entry/", query).status_code == 200

            if plans := explained(long, ask, TABLES):
                wrong[name] = plans
        assert wrong == {}
