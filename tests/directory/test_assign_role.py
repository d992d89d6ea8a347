"""Roles from the command line: given and taken, and in the trail."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from audit.models import Entry
from directory import roles
from directory.models import RoleAssignment, User


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
    assert (entry.activity, entry.actor_name) == ("Add scoped member to role", "manage.py")
    assert {"key": "Location", "value": "Jefferson High"} in entry.additional_details
    run("Sam.Reed@riverside.example", roles.PASSWORD, location="Jefferson High", remove=True)
    assert held(district.sam) == []
    assert Entry.objects.first().activity == "Remove scoped member from role"


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
        ("sam.reed@riverside.example", roles.PASSWORD, {"location": "Staff"}, "Several locations"),
        ("sam.reed@riverside.example", roles.GLOBAL, {"location": "Jefferson High"}, "role_fits_its_scope"),
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
