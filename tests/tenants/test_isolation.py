"""What the database holds of the wall: policies on every table, and the rights of the application's role."""

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, connections, transaction

from tenants import isolation
from tenants.models import AllowedHost, EmailDomain, HostName, Tenant, TenantModel


def tables() -> dict[str, tuple[bool, bool]]:
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class "
            "WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        )
        return {name: (on, forced) for name, on, forced in cursor.fetchall()}


def test_every_table_is_walled_or_says_why_not(db):
    found = tables()
    unwalled = {name for name, state in found.items() if state != (True, True)}
    assert unwalled == set(isolation.OPEN)
    assert all(len(reason) > 20 for reason in (isolation.OPEN | isolation.REGISTERS).values())


def test_every_walled_table_compares_the_tenant(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename, string_agg(coalesce(qual, '') || coalesce(with_check, ''), ' ') "
            "FROM pg_policies GROUP BY tablename"
        )
        policies = dict(cursor.fetchall())
    for table in tables().keys() - isolation.OPEN.keys():
        assert "app.tenant" in policies[table], table
        assert ("tenant_id" in policies[table]) != (table in isolation.REGISTERS), table


def test_every_model_of_ours_is_a_tenant_model(db):
    ours = [m for app in ("tenants", "audit", "directory") for m in apps.get_app_config(app).get_models()]
    assert {m for m in ours if not issubclass(m, TenantModel)} == {
        Tenant,
        HostName,
        EmailDomain,
        AllowedHost,
    }


def test_library_tables_are_stamped(two):
    with two[0].scope(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO social_auth_nonce (server_url, timestamp, salt) VALUES ('a', 1, 'b')")
        cursor.execute("SELECT count(*) FROM social_auth_nonce")
        assert cursor.fetchone() == (1,)
    with two[1].scope(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM social_auth_nonce")
        assert cursor.fetchone() == (0,)


# Roles of the database


RIGHTS = """
    SELECT table_name, privilege_type FROM information_schema.role_table_grants
    WHERE grantee IN (current_user, 'PUBLIC') AND table_schema = 'public'
"""


def test_the_application_can_neither_truncate_nor_alter_nor_change_the_trail(db):
    with connection.cursor() as cursor:
        cursor.execute(RIGHTS)
        rights = set(cursor.fetchall())
    allowed = {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert {right for _table, right in rights} <= allowed
    for table in ("audit_entry", "audit_entryword"):
        assert {right for name, right in rights if name == table} == {"SELECT", "INSERT"}
    assert {right for name, right in rights if name == "audit_head"} == {"SELECT", "INSERT", "UPDATE"}
    for table in isolation.READ_ONLY:
        assert {right for name, right in rights if name == table} == {"SELECT"}


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE audit_entry",
        "TRUNCATE directory_user CASCADE",
        "DELETE FROM audit_entry",
        "UPDATE audit_entry SET activity = 'x'",
        "TRUNCATE audit_entryword",
        "DELETE FROM audit_entryword",
        "UPDATE audit_entryword SET word = 'x'",
        "TRUNCATE audit_head",
        "DELETE FROM audit_head",
        "ALTER TABLE directory_user DISABLE ROW LEVEL SECURITY",
        "DROP POLICY wall ON directory_user",
        "CREATE TABLE loot (x text)",
        "SET ROLE mystaff_owner",
    ],
)
def test_the_database_says_no(two, statement):
    with two[0].scope(), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


# Laid again


OPENED = """
    DROP POLICY wall ON directory_user;
    CREATE POLICY wall ON directory_user USING (true);
    ALTER TABLE directory_group DISABLE ROW LEVEL SECURITY;
    ALTER TABLE directory_group NO FORCE ROW LEVEL SECURITY;
    DROP POLICY wall_write ON audit_entry;
    GRANT TRUNCATE, DELETE ON audit_entry TO PUBLIC;
    CREATE TABLE of_a_new_library (id bigserial PRIMARY KEY);
"""
WALL = """
    SELECT tablename, policyname, cmd, qual, with_check FROM pg_policies ORDER BY 1, 2;
"""


def state(cursor) -> tuple[list, set]:
    cursor.execute(WALL)
    policies = cursor.fetchall()
    cursor.execute("SELECT relname FROM pg_class WHERE relforcerowsecurity AND relrowsecurity")
    return policies, {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db(databases=["owner"])
def test_a_migrate_closes_what_somebody_has_opened_and_walls_what_is_new():
    with connections["owner"].cursor() as cursor:
        before, closed = state(cursor)
        cursor.execute(OPENED)
        assert state(cursor) != (before, closed)
        isolation.after_migrate(apps.get_app_config("tenants"), "owner")  # not the last one: nothing yet
        assert "directory_group" not in state(cursor)[1]
        with_models = [config for config in apps.get_app_configs() if config.models_module]
        isolation.after_migrate(with_models[-1], "owner")
        after, closed_again = state(cursor)
        new = "of_a_new_library"
        assert [row for row in after if row[0] != new] == before
        assert closed_again == closed | {new}
        cursor.execute("SELECT has_table_privilege('mystaff_app', 'audit_entry', 'TRUNCATE, DELETE')")
        assert cursor.fetchone() == (False,)
        cursor.execute("SELECT has_table_privilege('mystaff_app', %s, 'INSERT')", [new])
        assert cursor.fetchone() == (True,)
