"""Reads Active Directory or another LDAP server: people, groups with their members, units with their people.

Everything comes in pages over one connection, and nothing is asked for but what becomes a fact.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from time import time
from uuid import UUID

import ldap3
from django.utils.translation import gettext as _

from directory import outgoing
from directory.connectors import Refused, Unreachable
from directory.connectors.ldap import ActiveDirectory, OpenLdap
from directory.connectors.ldap.link import Found, Link, linked
from directory.connectors.ldap.people import LdapDirectory, bind_as_service
from directory.connectors.ldap.servers import note_failure, servers_of, trust
from directory.models import ConnectedDirectory, DirectoryKind, Source
from directory.sync.facts import (
    Fact,
    GroupFact,
    GroupMemberFact,
    PersonFact,
    Reading,
    UnitFact,
    UnitMemberFact,
)
from directory.sync.findings import Findings
from directory.sync.limits import LONGEST_KEY, MOST_PEOPLE, MOST_PLACES
from directory.sync.pages import own_domains

PAGE = 500  # entries; Active Directory gives 1,000 at most
GROUPS = 100  # groups of a page, for each comes with its members
RANGE = 1500  # values of one attribute that Active Directory gives at once ([MS-ADTS] 3.1.1.3.1.3.3)
LONGEST = 3600  # seconds for all of it; a connection that stays open longer has been forgotten
LARGEST = 64 * 1024 * 1024  # bytes of a page: members are told by long names
SILENCE = 60  # seconds that a server may take for one page
SHOWN = 500  # characters of a unit's name, and of the name of an entry where something is remarked on
DISABLED = 2  # ADS_UF_ACCOUNTDISABLE in userAccountControl
NEVER = 0x7FFFFFFFFFFFFFFF  # accountExpires of one that does not, as is 0 ([MS-ADA1] 2.2)
SINCE_1601 = 11_644_473_600  # seconds until 1970; such moments count tenths of a microsecond
FOR_EVER = "000001010000Z"  # pwdAccountLockedTime of an account that an administrator has locked


@dataclass(frozen=True)
class Schema:
    """What each kind of server calls what we need."""

    units: str
    groups: str
    members: tuple[str, ...]
    unit_name: str
    employee_id: str
    department: str
    disabled: str
    expires: str = ""


SCHEMAS = {
    DirectoryKind.ACTIVE_DIRECTORY: Schema(
        units="(objectClass=organizationalUnit)",
        groups="(objectCategory=group)",
        members=(f"member;range=0-{RANGE - 1}",),
        unit_name="name",
        employee_id="employeeID",
        department="department",
        disabled="userAccountControl",
        expires="accountExpires",
    ),
    DirectoryKind.LDAP: Schema(
        units="(objectClass=organizationalUnit)",
        groups="(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames))",
        members=("member", "uniqueMember"),
        unit_name="ou",
        employee_id="employeeNumber",
        department="departmentNumber",
        disabled="pwdAccountLockedTime",
    ),
}
KINDS: dict[str, type[LdapDirectory]] = {
    DirectoryKind.ACTIVE_DIRECTORY: ActiveDirectory,
    DirectoryKind.LDAP: OpenLdap,
}


def read(source: Source, content: bytes | None, findings: Findings) -> Reading:
    """All of the directory below its base. Raises Refused or Unreachable, also while the facts are read."""
    directory = source.directory
    if directory is None or directory.kind not in KINDS or not directory.enabled:
        raise Refused(_("%(source)s has no directory that is on.") % {"source": source.name})
    return Reading(_facts(directory, findings))


def _facts(directory: ConnectedDirectory, findings: Findings) -> Iterator[Fact]:
    with _open(directory) as link:
        yield from _Reader(directory, link, findings).facts()


@contextmanager
def _open(directory: ConnectedDirectory) -> Iterator[Link]:
    """At the first server that lets itself be asked. What breaks later breaks the reading."""
    with _as_ours(), ExitStack() as stack:
        yield _first(directory, stack)


@contextmanager
def _as_ours() -> Iterator[None]:
    try:
        yield
    except outgoing.Forbidden as error:
        raise Refused(str(error)) from None
    except outgoing.Unreachable as error:
        raise Unreachable(str(error)) from None


def _first(directory: ConnectedDirectory, stack: ExitStack) -> Link:
    servers = servers_of(directory)
    for server in servers:
        try:
            link = stack.enter_context(
                linked(server, trust(directory), LONGEST, silence=SILENCE, most=LARGEST)
            )
            bind_as_service(link, directory)
            return link
        except (outgoing.Forbidden, outgoing.Unreachable):
            note_failure(server)
            if server == servers[-1]:
                raise
    raise AssertionError


class _Reader:
    """One reading. Of each DN its key is kept, by a short hash: members of groups are told by DN."""

    def __init__(self, directory: ConnectedDirectory, link: Link, findings: Findings) -> None:
        self.link, self.findings = link, findings
        self.schema, self.kind = SCHEMAS[DirectoryKind(directory.kind)], KINDS[directory.kind](directory)
        self.base = self.kind.base(link)
        self.match = directory.match_attribute or self.kind.match
        self.domains = own_domains()
        self.people: dict[bytes, str] = {}
        self.units: dict[bytes, str] = {}

    def facts(self) -> Iterator[Fact]:
        yield from self._units()
        yield from self._people()
        yield from self._groups()

    def _entries(self, where: str, *attributes: str, page: int | None = None) -> Iterator[tuple[str, Found]]:
        """Each entry with its key; one that has none is not of this world (an alias, a referral)."""
        cookie: bytes | None = None
        while cookie != b"":
            asked = [self.kind.key, *attributes]
            found, cookie = self.link.page(self.base, where, asked, page or PAGE, cookie)
            for entry in found:
                if key := self._key(entry):
                    yield key, entry

    def _key(self, entry: Found) -> str:
        value = next(iter(entry.attributes.get(self.kind.key.lower(), [])), b"")
        if self.kind.key == "objectGUID":
            return str(UUID(bytes_le=value)) if len(value) == 16 else ""
        return value.decode(errors="replace") if len(value) <= LONGEST_KEY else ""

    def _units(self) -> Iterator[Fact]:
        """All are read before the first is told: one may come before the one above it."""
        found = []
        for key, entry in self._entries(self.schema.units, self.schema.unit_name):
            self._refuse_more_than(MOST_PLACES, len(found))
            self.units[_short(entry.dn)] = key
            name = entry.text(self.schema.unit_name)[:SHOWN]
            found.append((key, name, _short(_above(_normal(entry.dn))), entry.dn[:SHOWN]))
        for key, name, above, dn in found:
            yield UnitFact(key, name, parent=self.units.get(above, ""), file=dn)

    def _refuse_more_than(self, most: int, count: int) -> None:
        if count >= most:
            self.findings.refuse("", 0, _("There are more entries than this program takes."))
            self.findings.stop_if_refused()

    def _unit_above(self, dn: str) -> str:
        return self.units.get(_short(_above(_normal(dn))), "")

    def _people(self) -> Iterator[Fact]:
        schema = self.schema
        names = ("displayName", "cn", "givenName", "sn", "title")
        others = (schema.department, schema.employee_id, schema.disabled, *filter(None, [schema.expires]))
        for key, entry in self._entries(f"(&{self.kind.people})", self.match, *names, *others):
            upn = entry.text(self.match).strip().lower()
            if not self._is_ours(upn):
                continue
            self._refuse_more_than(MOST_PEOPLE, len(self.people))
            self.people[_short(entry.dn)] = key
            yield self._person(key, upn, entry)
            if unit := self._unit_above(entry.dn):
                yield UnitMemberFact(unit, key, file=entry.dn)

    def _is_ours(self, upn: str) -> bool:
        """Whether it is a user name of this organization: who writes their own there stops nobody else."""
        if not upn:
            self.findings.warn("people", 0, _("Entries without a user name are passed over."))
            return False
        if upn.rpartition("@")[2] not in self.domains:
            text = _("“%(name)s” is left out: the domain is not one of this organization’s.")
            self.findings.warn("people", 0, text, name=upn[:SHOWN])
            return False
        if not upn.isprintable():
            text = _("“%(name)s” is left out: the user name holds a character that nobody sees.")
            self.findings.warn("people", 0, text, name=upn[:SHOWN])
            return False
        return True

    def _person(self, key: str, upn: str, entry: Found) -> PersonFact:
        return PersonFact(
            key,
            upn,
            entry.text("displayName") or entry.text("cn") or upn,
            given_name=entry.text("givenName"),
            surname=entry.text("sn"),
            job_title=entry.text("title"),
            department=entry.text(self.schema.department),
            employee_id=entry.text(self.schema.employee_id),
            is_active=not self._is_disabled(entry),
            file=entry.dn,
        )

    def _is_disabled(self, entry: Found) -> bool:
        if self.schema.disabled == "userAccountControl":
            return bool(entry.number("userAccountControl") & DISABLED) or _is_over(entry)
        return entry.text(self.schema.disabled) == FOR_EVER

    def _groups(self) -> Iterator[Fact]:
        for key, entry in self._entries(
            self.schema.groups, "cn", *self.schema.members, page=min(GROUPS, PAGE)
        ):
            yield GroupFact(key, entry.text("cn"), file=entry.dn)
            for member in self._members(entry):
                # Others are computers, groups, or people above the base.
                if person := self.people.get(_short(member)):
                    yield GroupMemberFact(key, person, file=entry.dn)

    def _members(self, entry: Found) -> Iterator[str]:
        for name, values in entry.attributes.items():
            if name.partition(";")[0] in ("member", "uniquemember"):
                yield from (value.decode(errors="replace") for value in values)
                yield from self._further(entry.dn, name)

    def _further(self, dn: str, name: str) -> Iterator[str]:
        """The other values of an attribute that comes in ranges: member;range=0-1499, then 1500-, … to *."""
        while match := re.search(r";range=\d+-(\d+)$", name):
            first = int(match[1]) + 1
            asked = f"member;range={first}-{first + RANGE - 1}"
            found = self.link.search(dn, "(objectClass=*)", [asked], scope=ldap3.BASE)
            name, values = _ranged(found)
            yield from (value.decode(errors="replace") for value in values)


def _is_over(entry: Found) -> bool:
    """Whether the account has expired: it opens nothing there any more."""
    moment = entry.number("accountExpires")
    return 0 < moment < NEVER and moment / 10_000_000 - SINCE_1601 <= time()


def _ranged(found: list[Found]) -> tuple[str, list[bytes]]:
    for entry in found:
        for name, values in entry.attributes.items():
            if name.startswith("member;range="):
                return name, values
    return "", []


def _normal(dn: str) -> str:
    """DNs as they are compared: their case and the blanks between their parts mean nothing."""
    return re.sub(r"(?<!\\),\s+", ",", dn).lower()


def _above(dn: str) -> str:
    """Of a normal DN the one above it; a comma in a name is escaped (RFC 4514, 2.4)."""
    parts = re.split(r"(?<!\\),", dn, maxsplit=1)
    return parts[1] if len(parts) == 2 else ""


def _short(dn: str) -> bytes:
    return blake2b(_normal(dn).encode(), digest_size=16).digest()
