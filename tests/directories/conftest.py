"""One Active Directory and one OpenLDAP for each process of a run, and the rows that lead to them."""

import pytest

from directory.models import ConnectedDirectory, DirectoryKind, User
from tenants.models import AllowedHost, operators
from tests.conftest import make_person
from tests.directories import samba, slapd

PASSWORD = "Copper-Lantern-47"


@pytest.fixture(scope="session")
def domain(tmp_path_factory):
    with samba.domain(tmp_path_factory.mktemp("samba")) as running:
        yield running


@pytest.fixture(scope="session")
def openldap(tmp_path_factory):
    with slapd.openldap(tmp_path_factory.mktemp("slapd")) as running:
        yield running


def allow(tenant, host: str, port: int) -> None:
    """As an operator does for a host that stands inside."""
    with operators().scope():
        AllowedHost.objects.create(tenant=tenant, host=host, port=port)


@pytest.fixture
def ad(district, domain) -> ConnectedDirectory:
    """Riverside's Active Directory, in the tenant's settings."""
    allow(district.tenant, domain.host, 636)
    return ConnectedDirectory.objects.create(
        key="ad",
        name="Riverside AD",
        kind=DirectoryKind.ACTIVE_DIRECTORY,
        enabled=True,
        servers=f"{domain.host}:636",
        ca_certificates=domain.ca,
        base_dn=samba.BASE,
        account="mystaff@ad.example.test",
        secret=samba.SERVICE,
        writes_passwords=True,
        checks_passwords=True,
    )


@pytest.fixture
def ldap(district, openldap) -> ConnectedDirectory:
    """Riverside's OpenLDAP, in the tenant's settings."""
    allow(district.tenant, slapd.HOST, openldap.ldaps)
    allow(district.tenant, slapd.HOST, openldap.ldap)
    return ConnectedDirectory.objects.create(
        key="ldap",
        name="Riverside LDAP",
        kind=DirectoryKind.LDAP,
        enabled=True,
        servers=f"{slapd.HOST}:{openldap.ldaps}",
        ca_certificates=openldap.ca,
        base_dn=slapd.BASE,
        account=slapd.ACCOUNT,
        secret=slapd.SERVICE,
        writes_passwords=True,
        checks_passwords=True,
    )


def lives_at(key: str, upn: str, *units) -> User:
    """A person here whose password lives there."""
    person = make_person(upn, upn.partition("@")[0].replace(".", " ").title(), *units, authority=key)
    person.set_unusable_password()
    person.save()
    return person
