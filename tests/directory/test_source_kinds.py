"""What cannot work is said before it is saved, beside its field."""

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core.exceptions import ValidationError

from directory import roles, saml_keys
from directory.models import Source
from directory.source_kinds import check_directory, check_source
from tests.directory.sources import make_directory

ENTRA = {"kind": "entra", "servers": "", "base_dn": "", "secret": "x"}
ENTRA |= {"directory_id": "6f1f2a55-0000-4000-8000-00000000abcd"}
ENTRA |= {"account": "6F1F2A55-0000-4000-8000-00000000EF01"}
GOOGLE = {"kind": "google", "servers": "", "base_dn": "", "acts_for": "admin@riverside.example"}
GOOGLE |= {"account": "mystaff@project.iam.gserviceaccount.com"}


def errors(check, row) -> dict[str, list[str]]:
    try:
        check(row)
    except ValidationError as error:
        return error.message_dict
    return {}


def key() -> str:
    made = rsa.generate_private_key(65537, 2048)
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def test_what_is_whole_is_taken_and_brought_into_form():
    row = make_directory(servers="  DC1.Riverside.example:636\n\n10.0.0.2\n")
    assert errors(check_directory, row) == {}
    assert row.servers == "dc1.riverside.example:636\n10.0.0.2"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"servers": ""}, "servers"),
        ({"servers": "ldaps://dc1.example"}, "servers"),
        ({"servers": "dc1.example:0"}, "servers"),
        ({"servers": "dc1.example:70000"}, "servers"),
        ({"servers": "dc1.example\ndc2 .example"}, "servers"),
        ({"servers": "\n".join(f"dc{n}.example" for n in range(9))}, "servers"),
        ({"account": ""}, "account"),
        ({"secret": ""}, "secret"),
        ({"ca_certificates": "-----BEGIN CERTIFICATE-----"}, "ca_certificates"),
        (ENTRA | {"directory_id": ""}, "directory_id"),
        (ENTRA | {"directory_id": "common"}, "directory_id"),
        (ENTRA | {"account": ""}, "account"),
        (ENTRA | {"account": "abc"}, "account"),
        ({"base_dn": "hallo"}, "base_dn"),
        ({"base_dn": "DC=ad,example"}, "base_dn"),
        ({"base_dn": "DC="}, "base_dn"),
        ({"kind": "ldap", "match_attribute": "mail="}, "match_attribute"),
        (GOOGLE | {"secret": key(), "account": "mystaff"}, "account"),
        (GOOGLE | {"secret": key(), "acts_for": "the admin"}, "acts_for"),
        (GOOGLE | {"acts_for": "", "secret": key()}, "acts_for"),
        (GOOGLE | {"secret": "not a key"}, "secret"),
        (GOOGLE | {"secret": key(), "checks_passwords": True}, "checks_passwords"),
    ],
)
def test_what_a_directory_cannot_do_without(fields, field):
    assert list(errors(check_directory, make_directory(**fields))) == [field]


@pytest.mark.parametrize("key_", ["local", "rule"])
def test_names_that_mean_something_else(key_):
    for check, row in (
        (check_directory, make_directory(key_)),
        (check_source, Source(key=key_, kind="oneroster-csv")),
    ):
        with pytest.raises(ValidationError, match="means something else"):
            check(row)


def test_each_kind_is_whole_with_what_it_needs():
    _key, certificate = saml_keys.make()
    for fields in (
        {"ca_certificates": certificate, "checks_passwords": True},
        {"kind": "ldap"},
        {"base_dn": " OU=Schools\\, public, o=Riverside,dc = example ", "match_attribute": "uid"},
        {"base_dn": ""},
        ENTRA | {"directory_id": "6F1F2A55-0000-4000-8000-00000000ABCD"},
        GOOGLE | {"secret": key()},
    ):
        assert errors(check_directory, make_directory(**fields)) == {}


REST = {"kind": "oneroster-rest", "address": "https://sis.example", "client_id": "a", "secret": "b"}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        (REST | {"address": ""}, "address"),
        (REST | {"address": "https://name:word@sis.example"}, "address"),
        (REST | {"address": "javascript:alert(1)"}, "address"),
        (REST | {"address": "https://sis.example http://sis.example/token"}, "address"),
        (REST | {"address": "https://a.example https://b.example https://c.example"}, "address"),
        (REST | {"client_id": ""}, "client_id"),
        (REST | {"secret": ""}, "secret"),
        ({"kind": "ldap"}, "directory"),
        ({"kind": "entra", "directory": make_directory()}, "directory"),
        ({"kind": "csv", "roles": {"managers": roles.GLOBAL}}, "roles"),
        ({"kind": "oneroster-csv", "roles": {"teacher": roles.OPERATOR}}, "roles"),
    ],
)
def test_what_a_source_cannot_do_without(district, fields, field):
    assert list(errors(check_source, Source(key="roster", **fields))) == [field]


def test_a_source_is_taken_with_what_it_needs():
    for fields in (
        {"kind": "csv"},
        {"kind": "oneroster-csv", "roles": {"teacher": roles.PASSWORD, "aide": ""}},
        REST,
        REST | {"address": "https://sis.example/oneroster https://id.example/token"},
        {"kind": "ldap", "directory": make_directory()},
        {"kind": "ldap", "directory": make_directory(kind="ldap"), "groups": " AU-* \n\n"},
    ):
        assert errors(check_source, Source(key="roster", **fields)) == {}
