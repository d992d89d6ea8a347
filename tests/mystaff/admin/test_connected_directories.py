"""Connected directories in the admin."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.test import Client

from audit.models import Entry
from directory import connectors
from directory.connectors import Refused
from directory.models import ConnectedDirectory, DirectoryKind
from tests.directory.sources import SECRET, make_directory, make_source
from tests.directory.trail import outcomes
from tests.mystaff.admin.conftest import AT
from tests.mystaff.admin.pages import errors, save, values
from tests.mystaff.reading import text_of

LIST, ADD = f"{AT}/connecteddirectory/", f"{AT}/connecteddirectory/add/"
AD = {
    "name": "Riverside AD",
    "key": "ad",
    "servers": "dc1.riverside.example:636",
    "base_dn": "DC=riverside,DC=example",
    "account": "mystaff@riverside.example",
    "secret": SECRET,
}


def add(browser: Client, kind: str, **typed):
    return save(browser, f"{ADD}?kind={kind}", **typed)


def page_of(row: ConnectedDirectory) -> str:
    return f"{LIST}{row.pk}/change/"


@pytest.fixture
def stored(district) -> ConnectedDirectory:
    row = make_directory()
    row.save()
    return row


def private_key() -> str:
    made = rsa.generate_private_key(65537, 2048)
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def test_the_kind_is_chosen_first(admin):
    page = admin.get(ADD).content.decode()
    assert all(f'href="?kind={kind}"' in page for kind in DirectoryKind)


@pytest.mark.parametrize("kind", DirectoryKind)
def test_each_form_has_what_its_kind_needs(admin, kind):
    page = admin.get(f"{ADD}?kind={kind}")
    shown = set(page.context["adminform"].form.fields)
    assert ("servers" in shown) is (kind in ("ad", "ldap")) is ("checks_passwords" in shown)
    assert ("directory_id" in shown) is (kind == "entra") and ("acts_for" in shown) is (kind == "google")


def test_one_is_added_and_its_secret_never_shown(admin):
    response = add(admin, "ad", **AD, writes_passwords="on")
    assert errors(response) == ""
    row = ConnectedDirectory.objects.get()
    assert response.headers["Location"] == page_of(row)
    assert (row.secret, row.writes_passwords, row.enabled) == (SECRET, True, False)
    page = admin.get(page_of(row)).content.decode()
    assert SECRET not in page and "A secret is stored." in page
    assert outcomes("Enable password writeback for directory") == ["success"]
    assert SECRET not in str(Entry.objects.values_list("modified_properties", "additional_details"))


def test_what_was_typed_wrong_does_not_bring_the_secret_back(admin):
    response = add(admin, "ad", **AD | {"servers": "not a server"})
    assert "servers" in errors(response) and SECRET not in response.content.decode()
    google = {"name": "G", "key": "g", "account": "a", "acts_for": "b", "secret": SECRET}
    response = add(admin, "google", **google)
    assert "secret" in errors(response) and SECRET not in response.content.decode()


@pytest.mark.parametrize(
    "typed",
    [
        {"servers": "evil.example:636"},
        {"account": "other"},
        {"ca_certificates": "x"},
    ],
)
def test_a_stored_secret_does_not_move(admin, stored, typed):
    assert "Type the secret again" in errors(save(admin, page_of(stored), **typed))
    stored.refresh_from_db()
    assert stored.servers == AD["servers"]


def test_it_moves_with_the_secret(admin, stored):
    typed = {"servers": "dc2.riverside.example", "secret": "another"}
    assert errors(save(admin, page_of(stored), **typed)) == ""
    stored.refresh_from_db()
    assert (stored.servers, stored.secret) == ("dc2.riverside.example", "another")


def test_key_and_kind_stand_there_to_read(admin, stored):
    shown = values(admin.get(page_of(stored)))
    assert "key" not in shown and "kind" not in shown
    assert errors(save(admin, page_of(stored), key="other", kind="google", name="AD")) == ""
    stored.refresh_from_db()
    assert (stored.key, stored.kind, stored.name) == ("ad", "ad", "AD")


@pytest.mark.parametrize("key", ["local", "rule", "Ad", "a b", ""])
def test_short_names_that_are_none(admin, key):
    assert "* key\n" in errors(add(admin, "ad", **AD | {"key": key}))


def test_googles_key_as_pem_or_as_its_file(admin):
    google = {"name": "Google", "acts_for": "admin@riverside.example"}
    google["account"] = "mystaff@project.iam.gserviceaccount.com"
    for number, secret in enumerate((private_key(), json.dumps({"private_key": private_key()}))):
        assert errors(add(admin, "google", **google, key=f"google{number}", secret=secret)) == ""
    for row in ConnectedDirectory.objects.all():
        assert row.secret.startswith("-----BEGIN PRIVATE KEY-----\n")
    for wrong in ("{}", "{", "[" * 9, '{"private_key": 3}', '{"private_key": "x"}'):
        assert "* secret\n" in errors(add(admin, "google", **google, key="g", secret=wrong))


class Double:
    """A directory that lets us in, or does not."""

    error: Exception | None = None

    def __init__(self, directory: ConnectedDirectory) -> None: ...

    def probe(self) -> None:
        if self.error:
            raise self.error


def test_the_button_says_what_came_of_it(admin, stored, monkeypatch):
    monkeypatch.setattr(connectors, "KINDS", {"ad": (__name__, "Double")})
    where = f"{LIST}{stored.pk}/test/"
    assert "Riverside AD answers" in text_of(admin.post(where, follow=True))
    monkeypatch.setattr(Double, "error", Refused("The account’s password is wrong."))
    assert "The account’s password is wrong." in text_of(admin.post(where, follow=True))
    assert admin.get(where).headers["Location"] == page_of(stored)
    assert outcomes("Test connected directory") == ["success", "failure"]


def test_nobody_else_tests_one(stored, staff, district, sign_in, lake):
    where = f"{LIST}{stored.pk}/test/"
    for browser in (*staff.values(), sign_in(district.sam), sign_in(district.helen)):
        assert browser.post(where).status_code == 403
    with lake.tenant.scope():
        theirs = make_directory()
        theirs.save()
    assert sign_in(district.admin).post(f"{LIST}{theirs.pk}/test/").status_code == 404


def test_one_in_use_is_not_deleted(admin, stored):
    assert "cannot be deleted" not in text_of(admin.get(page_of(stored)))
    make_source("ldap", "ldap", directory=stored)
    assert "uses this directory. It cannot be deleted." in text_of(admin.get(page_of(stored)))
    response = admin.post(f"{LIST}{stored.pk}/delete/", {"post": "yes"}, follow=True)
    assert "The source Student roster uses this directory." in text_of(response)
    assert ConnectedDirectory.objects.exists()
