"""Google Workspace as a source: users, groups and their members, organizational units as nested locations.

It is read whole each time: the Directory API has no list of changes that tells of everything. A person is in
the one unit that they are in at Google; who is at the top is in none. Groups in groups are not followed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext as _

from directory import outgoing
from directory.connectors.google import FOR_READING, Workspace
from directory.models import Source
from directory.sync.facts import (
    GUARDED,
    GroupFact,
    GroupMemberFact,
    PersonFact,
    Reading,
    UnitFact,
    UnitMemberFact,
)
from directory.sync.findings import Findings
from directory.sync.pages import Lost, Pages, directory_of, own_domains, written
from directory.sync.spool import Spool

PEOPLE = "id,primaryEmail,name,suspended,archived,orgUnitPath,externalIds,organizations"
USERS = f"users?customer=my_customer&maxResults=500&fields=nextPageToken,users({PEOPLE})"
GROUPS = "groups?customer=my_customer&maxResults=200&fields=nextPageToken,groups(id,name,email,adminCreated)"
MEMBERS = "groups/{key}/members?maxResults=200&fields=nextPageToken,members(id,type)"
UNITS = "customer/my_customer/orgunits?type=all"


def read(source: Source, content: bytes | None, findings: Findings) -> Reading:
    """All there is. Raises RosterError, with resource and page."""
    reader = _Reader(source, findings)
    try:
        with outgoing.Line() as reader.service.line:
            reader.units()
            reader.people()
            reader.groups()
    except Lost as error:
        raise error.args[0] from None
    return Reading(reader.spool.facts(is_delta=False))


class _Reader:
    def __init__(self, source: Source, findings: Findings) -> None:
        self.service = Workspace(directory_of(source), FOR_READING)
        self.findings, self.domains = findings, own_domains()
        self.spool = Spool()
        self.paths: dict[str, str] = {}  # of units: their keys

    def units(self) -> None:
        for pages, rows in self._pages("orgunits", UNITS, "organizationUnits"):
            self.paths |= {pages.text(row, "orgUnitPath"): pages.key(row, "orgUnitId") for row in rows}
            for row in rows:
                parent = self.paths.get(written(row, "parentOrgUnitPath"), "")
                name, key = pages.text(row, "name"), pages.key(row, "orgUnitId")
                self.spool.put([UnitFact(key, name, parent=parent, file="orgunits")])

    def people(self) -> None:
        for pages, rows in self._pages("users", USERS, "users"):
            for row in rows:
                self._person(pages.key(row, "id"), pages.text(row, "primaryEmail").lower(), row)

    def groups(self) -> None:
        for pages, rows in self._pages("groups", GROUPS, "groups"):
            for row in rows:
                key = pages.key(row, "id")
                name = written(row, "name") or pages.text(row, "email")
                entry = GUARDED if row.get("adminCreated") is True else ""
                self.spool.put([GroupFact(key, name, entry=entry, file="groups")])
                self._members(key, name)

    def _members(self, group: str, name: str) -> None:
        url = MEMBERS.format(key=quote(group, safe=""))
        try:
            for pages, rows in self._pages(f"members of {name}", url, "members"):
                people = [pages.key(row, "id") for row in rows if row.get("type", "USER") == "USER"]
                self.spool.put_members(GroupMemberFact(group, person, file="members") for person in people)
        except Lost:
            self.findings.warn("groups", 0, _("“%(name)s” is gone since the groups were read."), name=name)
            self.spool.remove("group", group)

    def _person(self, key: str, name: str, row: dict[str, Any]) -> None:
        if name.rpartition("@")[2] not in self.domains:
            text = _("“%(name)s” is left out: the domain is not one of this organization’s.")
            return self.findings.warn("users", 0, text, name=name)
        self.spool.put([_person(key, name, row)])
        path = written(row, "orgUnitPath") or "/"
        if unit := self.paths.get(path):
            self.spool.put_members([UnitMemberFact(unit, key, file="users")])
        elif path != "/":
            self.findings.warn("users", 0, _("The unit of “%(name)s” is not known."), name=name)

    def _pages(self, resource: str, url: str, name: str) -> Iterator[tuple[Pages, list[dict[str, Any]]]]:
        url = f"{self.service.address}/{url}"

        def after(data: dict[str, Any]) -> str | None:
            token = written(data, "nextPageToken") if resource != "orgunits" else ""  # they are one page
            return f"{url}&pageToken={quote(token, safe='')}" if token else None

        pages = Pages(self.service, resource, url, after)
        for data in pages:
            yield pages, pages.rows(data, name)


def _person(key: str, name: str, row: dict[str, Any]) -> PersonFact:
    names = row.get("name") if isinstance(row.get("name"), dict) else {}
    job = next(iter(sorted(_dicts(row, "organizations"), key=lambda one: not one.get("primary"))), {})
    ids = [one for one in _dicts(row, "externalIds") if one.get("type") == "organization"]
    given, surname = written(names, "givenName"), written(names, "familyName")
    return PersonFact(
        key,
        name,
        written(names, "fullName") or f"{given} {surname}".strip() or name,
        given_name=given,
        surname=surname,
        job_title=written(job, "title"),
        department=written(job, "department"),
        employee_id=written(ids[0], "value") if ids else "",
        is_active=not (row.get("suspended") or row.get("archived")),
        file="users",
    )


def _dicts(row: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = row.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
