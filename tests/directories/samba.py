"""A real Active Directory domain controller: Samba's, provisioned into a folder, LDAP only."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import ldap3

from tests.directories.certificates import Authority
from tests.directories.programs import own_address, program, running

BASE = "DC=ad,DC=example,DC=test"
LINCOLN, OFFICE = f"OU=Lincoln,{BASE}", f"OU=Office,{BASE}"  # the service account may act on the first only
ADMINISTRATOR = "Administrator@ad.example.test"
OWN, SERVICE = "Granite-Walnut-71!", "Orchid-Ferry-38?"  # the administrator's password, the service account's

# What docs/operators.md says to delegate: rights by their GUIDs, on users below one unit ([MS-ADTS]
# 5.1.3.2.1, [MS-ADA1] to [MS-ADA3]).
USER = "bf967aba-0de6-11d0-a285-00aa003049e2"
RESET_PASSWORD = "00299570-246d-11d0-a768-00aa006e0529"
WRITES = {
    "pwdLastSet": "bf967a0a-0de6-11d0-a285-00aa003049e2",
    "lockoutTime": "28630ebf-41d5-11d1-a9c1-0000f80367c1",
    "mobile": "f0f8ffa3-1191-11d0-a060-00aa006c33ed",
    "otherMobile": "0296c11e-40da-11d1-a9c0-0000f80367c1",
    "telephoneNumber": "bf967a49-0de6-11d0-a285-00aa003049e2",
    "otherMailbox": "0296c123-40da-11d1-a9c0-0000f80367c1",
}


@dataclass
class Domain:
    """It, running; `root` is its administrator's own connection."""

    host: str
    ca: str
    folder: Path
    root: ldap3.Connection = field(repr=False, default=None)
    port: int = 636

    def add(self, name: str, unit: str, password: str, **attributes: object) -> str:
        """A person with a password; their DN."""
        dn, upn = f"CN={name},{unit}", f"{name}@riverside.example"
        facts = {"userPrincipalName": upn, "sAMAccountName": name[:20], "userAccountControl": 512}
        facts["unicodePwd"] = f'"{password}"'.encode("utf-16-le")
        self.done(self.root.add(dn, ["user"], facts | attributes))
        return dn

    def remove(self, dn: str) -> None:
        self.root.delete(dn)

    def set(self, dn: str, **attributes: object) -> None:
        changes = {name: [(ldap3.MODIFY_REPLACE, [value])] for name, value in attributes.items()}
        self.done(self.root.modify(dn, changes))

    def get(self, dn: str, *names: str) -> dict[str, list[bytes]]:
        self.root.search(dn, "(objectClass=*)", ldap3.BASE, attributes=list(names))
        return self.root.response[0]["raw_attributes"]

    def lets_in(self, dn: str, password: str) -> bool:
        link = ldap3.Connection(server_at(self.host), dn, password)
        try:
            return link.bind()
        finally:
            link.unbind()

    def done(self, was_done: bool) -> None:
        assert was_done, self.root.result


def server_at(host: str) -> ldap3.Server:
    return ldap3.Server(host, 636, use_ssl=True, get_info=ldap3.NONE)


@contextmanager
def domain(folder: Path) -> Iterator[Domain]:
    """Provisioned (4 s) and started (2 s)."""
    samba, tool = program("samba"), program("samba-tool")
    address, authority = own_address(), Authority()
    _provision(tool, folder)
    _delegate(tool, folder)
    authority.sign(address, folder / "tls")
    with running(_command(samba, folder, address), (address, 636), folder / "samba.out"):
        made = Domain(address, authority.pem, folder)
        made.root = ldap3.Connection(server_at(address), ADMINISTRATOR, OWN, auto_bind=True)
        yield made


def _provision(tool: str, folder: Path) -> None:
    _run(
        tool,
        "domain",
        "provision",
        f"--targetdir={folder}",
        "--realm=AD.EXAMPLE.TEST",
        "--domain=ADTEST",
        "--server-role=dc",
        "--host-name=dc1",
        "--host-ip=127.0.0.1",
        "--dns-backend=NONE",
        "--option=interfaces=lo",
        "--option=bind interfaces only=yes",
        f"--adminpass={OWN}",
    )


def _delegate(tool: str, folder: Path) -> None:
    """Two units, and a service account with rights on the people of the first."""
    local = ("-H", str(folder / "private" / "sam.ldb"), f"--configfile={folder}/etc/smb.conf")
    for unit in (LINCOLN, OFFICE):
        _run(tool, "ou", "create", unit, *local)
    _run(tool, "user", "create", "mystaff", SERVICE, *local)
    shown = _run(tool, "user", "show", "mystaff", "--attributes=objectSid", *local)
    sid = re.search(r"objectSid: (\S+)", shown)[1]
    granted = f"(OA;CIIO;CR;{RESET_PASSWORD};{USER};{sid})"
    granted += "".join(f"(OA;CIIO;RPWP;{guid};{USER};{sid})" for guid in WRITES.values())
    _run(tool, "dsacl", "set", f"--objectdn={LINCOLN}", f"--sddl={granted}", *local)


def _command(samba: str, folder: Path, address: str) -> list[str]:
    options = {
        "server services": "ldap",
        "log file": f"{folder}/samba.log",
        "pid directory": folder,
        "ncalrpc dir": f"{folder}/ncalrpc",
        "interfaces": f"{address}/8",
        "old password allowed period": "0",  # minutes; an hour, unless told otherwise
        "bind interfaces only": "yes",
        "tls keyfile": f"{folder}/tls/key.pem",
        "tls certfile": f"{folder}/tls/cert.pem",
        "tls cafile": f"{folder}/tls/ca.pem",
    }
    asked = [f"--option={name}={value}" for name, value in options.items()]
    return [samba, "-i", "-M", "single", "-s", f"{folder}/etc/smb.conf", *asked]


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
