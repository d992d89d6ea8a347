"""The first people of an instance and of a tenant, from the command line."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from audit.models import Entry
from directory import roles
from directory.models import User
from tenants.models import Tenant, operators


def run(*args, **options) -> str:
    out = StringIO()
    call_command(*args, stdout=out, **options)
    return out.getvalue()


def test_a_new_instance_has_nobody_and_no_tenant_but_the_operators(db):
    assert [tenant.is_operators for tenant in Tenant.objects.all()] == [True]
    with operators().scope():
        assert not User.objects.exists()


def test_an_operator(db):
    said = run("create_operator", "olive@it.example", "Olive Stone")
    with operators().scope():
        olive = User.objects.get(user_principal_name="olive@it.example")
        assert olive.is_operator
        assert olive.must_change_password
        assert olive.check_password(said.split()[-1])
        assert Entry.objects.count() == 2


def test_a_tenant_with_its_first_administrator(db):
    said = run("create_tenant", "hill", "Hill School", domain="hill.example", admin="it@hill.example")
    tenant = Tenant.objects.get(slug="hill")
    assert tenant.default_domain == "hill.example"
    with tenant.scope():
        admin = User.objects.get()
        assert admin.holds(roles.GLOBAL)
        assert admin.check_password(said.split()[-1])
    assert "/hill/sign-in/" in said


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"slug": "Hill!", "domain": "hill.example", "admin": "it@hill.example"}, "small letters"),
        ({"slug": "admin", "domain": "hill.example", "admin": "it@hill.example"}, "uses itself"),
        ({"slug": "hill", "domain": "riverside.example", "admin": "it@riverside.example"}, "already exists"),
        ({"slug": "hill", "domain": "hill.example", "admin": "it@riverside.example"}, "domain of this"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(riverside, options, sentence):
    slug = options.pop("slug")
    with pytest.raises(CommandError, match=sentence):
        run("create_tenant", slug, "Hill", **options)
    assert not Tenant.objects.filter(slug=slug).exists()


def test_a_taken_name_is_refused(db):
    run("create_operator", "olive@it.example", "Olive Stone")
    with pytest.raises(CommandError, match="taken"):
        run("create_operator", "Olive@it.example", "Olive Twin")
