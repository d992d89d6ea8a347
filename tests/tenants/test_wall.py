"""The wall: what one tenant's scope shows, and what happens at its edges."""

import pytest
from django.db import (
    DatabaseError,
    IntegrityError,
    close_old_connections,
    connection,
    transaction,
)

from directory.models import AdministrativeUnit, Group, User
from tenants import scopes
from tenants.models import OPERATORS_ID, EmailDomain, HostName, Tenant, operators


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


def test_the_scope_one_is_in_already_costs_no_statement(two, monkeypatch):
    told, tell = [], scopes._set

    def telling(raw):
        if raw is connection.connection:  # the owner's is told too
            told.append(scopes.current())
        tell(raw)

    monkeypatch.setattr(scopes, "_set", telling)
    with two[0].scope():
        with two[0].scope():
            assert names() == ["Sam Reed"]
            with two[1].scope(), two[1].scope():
                assert names() == ["Ivy Chen"]
            assert names() == ["Sam Reed"]
        assert names() == ["Sam Reed"]
    assert names() == []
    assert told == [two[0].pk, two[1].pk, two[0].pk, None]


@pytest.mark.django_db(transaction=True)
def test_a_connection_lost_between_two_scopes_of_one_tenant_comes_back_in_it(two):
    with two[0].scope():
        connection.close()
        with two[0].scope():
            assert names() == ["Sam Reed"]
        assert names() == ["Sam Reed"]


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


def test_operators_have_a_fixed_id_and_slug(db):
    assert Tenant.objects.get(pk=OPERATORS_ID).slug == "operators"


@pytest.mark.parametrize("slug", ["admin", "outbox", "static", "media", "health", "operators"])
def test_reserved_names_are_no_tenants(db, slug):
    with pytest.raises(Exception, match="uses itself"):
        Tenant(slug=slug, name="X").full_clean()


def test_two_tenants_share_no_slug(riverside):
    with operators().scope(), pytest.raises(IntegrityError), transaction.atomic():
        Tenant.objects.create(slug="riverside", name="Other")
