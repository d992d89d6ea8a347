"""A real OpenLDAP server with ppolicy, on two ports of loopback: LDAPS, and LDAP for StartTLS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import ldap3

from tests.directories.certificates import Authority
from tests.directories.programs import free_port, program, running

HOST = "127.0.0.1"
BASE = "dc=school,dc=example"
PUPILS, STAFF = f"ou=pupils,{BASE}", f"ou=staff,{BASE}"  # the service account may act on the first only
ROOT, OWN = f"cn=admin,{BASE}", "Granite-Walnut-71"
ACCOUNT, SERVICE = f"cn=mystaff,{BASE}", "Orchid-Ferry-38"

CONFIGURATION = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload ppolicy
pidfile {folder}/slapd.pid
TLSCACertificateFile {folder}/tls/ca.pem
TLSCertificateFile {folder}/tls/cert.pem
TLSCertificateKeyFile {folder}/tls/key.pem
database mdb
suffix "{base}"
rootdn "{root}"
rootpw {own}
directory {folder}/data
overlay ppolicy
ppolicy_default "cn=default,{base}"
ppolicy_use_lockout
ppolicy_hash_cleartext
access to dn.subtree="{pupils}" attrs=userPassword by dn="{account}" write by anonymous auth by * none
access to dn.subtree="{pupils}" by dn="{account}" write by * none
access to attrs=userPassword by anonymous auth by * none
access to * by dn="{account}" read by * none
"""

POLICY = {
    "cn": "default",
    "sn": "default",
    "pwdAttribute": "userPassword",
    "pwdCheckQuality": 2,
    "pwdMinLength": 8,
    "pwdInHistory": 3,
    "pwdLockout": "TRUE",
    "pwdMaxFailure": 5,
    "pwdMustChange": "TRUE",
}


@dataclass
class Slapd:
    """It, running; `root` is its administrator's own connection."""

    ca: str
    ldaps: int
    ldap: int
    root: ldap3.Connection = field(repr=False, default=None)

    def add(self, name: str, unit: str, password: str, **attributes: object) -> str:
        """A person with a password; their DN."""
        dn = f"uid={name},{unit}"
        facts = {"cn": name, "sn": name, "mail": f"{name}@riverside.example", "userPassword": password}
        self.done(self.root.add(dn, ["inetOrgPerson"], facts | attributes))
        return dn

    def remove(self, dn: str) -> None:
        self.root.delete(dn)

    def get(self, dn: str, *names: str) -> dict[str, list[bytes]]:
        self.root.search(dn, "(objectClass=*)", ldap3.BASE, attributes=list(names))
        return self.root.response[0]["raw_attributes"]

    def lets_in(self, dn: str, password: str) -> bool:
        link = ldap3.Connection(server_at(self.ldaps), dn, password)
        try:
            return link.bind()
        finally:
            link.unbind()

    def done(self, was_done: bool) -> None:
        assert was_done, self.root.result


def server_at(port: int) -> ldap3.Server:
    return ldap3.Server(HOST, port, use_ssl=True, get_info=ldap3.NONE)


@contextmanager
def openldap(folder: Path) -> Iterator[Slapd]:
    slapd, authority = program("slapd"), Authority()
    authority.sign(HOST, folder / "tls")
    (folder / "data").mkdir()
    names = {"base": BASE, "root": ROOT, "own": OWN, "pupils": PUPILS, "account": ACCOUNT}
    (folder / "slapd.conf").write_text(CONFIGURATION.format(folder=folder, **names))
    made = Slapd(authority.pem, free_port(), free_port())
    urls = f"ldaps://{HOST}:{made.ldaps} ldap://{HOST}:{made.ldap}"
    command = [slapd, "-d", "0", "-f", str(folder / "slapd.conf"), "-h", urls]
    with running(command, (HOST, made.ldaps), folder / "slapd.out"):
        made.root = ldap3.Connection(server_at(made.ldaps), ROOT, OWN, auto_bind=True)
        _fill(made)
        yield made


def _fill(made: Slapd) -> None:
    made.done(made.root.add(BASE, ["organization", "dcObject"], {"o": "School", "dc": "school"}))
    made.done(made.root.add(f"cn=default,{BASE}", ["person", "pwdPolicy"], POLICY))
    for unit in (PUPILS, STAFF):
        made.done(made.root.add(unit, ["organizationalUnit"]))
    made.done(made.root.add(ACCOUNT, ["person"], {"sn": "mystaff", "userPassword": SERVICE}))
