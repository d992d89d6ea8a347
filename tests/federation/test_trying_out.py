"""**Test sign-in** in the admin: to the provider and back, and nobody is signed in."""

from uuid import uuid4

import pytest
from django.test import Client

from audit.models import Entry
from directory.models import FederatedIdentity, IdentityProvider, ProviderKind, RoleAssignment
from tests.conftest import signed_in
from tests.federation.conftest import SAM, complete_url, leads_to, make_provider, person_in, reasons
from tests.mystaff.reading import text_of


@pytest.fixture
def provider(op, district):
    return make_provider(op, district.tenant, enabled=False)


@pytest.fixture
def browser(district) -> Client:
    return signed_in(district.admin)


def try_out(browser, op, row: IdentityProvider):
    """Press the button, and come back."""
    response = browser.post(f"/riverside/admin/directory/identityprovider/{row.pk}/test/")
    return browser.get(op.visit(leads_to(response)))


def test_it_says_what_came_and_signs_nobody_in(browser, op, district, provider):
    op.control(SAM | {"amr": ["mfa"]})
    page = text_of(try_out(browser, op, provider))
    for said in (
        "s-1042",
        "sam.reed@riverside.example",
        "Sam Reed",
        "Second factor yes",
        "Nobody was signed in",
    ):
        assert said in page
    assert person_in(browser) == district.admin.user_principal_name
    assert not FederatedIdentity.objects.exists()
    assert Entry.objects.filter(activity="Test sign-in (identity provider)", result="success").count() == 1


def test_it_says_who_would_not_come_in(browser, op, district, provider):
    op.control(SAM | {"email": "tom.baker@riverside.example"})
    assert "holds a role" in text_of(try_out(browser, op, provider))
    assert reasons() == []


def test_it_says_what_was_wrong(browser, op, district, provider):
    op.control(SAM, claims={"aud": "another"})
    assert "The answer is for another application." in text_of(try_out(browser, op, provider))


def test_it_says_that_the_provider_is_not_there(browser, op, district, provider):
    IdentityProvider.objects.update(issuer="https://192.168.1.7")
    response = browser.post(f"/riverside/admin/directory/identityprovider/{provider.pk}/test/")
    assert "has no address that MyStaff may connect to" in text_of(response)


def test_it_tells_nothing_to_whoever_is_no_administrator_any_more(browser, op, district, provider):
    response = browser.post(f"/riverside/admin/directory/identityprovider/{provider.pk}/test/")
    back = op.visit(leads_to(response))
    RoleAssignment.objects.filter(user=district.admin).delete()
    page = browser.get(back).content.decode()
    assert "s-1042" not in page and "sam.reed" not in page


def test_the_name_of_a_provider_that_is_off_is_told_to_nobody_else(district, client):
    """Whoever has its address from somewhere; the answer to a test is told to whoever began the test."""
    with district.tenant.scope():
        provider = IdentityProvider.objects.create(name="Contoso", issuer="https://id.example", client_id="x")
        saml = IdentityProvider.objects.create(name="Fabrikam", kind=ProviderKind.SAML)
    here = client.get(complete_url(provider, district.tenant))
    provider.pk = uuid4()
    nowhere = client.get(complete_url(provider, district.tenant))
    assert (here.status_code, here.headers) == (
        nowhere.status_code,
        nowhere.headers,
    ) and here.status_code == 404
    back = client.post(f"/riverside/federation/{saml.pk}/acs/", {"SAMLResponse": "x"})
    assert back.status_code == 200 and "Fabrikam" not in back.content.decode()
