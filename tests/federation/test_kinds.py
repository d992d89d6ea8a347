"""Entra ID and Google Workspace: the claims that they send, from the real provider on loopback.

What the vendors' own servers do could not be tried: their names of claims are those of Microsoft's "ID token
claims reference" and of Google's "OpenID Connect".
"""

import pytest
from django.test import Client

from directory.models import FederatedIdentity, IdentityProvider, ProviderKind
from tests.federation.conftest import begin, make_provider, person_in, reasons, there_and_back

DIRECTORY = "6f1f2a55-0000-4000-8000-00000000abcd"
OID = "0d5a7f6e-0000-4000-8000-000000001042"
ENTRA = {
    "sub": "pairwise-1",
    "oid": OID,
    "tid": DIRECTORY,
    "preferred_username": "Sam.Reed@riverside.example",
    "email": "tom.baker@riverside.example",  # anybody may write anything there
    "email_verified": True,
}
GOOGLE = {
    "sub": "1079",
    "hd": "riverside.example",
    "email": "sam.reed@riverside.example",
    "email_verified": True,
}


@pytest.fixture
def entra(op, district):
    return make_provider(op, district.tenant, kind=ProviderKind.ENTRA, directory_id=DIRECTORY)


@pytest.fixture
def google(op, district):
    own = {"kind": ProviderKind.GOOGLE, "hosted_domain": "riverside.example", "name": "Riverside Google"}
    return make_provider(op, district.tenant, **own)


def come(op, provider, claims) -> str:
    op.control(claims)
    browser = Client()
    there_and_back(browser, op, provider)
    return person_in(browser)


def test_entra_id_says_who_by_the_object_id(op, entra):
    assert come(op, entra, ENTRA) == "sam.reed@riverside.example"
    assert FederatedIdentity.objects.get().uid == f"{entra.pk}:{OID}"
    # Another application there has another sub, and names change.
    changed = {"sub": "pairwise-2", "preferred_username": "new.name@riverside.example"}
    assert come(op, entra, ENTRA | changed) == "sam.reed@riverside.example"


def test_an_account_of_another_directory_is_refused(op, entra):
    assert come(op, entra, ENTRA | {"tid": "6f1f2a55-0000-4000-8000-00000000ffff"}) == ""
    assert come(op, entra, {name: value for name, value in ENTRA.items() if name != "tid"}) == ""
    assert reasons() == ["The account is of another directory."] * 2


@pytest.mark.parametrize("foreign", [{"idp": "live.com"}, {"acct": 1}, {"acct": "1"}])
def test_a_guest_of_that_directory_is_not_found_by_name(op, entra, foreign):
    """Their name comes from somewhere else, where anybody may have taken it."""
    assert come(op, entra, ENTRA | foreign) == ""
    assert reasons() == ["The provider did not send a user name that it has verified."]


def test_an_address_in_entra_id_is_nobodys_user_name(op, entra):
    without = {name: value for name, value in ENTRA.items() if name != "preferred_username"}
    assert come(op, entra, without) == ""


def test_without_a_permanent_id_nobody_comes_in(op, entra):
    assert come(op, entra, {name: value for name, value in ENTRA.items() if name != "oid"}) == ""
    assert reasons() == ["The provider sent no permanent ID."]


def test_google_says_who_by_the_subject(op, google):
    assert come(op, google, GOOGLE) == "sam.reed@riverside.example"
    assert FederatedIdentity.objects.get().uid == f"{google.pk}:1079"


@pytest.mark.parametrize("hosted", [{"hd": "lakeshore.example"}, {"hd": ""}, {"hd": None}])
def test_an_account_of_another_workspace_is_refused(op, google, hosted):
    assert come(op, google, GOOGLE | hosted) == ""
    assert reasons() == ["The account is not of this Workspace."]


def test_an_address_that_google_has_not_verified_is_nobody(op, google):
    assert come(op, google, GOOGLE | {"email_verified": False}) == ""


def test_on_a_shared_device_the_provider_asks_who_it_is(entra, google):
    assert "prompt=select_account" in begin(Client(), entra)
    assert "hd=riverside.example" in begin(Client(), google)


def test_the_vendors_issuers_need_not_be_typed(district):
    entra = IdentityProvider(kind=ProviderKind.ENTRA, directory_id=DIRECTORY)
    assert entra.issuer_url == f"https://login.microsoftonline.com/{DIRECTORY}/v2.0"
    assert IdentityProvider(kind=ProviderKind.GOOGLE).issuer_url == "https://accounts.google.com"
