"""Roles from the command line: given and taken, and in the trail."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from audit.models import Entry
from directory import roles
from directory.command_line import account
from directory.models import RoleAssignment, User
from tests.conftest import make_unit


def run(*args, **options) -> str:
    out = StringIO()
    call_command("assign_role", *args, stdout=out, **options)
    return out.getvalue()


def held(person) -> list[tuple]:
    return list(RoleAssignment.objects.filter(user=person).values_list("role", "unit__name"))


def test_over_a_location_and_back(district):
    run("sam.reed@riverside.example", roles.PASSWORD, location="Jefferson High")
    assert held(district.sam) == [(roles.PASSWORD, "Jefferson High")]
    entry = Entry.objects.get()
    assert (entry.activity, entry.actor_name) == ("Add scoped member to role", account())
    assert {"key": "Location", "value": "Jefferson High"} in entry.additional_details
    run("Sam.Reed@riverside.example", roles.PASSWORD, location="Jefferson High", remove=True)
    assert held(district.sam) == []
    assert Entry.objects.first().activity == "Remove scoped member from role"


def test_a_location_is_told_apart_by_what_it_is_in(district):
    run("sam.reed@riverside.example", roles.PASSWORD, location="Jefferson High/Staff")
    assert RoleAssignment.objects.get(user=district.sam).unit.parent == district.jefferson
    make_unit("A/B testing")
    run("sam.reed@riverside.example", roles.PASSWORD, location="A/B testing")
    assert (roles.PASSWORD, "A/B testing") in held(district.sam)


def test_a_guest_gets_a_role_where_they_are_one(district, lake, guest_maria):
    run("maria.lopez@riverside.example", roles.HELPDESK, tenant="lakeshore")
    with lake.tenant.scope():
        assert (roles.HELPDESK, None) in held(guest_maria)


def test_over_the_whole_tenant(district):
    assert "the whole tenant" in run("sam.reed@riverside.example", roles.GLOBAL)
    assert User.objects.get(pk=district.sam.pk).holds(roles.GLOBAL)


@pytest.mark.parametrize(
    ("name", "role", "options", "sentence"),
    [
        ("sam.reed@riverside.example", "Emperor", {}, "invalid choice"),
        ("sam.reed@riverside.example", roles.OPERATOR, {}, "invalid choice"),
        ("nobody@riverside.example", roles.PASSWORD, {}, "nobody with"),
        ("sam.reed@elsewhere.example", roles.PASSWORD, {}, "No tenant"),
        ("sam.reed@riverside.example", roles.PASSWORD, {"location": "Narnia"}, "No location"),
        (
            "sam.reed@riverside.example",
            roles.PASSWORD,
            {"location": "Staff"},
            "High/Staff, Lincoln",
        ),
        ("sam.reed@riverside.example", roles.PASSWORD, {"location": "High/Staff"}, "No location"),
        ("sam.reed@riverside.example", roles.PASSWORD, {"tenant": "nowhere"}, "no tenant nowhere"),
        ("sam.reed@riverside.example", roles.GLOBAL, {"location": "Jefferson High"}, "whole tenant only"),
        ("sam.reed@riverside.example", roles.GLOBAL, {"remove": True}, "does not hold"),
        ("helen.park@riverside.example", roles.HELPDESK, {}, "holds this role"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(district, name, role, options, sentence):
    before = RoleAssignment.objects.count()
    with pytest.raises(CommandError, match=sentence):
        run(name, role, **options)
    assert RoleAssignment.objects.count() == before
    assert not Entry.objects.exists()


def test_an_operator_gets_no_role_this_way(operator):
    with pytest.raises(CommandError, match="No tenant"):
        run("operator@mystaff.example", roles.GLOBAL)


def test_the_last_global_administrator_keeps_the_role(district):
    with pytest.raises(CommandError, match="last Global Administrator"):
        run("admin@riverside.example", roles.GLOBAL, remove=True)
    run("omar.diaz@riverside.example", roles.GLOBAL)
    run("admin@riverside.example", roles.GLOBAL, remove=True)
    assert held(district.admin) == []


def test_by_somebody_only_what_they_may_give(district):
    run("sam.reed@riverside.example", roles.PASSWORD, by=district.admin.user_principal_name)
    entry = Entry.objects.get()
    assert entry.actor_id == district.admin.pk
    assert {"key": "Source", "value": f"manage.py, by the account {account()}"} in entry.additional_details
    for by, sentence in ((district.helen, "does not include"), (district.sam, "does not include")):
        with pytest.raises(CommandError, match=sentence):
            run("omar.diaz@riverside.example", roles.PASSWORD, by=by.user_principal_name)
    with pytest.raises(CommandError, match="Nobody changes their own roles"):
        run("admin@riverside.example", roles.HELPDESK, by=district.admin.user_principal_name)
    assert held(district.omar) == []
