"""The plans of the main queries: whatever a page asks, it never reads a whole table of people.

Row-level security takes the index away from much that looks harmless (LIKE, lower(), an OR of two tables),
and with few rows nobody notices. So these pages are asked among some thousands, and every statement of
theirs is explained.
"""

import json

import pytest
from allauth.account.auth_backends import AuthenticationBackend
from django.db import connection
from django.test import Client, RequestFactory

from directory import permissions, verbs
from directory.by_name import walk
from directory.models import RoleAssignment, UnitMembership, User
from mystaff.portal.profile import history
from tenants.models import Tenant
from tests.benchmarks.generate import fill
from tests.benchmarks.people import cases, school_of, tenant_of
from tests.benchmarks.size import Size
from tests.database import point_django_to

SIZE = Size(tenants=40, people=10_000)
BIG = 0
TABLES = {"directory_user", "directory_unitmembership", "directory_searchword", "audit_entry"}
ROLES = {"directory_roleassignment"}
IN_ORDER = {"people_by_name", "entry_by_date", "entry_by_activity"}  # so read they stop when a page is full


@pytest.fixture(scope="module")
def many(database_copy, django_db_blocker):
    """A database of its own, with some thousands of people in 40 tenants."""
    server, name = database_copy.server, f"{database_copy.name}_plans"
    with django_db_blocker.unblock():
        server.create_database(name, database_copy.pristine)
        with server.administrator(name) as administrator:
            fill(administrator, SIZE)
        point_django_to(server, name)
        try:
            yield tenant_of(BIG)
        finally:
            point_django_to(server, database_copy.name)
            server.drop_database(name)


class Explained:
    """Notes every SELECT that passes, and explains them afterwards."""

    def __init__(self) -> None:
        self.statements = []

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith("SELECT"):
            self.statements.append((sql, params))
        return execute(sql, params, many, context)

    def whole_tables(self, tables: set[str]) -> list[str]:
        """Statements that read all of one of the tables, in words."""
        found = []
        for sql, params in self.statements:
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
                plan = cursor.fetchone()[0]
            plan = json.loads(plan) if isinstance(plan, str) else plan
            found += [f"{table}: {sql}" for table in scanned(plan[0]["Plan"]) & tables]
        return found


# What the wall adds to every condition: an index that serves only this reads all of a tenant.
WALL = "(tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)"


def scanned(node: dict, limited: bool = False) -> set[str]:
    """Tables of which this plan reads everything, or everything of a tenant."""
    kind, condition = node["Node Type"], node.get("Index Cond", node.get("Recheck Cond", ""))
    in_order = limited and node.get("Index Name") in IN_ORDER
    own = {node["Relation Name"]} if "Relation Name" in node else set()
    whole = kind == "Seq Scan" or (condition in ("", WALL) and not in_order)
    limited = kind == "Limit" or (limited and kind != "Sort")
    return (own if whole else set()).union(*(scanned(part, limited) for part in node.get("Plans", [])))


def explained(tenant: Tenant, ask, tables: set[str] = TABLES) -> list[str]:
    seen = Explained()
    with tenant.scope():
        with connection.execute_wrapper(seen):
            ask()
        assert seen.statements
        return seen.whole_tables(tables)


def person(tenant: Tenant, local: str) -> User:
    return User.objects.get(user_principal_name=f"{local}@{tenant.slug}.example")


def test_no_page_reads_a_whole_table(many, django_db_blocker):
    with django_db_blocker.unblock():
        wrong = {}
        for case in cases(BIG):
            browser = Client(headers={"cookie": case.cookie})

            def ask(browser=browser, path=case.path):
                assert browser.get(path).status_code == 200

            # Who sees everyone has them counted, and a letter finds a tenth of them: that reads them all.
            if not any(word in case.name for word in ("everyone", "letter", "locations")):
                wrong[case.name] = explained(many, ask)
        assert not {name: plans for name, plans in wrong.items() if plans}


def test_a_page_of_a_school_is_found_along_the_names(many, django_db_blocker):
    with django_db_blocker.unblock():
        with many.scope():
            school = school_of(many)
            inside, count = UnitMembership.objects.below(school), User.objects.in_unit(school).count()
            assert len(walk(inside.values("user_id"), count, 0, 25)) == 25
        assert explained(many, lambda: walk(inside.values("user_id"), count, 0, 25)) == []


def test_no_session_or_sign_in_reads_a_whole_table(many, django_db_blocker):
    request = RequestFactory().post("/")

    def sign_in():
        name = f"helpdesk@{many.slug}.example"
        AuthenticationBackend().authenticate(request, username=name, password="Not-this-one-1")

    with django_db_blocker.unblock():
        assert explained(many, sign_in) == []


@pytest.mark.parametrize("who", ["admin", "helpdesk", "principal", "teacher"])
@pytest.mark.parametrize("action", [verbs.VIEW, verbs.RESET_PASSWORD, verbs.CHANGE_PHONE])
def test_one_person_is_looked_for_and_not_among_all(many, django_db_blocker, who, action):
    with django_db_blocker.unblock():
        with many.scope():
            actor, pupil = person(many, who), User.objects.filter(job_title="Student").first()
        assert explained(many, lambda: permissions.reachable(actor, action).contains(pupil)) == []


def test_what_somebody_holds_is_looked_up(many, django_db_blocker):
    with django_db_blocker.unblock():
        with many.scope():
            teacher = person(many, "teacher")
        with connection.cursor() as cursor:
            # Of a thousand roles it could as well read all: what it does where it must not.
            cursor.execute("SET enable_seqscan = off; SET enable_mergejoin = off; SET enable_hashjoin = off")
        assert explained(many, lambda: list(RoleAssignment.objects.held_now_by(teacher)), ROLES) == []
        connection.close()


def test_the_history_of_a_person_is_looked_up(many, django_db_blocker):
    with django_db_blocker.unblock():
        with many.scope():
            pupil = User.objects.filter(job_title="Student").first()
        assert explained(many, lambda: history(pupil)) == []


def test_a_whole_table_would_be_noticed(many, django_db_blocker):
    with django_db_blocker.unblock():
        wrong = explained(many, lambda: list(User.objects.filter(display_name__icontains="ximena")))
    assert len(wrong) == 1 and wrong[0].startswith("directory_user: ")
