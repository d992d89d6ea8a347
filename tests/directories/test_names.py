"""Distinguished names: what lies below what, however it is written."""

import pytest

from directory.connectors.ldap.names import lies_below

BASE = "OU=Lincoln,DC=ad,DC=example"


@pytest.mark.parametrize(
    ("dn", "base"),
    [
        (f"CN=Zoe,{BASE}", BASE),
        (BASE, BASE),
        ("cn=zoe, ou=lincoln , dc=AD,dc=example", BASE),
        (f"CN=Ray\\, Zoe+UID=7,OU=Pupils,{BASE}", BASE),
        ("CN=Zoe,OU=A\\2cB,DC=x", "OU=A\\,B,DC=x"),
        ("CN=Zoe,OU=\\C3\\A4 \\#1,DC=x", "ou=Ä  \\231,dc=x"),
        ("CN=x\\0ACNF:12,DC=x", "DC=x"),
        ("CN=Zoe,DC=x", ""),
    ],
)
def test_what_lies_below(dn, base):
    assert lies_below(dn, base)


@pytest.mark.parametrize(
    ("dn", "base"),
    [
        ("CN=Boss,OU=Office,DC=ad,DC=example", BASE),
        ("DC=ad,DC=example", BASE),
        ("CN=Boss,OU=Not Lincoln,DC=ad,DC=example", BASE),
        (f"CN=Boss,{BASE},DC=elsewhere", BASE),
        ("CN=Boss+OU=Lincoln,DC=ad,DC=example", BASE),
        ("CN=Boss\\,OU=Lincoln,DC=ad,DC=example", BASE),
        ("CN=Boss,OU=Lincoln\\,DC=ad,DC=example", BASE),
        ("", BASE),
        ("no name", BASE),
        (f"CN=Zoe,{BASE}", "<GUID=6d6d>"),
        (f"{'OU=a,' * 1000}{BASE}", BASE),  # nobody reads that long
    ],
)
def test_what_does_not(dn, base):
    assert not lies_below(dn, base)
