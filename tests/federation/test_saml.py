"""Signing in at the tenant's SAML provider: pysaml2, in this process."""

import time

import pytest
from django.test import Client
from saml2.saml import NAMEID_FORMAT_TRANSIENT, NameID
from saml2.xmldsig import DIGEST_SHA1, SIG_RSA_SHA1

from audit.models import Entry
from directory import saml_keys
from directory.models import FederatedIdentity, IdentityProvider, ProviderKind
from tests.conftest import signed_in
from tests.federation.conftest import leads_to, person_in, reasons
from tests.federation.saml_idp import ENTITY, PASSWORD, SAM, UPN, Idp, encoded
from tests.mystaff.reading import text_of


def make_saml(idp: Idp, tenant, **fields) -> IdentityProvider:
    """A provider of this tenant, and its metadata over there."""
    with tenant.scope():
        key, certificate = saml_keys.make()
        row = IdentityProvider(name=f"{tenant.slug} SAML", kind=ProviderKind.SAML, enabled=True)
        values = {"entity_id": ENTITY, "sso_url": idp.sso, "certificates": idp.certificate}
        values |= {"user_name_attribute": UPN, "own_key": key, "own_certificate": certificate}
        for name, value in (values | fields).items():
            setattr(row, name, value)
        row.full_clean()
        row.save()
    idp.meet(Client().get(f"/{tenant.slug}/federation/{row.pk}/metadata/").content)
    return row


@pytest.fixture
def idp(tmp_path):
    return Idp(tmp_path)


@pytest.fixture
def provider(idp, district):
    return make_saml(idp, district.tenant)


def begin(browser: Client, idp: Idp, row: IdentityProvider, at: str = "/riverside", **data) -> dict:
    """Press the button; what we ask the provider for."""
    url = leads_to(browser.post(f"{at}/federation/{row.pk}/begin/", data))
    assert url.startswith(idp.sso)
    return idp.read(url)


def send(browser: Client, row: IdentityProvider, xml: str, at: str = "/riverside"):
    """The provider's form, which comes from another site and so without a cookie, and then ours."""
    where = f"{at}/federation/{row.pk}/acs/"
    page = Client(enforce_csrf_checks=True).post(
        where, {"SAMLResponse": encoded(xml), "RelayState": "//evil"}
    )
    assert page.status_code == 200 and not page.cookies and "data-send-on" in page.content.decode()
    sent = {"SAMLResponse": page.context["sent"], page.context["field"]: "1"}
    return browser.post(where, sent)


def test_a_person_comes_in_and_is_known_by_the_subject_from_then_on(idp, district, provider):
    browser = Client()
    response = send(browser, provider, idp.answer(begin(browser, idp, provider)))
    assert response.status_code == 302 and response.headers["Location"] == "/riverside/account/"
    assert person_in(browser) == "sam.reed@riverside.example"
    assert FederatedIdentity.objects.get().uid == f"{provider.pk}:saml-1042"
    again = Client()
    renamed = SAM | {"eduPersonPrincipalName": ["new.name@riverside.example"]}
    send(again, provider, idp.answer(begin(again, idp, provider), renamed))
    assert person_in(again) == "sam.reed@riverside.example"


def test_to_confirm_the_provider_asks_once_more(idp, district, provider):
    browser, since = Client(), int(time.time())
    asked = begin(browser, idp, provider, fresh="1")
    assert idp.was_forced
    assert send(browser, provider, idp.answer(asked)).status_code == 302
    assert since <= browser.session["account_authentication_methods"][-1]["at"] <= time.time()
    asked = begin(browser, idp, provider, fresh="1")
    old = {"authn": {"class_ref": PASSWORD, "authn_auth": ENTITY, "authn_instant": since - 3600}}
    assert send(browser, provider, idp.answer(asked, **old)).status_code == 403
    assert reasons() == ["The provider did not ask the person to sign in once more."]


def test_an_attribute_may_be_the_permanent_id(idp, district, provider):
    IdentityProvider.objects.update(subject_attribute="urn:oid:2.16.840.1.113730.3.1.3")
    browser = Client()
    person = SAM | {"employeeNumber": ["E-1042"]}
    send(browser, provider, idp.answer(begin(browser, idp, provider), person))
    assert FederatedIdentity.objects.get().uid == f"{provider.pk}:E-1042"


def test_the_request_is_signed_and_wants_nothing_else(idp, district, provider):
    url = leads_to(Client().post(f"/riverside/federation/{provider.pk}/begin/"))
    assert "Signature=" in url and "rsa-sha256" in url
    asked = idp.read(url)
    assert asked["destination"] == f"http://testserver/riverside/federation/{provider.pk}/acs/"


def test_the_metadata_names_addresses_and_a_certificate_and_no_key(district, provider):
    text = Client().get(f"/riverside/federation/{provider.pk}/metadata/").content.decode()
    assert 'WantAssertionsSigned="true"' in text and 'AuthnRequestsSigned="true"' in text
    assert "PRIVATE" not in text and str(provider.own_key).split("\n")[1] not in text


def test_it_can_be_tried_out(idp, district, provider):
    IdentityProvider.objects.update(enabled=False)
    browser = signed_in(district.admin)
    response = browser.post(f"/riverside/admin/directory/identityprovider/{provider.pk}/test/")
    page = text_of(send(browser, provider, idp.answer(idp.read(leads_to(response)))))
    assert "saml-1042" in page and "Sam Reed" in page
    assert person_in(browser) == district.admin.user_principal_name
    assert not FederatedIdentity.objects.exists()


# Wrong answers


def other_key(idp, tmp_path):
    folder = tmp_path / "other"
    folder.mkdir()
    return Idp(folder, (idp.folder / "sp.xml").read_bytes())


def too_old(idp, tmp_path):
    late = Idp.__new__(Idp)
    late.__dict__.update(idp.__dict__ | {"lifetime": -10})
    late.meet((idp.folder / "sp.xml").read_bytes())
    return late


WRONG = {
    "unsigned": ({"sign_assertion": False}, "The answer is not signed."),
    "only the envelope is signed": (
        {"sign_assertion": False, "sign_response": True},
        "The answer is not signed.",
    ),
    "another issuer": ({"issuer": "https://evil.example"}, "The answer is from another issuer."),
    "another audience": ({"sp_entity_id": "https://other.example"}, "The answer is for another application."),
    "another recipient": ({"destination": "https://other.example/"}, "The answer is for another address."),
    "weak": (
        {"sign_alg": SIG_RSA_SHA1, "digest_alg": DIGEST_SHA1},
        "The answer is signed in a way that is not safe any more.",
    ),
    "made anew each time": (
        {"name_id": NameID(format=NAMEID_FORMAT_TRANSIENT, text="t-1")},
        "The provider sent no permanent ID.",
    ),
}


def assert_refused(browser, response, sentence: str) -> None:
    assert response.status_code == 403
    assert "You are not signed in" in response.content.decode()
    assert person_in(browser) == ""
    assert reasons()[-1] == sentence
    assert not FederatedIdentity.objects.exists()


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_is_refused(idp, district, provider, name):
    other, sentence = WRONG[name]
    browser = Client()
    asked = begin(browser, idp, provider)
    assert_refused(browser, send(browser, provider, idp.answer(asked, **other)), sentence)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (other_key, "The answer’s signature is not the provider’s."),
        (too_old, "The answer is too old."),
    ],
)
def test_an_answer_of_the_wrong_key_or_time_is_refused(idp, district, provider, tmp_path, make, sentence):
    browser = Client()
    asked = begin(browser, idp, provider)
    assert_refused(browser, send(browser, provider, make(idp, tmp_path).answer(asked)), sentence)


def changed(xml: str) -> str:
    return xml.replace("sam.reed@", "tom.baker@")


def wrapped(xml: str) -> str:
    """The signed assertion moved aside, and one that is made up in its place (XML signature wrapping)."""
    from copy import deepcopy

    from lxml import etree

    document = etree.fromstring(xml.encode())
    space = {"a": "urn:oasis:names:tc:SAML:2.0:assertion", "p": "urn:oasis:names:tc:SAML:2.0:protocol"}
    signed = document.find("a:Assertion", space)
    evil = deepcopy(signed)
    evil.set("ID", "_evil")
    evil.remove(evil.find("{http://www.w3.org/2000/09/xmldsig#}Signature"))
    signed.getparent().replace(signed, evil)
    aside = etree.SubElement(document, f"{{{space['p']}}}Extensions")
    document.insert(1, aside)
    aside.append(signed)
    return changed(etree.tostring(document).decode())


def doubled(xml: str) -> str:
    """A second assertion beside the signed one."""
    start, end = xml.index("<ns1:Assertion"), xml.index("</ns1:Assertion>") + len("</ns1:Assertion>")
    return xml[:start] + changed(xml[start:end]).replace('ID="', 'ID="_x', 1) + xml[start:]


@pytest.mark.parametrize("attack", [changed, wrapped, doubled])
def test_an_answer_that_somebody_has_worked_on_is_refused(idp, district, provider, attack):
    browser = Client()
    xml = idp.answer(begin(browser, idp, provider))
    assert attack(xml) != xml
    response = send(browser, provider, attack(xml))
    assert response.status_code == 403 and person_in(browser) == "" and len(reasons()) == 1
    assert not FederatedIdentity.objects.exists()


def test_a_comment_does_not_cut_a_name(idp, district, provider):
    """A signature does not cover comments; who reads a name only up to one reads somebody else's."""
    browser = Client()
    long = {"eduPersonPrincipalName": ["sam.reed@riverside.example.evil.example"]}
    xml = idp.answer(begin(browser, idp, provider), long)
    cut = xml.replace("riverside.example.evil", "riverside.example<!---->.evil")
    assert cut != xml
    assert send(browser, provider, cut).status_code == 403 and person_in(browser) == ""


def test_a_document_that_would_grow_or_read_files_is_not_read(idp, district, provider):
    browser = Client()
    asked = begin(browser, idp, provider)
    xml = idp.answer(asked).replace("?>", '?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>', 1)
    if "DOCTYPE" not in xml:
        xml = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>' + xml
    assert send(browser, provider, xml).status_code == 403
    assert person_in(browser) == ""


def test_an_answer_serves_once(idp, district, provider):
    browser = Client()
    xml = idp.answer(begin(browser, idp, provider))
    assert send(browser, provider, xml).status_code == 302
    assert send(browser, provider, xml).status_code == 403
    assert reasons() == ["The answer was used before."]
    assert send(Client(), provider, xml).status_code == 403


def test_an_answer_is_nothing_in_another_browser(idp, district, provider):
    xml = idp.answer(begin(Client(), idp, provider))
    before = Entry.objects.count()
    victim = Client()
    assert send(victim, provider, xml).status_code == 403 and person_in(victim) == ""
    assert Entry.objects.count() == before


def test_an_answer_to_another_request_of_this_browser_is_refused(idp, district, provider):
    browser = Client()
    first, second = begin(browser, idp, provider), begin(browser, idp, provider)
    mixed = idp.answer(first).replace(first["in_response_to"], second["in_response_to"], 1)
    assert send(browser, provider, mixed).status_code == 403 and person_in(browser) == ""


def test_what_nobody_asked_for_is_refused(idp, district, provider):
    browser = Client()
    asked = begin(browser, idp, provider)
    for wanted in (asked | {"in_response_to": None}, asked | {"in_response_to": "_made_up"}):
        assert send(browser, provider, idp.answer(wanted)).status_code == 403
    assert person_in(browser) == ""


@pytest.mark.parametrize("sent", ["", "!", "PHg+", "A" * 3000])
def test_rubbish_is_refused(district, provider, sent):
    where = f"/riverside/federation/{provider.pk}/acs/"
    assert Client().post(where, {"SAMLResponse": sent, "same_site": "1"}).status_code == 403


def test_one_tenants_answer_signs_nobody_in_at_another(idp, district, lake, tmp_path, provider):
    """The same provider with the same key, and the same browser."""
    there = make_saml(idp, lake.tenant)
    idp.meet(Client().get(f"/riverside/federation/{provider.pk}/metadata/").content)
    browser = Client()
    xml = idp.answer(begin(browser, idp, provider))
    assert send(browser, there, xml, "/lakeshore").status_code == 403
    assert person_in(browser, "/lakeshore") == person_in(browser) == ""
    with lake.tenant.scope():
        assert reasons() == ["The answer belongs to a sign-in with another provider."]
