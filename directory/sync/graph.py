"""Microsoft Entra ID as a source: users, groups, administrative units and who is in them.

Everything is read by delta queries ("Use delta query to track changes in Microsoft Graph data"): the first
time they tell all there is, later what has changed. People with user names of other domains (guests, the
service's own accounts) are left out. Groups in groups are not followed, nor are groups in units: as in Entra
ID they bring nobody along.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from directory import outgoing
from directory.connectors.graph import Entra
from directory.models import Source, User
from directory.sync.facts import (
    GUARDED,
    OPEN,
    GroupFact,
    GroupMemberFact,
    PersonFact,
    Reading,
    UnitFact,
    UnitMemberFact,
)
from directory.sync.findings import Findings
from directory.sync.pages import Lost, Pages, directory_of, own_domains, written
from directory.sync.spool import Member, Spool

PEOPLE = "userPrincipalName,displayName,givenName,surname,jobTitle,department,employeeId,accountEnabled"
# What is asked first; later the service's own links lead on. Units tell their members unasked.
FIRST = {
    "users": f"users/delta?$select={PEOPLE}",
    "groups": "groups/delta?$select=displayName,groupTypes,isAssignableToRole,members",
    "administrativeUnits": "directory/administrativeUnits/delta",
}
WHOLE_EVERY = timedelta(days=7)  # so what once was held back, or lost on the way, comes all the same
LINKS = ("@odata.nextLink", "@odata.deltaLink")


def read(source: Source, content: bytes | None, findings: Findings) -> Reading:
    """What has changed since `source.cursor`, or all there is. Raises RosterError, with resource and page."""
    reader = _Reader(source, findings)
    if links := reader.links_of(source.cursor):
        try:
            return reader.reading(links)
        except Lost:
            text = _(
                "Entra ID no longer knows what has changed since the last run: everything is read again."
            )
            findings.warn("users", 0, text)
    try:
        return _Reader(source, findings).reading({})
    except Lost as error:
        raise error.args[0] from None


class _Reader:
    def __init__(self, source: Source, findings: Findings) -> None:
        self.source, self.findings = source, findings
        self.service = Entra(directory_of(source))
        self.domains = own_domains()
        self.spool, self.links = Spool(), {}
        self.whole = timezone.now().isoformat()  # when all was read

    def links_of(self, cursor: str) -> dict[str, str]:
        """Where each resource goes on; nothing where anything is other than it was then."""
        try:
            kept = json.loads(cursor or "{}")
        except ValueError:
            return {}
        if not isinstance(kept, dict) or kept.get("of") != self._of() or not _is_fresh(kept.get("whole")):
            return {}
        self.whole = kept["whole"]
        links = kept.get("links")
        return links if isinstance(links, dict) and set(links) == set(FIRST) else {}

    def reading(self, links: dict[str, str]) -> Reading:
        """Read everything into the spool; without links from the beginning. Raises RosterError or Lost."""
        takers = {"users": self._person, "groups": self._group, "administrativeUnits": self._unit}
        with outgoing.Line() as self.service.line:
            for resource, take in takers.items():
                url = links.get(resource) or f"{self.service.address}/{FIRST[resource]}"
                pages = Pages(self.service, resource, url, lambda data: data.get(LINKS[0]))
                for data in pages:
                    for row in pages.rows(data, "value"):
                        take(pages, row)
                self.links[resource] = pages.own(pages.text(data, LINKS[1]))
        facts = self.spool.facts(is_delta=bool(links), known=self._known)
        return Reading(facts, is_delta=bool(links), cursor=self._cursor)

    def _of(self) -> list[str]:
        """What the links were made for: another directory, or other domains, is read from the beginning."""
        return [self.service.address, self.service.directory.directory_id, *sorted(self.domains)]

    def _cursor(self) -> str:
        return json.dumps({"of": self._of(), "whole": self.whole, "links": self.links})

    def _person(self, pages: Pages, row: dict[str, Any]) -> None:
        key, name = pages.key(row, "id"), written(row, "userPrincipalName").lower()
        if "@removed" in row:
            self.spool.remove("person", key)
        elif name.rpartition("@")[2] in self.domains:
            self.spool.put([_person(key, name, row)])
        else:
            text = _("“%(name)s” is left out: the domain is not one of this organization’s.")
            self.findings.warn("users", 0, text, name=name or key)
            if name:
                self.spool.remove("person", key)  # who was here by another name

    def _group(self, pages: Pages, row: dict[str, Any]) -> None:
        key = pages.key(row, "id")
        if "@removed" in row:
            return self.spool.remove("group", key)
        if name := written(row, "displayName"):
            self.spool.put([GroupFact(key, name, entry=_entry(row), file="groups")])
        self._members(pages, row, lambda person: GroupMemberFact(key, person, file="groups"))

    def _unit(self, pages: Pages, row: dict[str, Any]) -> None:
        key, file = pages.key(row, "id"), "administrativeUnits"
        if "@removed" in row:
            return self.spool.remove("unit", key)
        if name := written(row, "displayName"):
            self.spool.put([UnitFact(key, name, file=file)])
        self._members(pages, row, lambda person: UnitMemberFact(key, person, file=file))

    def _members(self, pages: Pages, row: dict[str, Any], made: Callable[[str], Member]) -> None:
        come, gone = [], []
        for member in pages.rows(row, "members@delta"):
            if member.get("@odata.type", "#microsoft.graph.user") == "#microsoft.graph.user":
                (gone if "@removed" in member else come).append(made(pages.key(member, "id")))
        self.spool.put_members(come)
        self.spool.put_members(gone, present=False)

    def _known(self, keys: list[str]) -> set[str]:
        people = User.objects.filter(source=self.source.key, source_id__in=keys)
        return set(people.values_list("source_id", flat=True))


def _is_fresh(moment: object) -> bool:
    try:
        return timezone.now() - datetime.fromisoformat(str(moment)) < WHOLE_EVERY
    except (ValueError, TypeError):
        return False


def _entry(row: dict[str, Any]) -> str:
    """Only Privileged Role Administrators make groups that hold roles ("Use Microsoft Entra groups to manage
    role assignments"); into a Microsoft 365 group that is public everybody may let themselves.
    """
    if row.get("isAssignableToRole") is True:
        return GUARDED
    kinds = row.get("groupTypes")
    return OPEN if isinstance(kinds, list) and "Unified" in kinds else ""


def _person(key: str, name: str, row: dict[str, Any]) -> PersonFact:
    return PersonFact(
        key,
        name,
        written(row, "displayName") or name,
        given_name=written(row, "givenName"),
        surname=written(row, "surname"),
        job_title=written(row, "jobTitle"),
        department=written(row, "department"),
        employee_id=written(row, "employeeId"),
        is_active=row.get("accountEnabled") is not False,
        file="users",
    )
