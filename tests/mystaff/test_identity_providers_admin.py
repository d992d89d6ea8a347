"""The tenant's identity providers in the admin."""

import pytest
from django.test import Client

from audit.models import Entry
from directory import roles
from directory.models import FederatedIdentity, IdentityProvider, User
from tests.conftest import assign, make_person, signed_in
from tests.mystaff.reading import words

LIST = "/riverside/admin/directory/identityprovider/"
SECRET = "hunter2-and-more"
OIDC = {
    "name": "Riverside ID",
    "kind": "oidc",
    "enabled": "on",
    "issuer": "https://id.riverside.example",
    "client_id": "mystaff",
    "client_secret": SECRET,
    "user_name_claim": "email",
}


@pytest.fixture
def browser(district) -> Client:
    return signed_in(district.admin)


def save(browser, where: str = "add/", **values):
    return browser.post(f"{LIST}{where}", OIDC | values)


def change(browser, **values):
    row = IdentityProvider.objects.get()
    values = {"client_secret": ""} | values
    return save(browser, f"{row.pk}/change/", **values)


def test_a_provider_is_added_and_its_secret_never_shown(browser):
    assert save(browser).status_code == 302
    row = IdentityProvider.objects.get()
    assert row.enabled and row.client_secret == SECRET
    page = browser.get(f"{LIST}{row.pk}/change/").content.decode()
    assert SECRET not in page and "A secret is stored." in page
    assert f"http://testserver/riverside/federation/{row.pk}/complete/" in page


def test_the_trail_has_old_and_new_values_and_no_secret(browser):
    save(browser)
    change(browser, client_id="other", client_secret="another-secret")
    entries = Entry.objects.filter(activity="Update identity provider", result="success")
    text = str([entry.modified_properties for entry in entries])
    assert "mystaff" in text and "other" in text and "(not shown)" in text
    assert SECRET not in text and "another-secret" not in text


@pytest.mark.parametrize(
    "values",
    [
        {"issuer": "https://evil.example"},
        {"kind": "entra", "directory_id": "6f1f2a55-0000-4000-8000-00000000abcd", "issuer": ""},
    ],
)
def test_a_secret_stays_where_it_is(browser, values):
    save(browser)
    response = change(browser, **values)
    assert "Type the secret again" in response.content.decode()
    assert IdentityProvider.objects.get().issuer == OIDC["issuer"]
    assert change(browser, client_secret=SECRET, **values).status_code == 302


def test_another_source_unlinks_everybody(browser, district):
    """The same subject is somebody else's over there."""
    save(browser)
    row = IdentityProvider.objects.get()
    FederatedIdentity.objects.create(provider=row, user=district.sam, uid=row.uid("1"))
    change(browser, name="Riverside login")
    assert FederatedIdentity.objects.exists()
    change(browser, issuer="https://new.example", client_secret=SECRET)
    assert not FederatedIdentity.objects.exists()
    entry = Entry.objects.get(activity="Unlink identity provider account", result="success")
    assert entry.modified_properties == [{"name": "linkedAccounts", "oldValue": 1, "newValue": 0}]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"issuer": ""}, "This kind needs it."),
        ({"issuer": "http://id.example"}, "begins with https://"),
        ({"issuer": "javascript:alert(1)"}, "begins with https://"),
        ({"issuer": "https://name:word@id.example"}, "begins with https://"),
        ({"client_secret": ""}, "This kind needs it."),
        ({"kind": "entra"}, "This kind needs it."),
        ({"kind": "entra", "directory_id": "common"}, "five groups"),
        ({"kind": "google"}, "This kind needs it."),
        ({"kind": "saml", "entity_id": "x", "sso_url": "http://x.example"}, "begins with https://"),
        ({"kind": "saml", "certificates": "x"}, "not a certificate"),
    ],
)
def test_what_cannot_work_is_said(browser, values, sentence):
    response = save(browser, **values)
    assert sentence in words(response)
    assert not IdentityProvider.objects.exists()


def test_a_saml_provider_gets_a_key_of_its_own(browser):
    from directory import saml_keys

    _key, certificate = saml_keys.make()
    values = {"kind": "saml", "entity_id": "https://idp.example", "sso_url": "https://idp.example/sso"}
    values |= {"certificates": certificate, "user_name_attribute": "upn", "client_secret": ""}
    assert save(browser, **values).status_code == 302
    row = IdentityProvider.objects.get()
    assert "PRIVATE KEY" in row.own_key and "CERTIFICATE" in row.own_certificate
    page = browser.get(f"{LIST}{row.pk}/change/").content.decode()
    assert f"/riverside/federation/{row.pk}/metadata/" in page and "PRIVATE" not in page
    assert browser.get(f"/riverside/federation/{row.pk}/metadata/").status_code == 200


def test_linked_accounts_are_unlinked_through_the_door(browser, district):
    save(browser)
    row = IdentityProvider.objects.get()
    link = FederatedIdentity.objects.create(provider=row, user=district.sam, uid=row.uid("1"))
    where = f"/riverside/admin/directory/federatedidentity/{link.pk}/delete/"
    assert browser.post(where, {"post": "yes"}).status_code == 302
    assert not FederatedIdentity.objects.exists() and User.objects.filter(pk=district.sam.pk).exists()
    entry = Entry.objects.get(activity="Unlink identity provider account", result="success")
    assert entry.target_principal_name == "sam.reed@riverside.example"


def test_linked_accounts_are_found_by_the_person(browser, district):
    save(browser)
    row = IdentityProvider.objects.get()
    for number, person in enumerate((district.sam, district.nora)):
        FederatedIdentity.objects.create(provider=row, user=person, uid=row.uid(f"subject-{number}"))
    where = "/riverside/admin/directory/federatedidentity/"
    found = words(browser.get(where, {"q": "sam ree"}))
    assert "subject-0" in found and "subject-1" not in found
    assert "subject-1" in words(browser.get(where))


def test_nobody_else_tests_a_provider(browser, district):
    save(browser)
    row = IdentityProvider.objects.get()
    other = make_person("other@riverside.example", "Other Admin")
    assign(other, roles.USER)
    assert signed_in(other).post(f"{LIST}{row.pk}/test/").status_code == 403
    assert signed_in(district.sam).post(f"{LIST}{row.pk}/test/").status_code == 403
