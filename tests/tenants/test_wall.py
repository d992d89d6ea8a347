"""The wall: what one tenant's scope shows, and what happens at its edges."""

import pytest
from django.apps import apps
from django.db import (
    DatabaseError,
    IntegrityError,
    close_old_connections,
    connection,
    connections,
    transaction,
)

from directory.models import AdministrativeUnit, Group, User
from tenants import isolation, scopes
from tenants.models import OPERATORS_ID, EmailDomain, HostName, Tenant, TenantModel, operators
from tests.conftest import make_person, make_unit


@pytest.fixture
def two(riverside, lakeshore):
    for tenant, name in ((riverside, "Sam Reed"), (lakeshore, "Ivy Chen")):
        with tenant.scope():
            make_person(f"{name.split()[0].lower()}@{tenant.slug}.example", name, make_unit("School"))
    return riverside, lakeshore


def names() -> list[str]:
    return list(User.objects.values_list("display_name", flat=True))


def test_a_scope_shows_its_own_rows(two):
    for tenant, name in zip(two, ("Sam Reed", "Ivy Chen"), strict=True):
        with tenant.scope():
            assert names() == [name]


def test_no_scope_shows_nothing(two):
    assert names() == []
    assert AdministrativeUnit.objects.count() == 0


def test_no_scope_takes_no_rows(two):
    with pytest.raises(DatabaseError), transaction.atomic():
        User.objects.create(user_principal_name="x@riverside.example", display_name="X")


def test_raw_sql_sees_no_more(two):
    with two[0].scope(), connection.cursor() as cursor:
        cursor.execute("SELECT display_name FROM directory_user UNION SELECT word FROM directory_searchword")
        assert ("Ivy Chen",) not in cursor.fetchall()


def test_joins_see_no_more(two):
    with two[1].scope():
        assert list(AdministrativeUnit.objects.values_list("memberships__user__display_name", flat=True)) == [
            "Ivy Chen"
        ]


def test_nobody_writes_a_row_for_another_tenant(two):
    with two[0].scope(), pytest.raises(DatabaseError), transaction.atomic():
        Group.objects.create(name="Trojan", tenant=two[1])


def test_nobody_moves_a_row_to_another_tenant(two):
    with two[0].scope(), pytest.raises(DatabaseError), transaction.atomic():
        User.objects.update(tenant=two[1])


def test_updates_and_deletes_stay_inside(two):
    with two[0].scope():
        User.objects.update(job_title="Changed")
        User.objects.all().delete()
    with two[1].scope():
        assert User.objects.get().job_title == ""


def test_an_inner_scope_gives_way_to_the_outer_one(two):
    with two[0].scope():
        with two[1].scope():
            assert names() == ["Ivy Chen"]
        assert names() == ["Sam Reed"]
    assert names() == []


def test_an_error_inside_restores_the_outer_scope(two):
    with two[0].scope():
        with pytest.raises(ZeroDivisionError), two[1].scope():
            raise ZeroDivisionError
        assert names() == ["Sam Reed"]


def test_a_database_error_inside_restores_the_outer_scope(two):
    with two[0].scope():
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            two[1].scope(),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT 1/0")
        assert names() == ["Sam Reed"]


def test_a_rollback_restores_the_scope_it_began_in(two):
    with two[0].scope():
        try:
            with transaction.atomic():
                with two[1].scope():
                    pass
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass
        assert names() == ["Sam Reed"]


@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_comes_back_in_scope(two):
    with two[0].scope():
        connection.close()
        assert names() == ["Sam Reed"]
    connection.close()
    assert names() == []


@pytest.mark.django_db(transaction=True)
def test_a_connection_lost_inside_a_scope_undoes_nothing_that_is_done(two, postgres_server):
    with two[0].scope():
        assert names() == ["Sam Reed"]
        with postgres_server.administrator() as administrator:
            lost = connection.connection.info.backend_pid
            administrator.execute("SELECT pg_terminate_backend(%s, 60000)", [lost])
    close_old_connections()
    assert names() == []


@pytest.mark.django_db(transaction=True)
def test_a_scope_entered_over_a_lost_connection_is_told_to_the_next(two, postgres_server):
    assert names() == []
    with postgres_server.administrator() as administrator:
        lost = connection.connection.info.backend_pid
        administrator.execute("SELECT pg_terminate_backend(%s, 60000)", [lost])
    close_old_connections()
    with two[0].scope():
        assert names() == ["Sam Reed"]


def test_a_leaked_setting_is_overwritten(two):
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.tenant', %s, false)", [str(two[1].pk)])
    with two[0].scope():
        assert names() == ["Sam Reed"]


def test_a_scope_of_nobody_is_empty(two):
    with two[0].scope(), scopes.scope(None):
        assert names() == []
        with pytest.raises(scopes.NoScope):
            scopes.require()


def test_duplicates_are_told_by_the_form_and_not_by_a_server_error(two):
    with two[0].scope():
        twin = User(user_principal_name="sam@riverside.example", display_name="Twin")
        with pytest.raises(Exception, match="taken"):
            twin.validate_constraints()


def test_the_same_name_may_stand_in_two_tenants(two):
    for tenant in two:
        with tenant.scope():
            Group.objects.create(name="Managers")


# Registers


def test_registers_are_read_by_all_and_written_by_operators_only(two):
    with two[0].scope():
        assert Tenant.objects.filter(slug="lakeshore").exists()
        with pytest.raises(DatabaseError), transaction.atomic():
            EmailDomain.objects.create(domain="evil.example", tenant=two[0])
        assert Tenant.objects.update(name="Mine") == 0
        assert HostName.objects.all().delete()[0] == 0
    with operators().scope():
        EmailDomain.objects.create(domain="new.example", tenant=two[0])


def test_the_operators_tenant_is_no_key_to_the_others(two):
    with operators().scope():
        assert names() == []


# Every table


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
    assert {m for m in ours if not issubclass(m, TenantModel)} == {Tenant, HostName, EmailDomain}


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
    assert {right for table, right in rights if table == "audit_entry"} == {"SELECT", "INSERT"}
    for table in isolation.READ_ONLY:
        assert {right for name, right in rights if name == table} == {"SELECT"}


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE audit_entry",
        "TRUNCATE directory_user CASCADE",
        "DELETE FROM audit_entry",
        "UPDATE audit_entry SET activity = 'x'",
        "ALTER TABLE directory_user DISABLE ROW LEVEL SECURITY",
        "DROP POLICY wall ON directory_user",
        "CREATE TABLE loot (x text)",
        "SET ROLE mystaff_owner",
    ],
)
def test_the_database_says_no(two, statement):
    with two[0].scope(), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_operators_have_a_fixed_id_and_slug(db):
    assert Tenant.objects.get(pk=OPERATORS_ID).slug == "operators"


@pytest.mark.parametrize("slug", ["admin", "outbox", "static", "media", "health", "operators"])
def test_reserved_names_are_no_tenants(db, slug):
    with pytest.raises(Exception, match="uses itself"):
        Tenant(slug=slug, name="X").full_clean()


def test_two_tenants_share_no_slug(riverside):
    with operators().scope(), pytest.raises(IntegrityError), transaction.atomic():
        Tenant.objects.create(slug="riverside", name="Other")
