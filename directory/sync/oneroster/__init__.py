"""Reads a OneRoster 1.1 or 1.2 CSV export (one zip of bulk files and deltas) into records and facts."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _

from directory.models import Source
from directory.sync.facts import Reading
from directory.sync.findings import Findings, RosterError
from directory.sync.oneroster.archive import Archive
from directory.sync.oneroster.cells import Row
from directory.sync.oneroster.columns import (
    CLASSES,
    COLUMNS,
    COURSES,
    ENROLMENTS,
    ORGS,
    ROLES,
    TERMS,
    USERS,
)
from directory.sync.oneroster.delta import merged, unchanged
from directory.sync.oneroster.last_known import Keeper, LastKnown
from directory.sync.oneroster.manifest import BULK, DELTA, Manifest
from directory.sync.oneroster.people import read_people, read_roles
from directory.sync.oneroster.places import read_classes, read_enrolments, read_orgs, read_terms
from directory.sync.oneroster.tables import Table
from directory.sync.records import Roster
from directory.sync.role_mapping import mapping_of
from directory.sync.roster_facts import facts_of
from tenants import scopes
from tenants.models import Tenant

__all__ = ["RosterError", "read", "read_roster"]
FILE_NAME = "roster.zip"  # of a file that was uploaded; what it was called there nobody keeps


def read(source: Source, content: bytes | None, findings: Findings) -> Reading:
    """What the export says, in the scope of the tenant; a delta is read into what was known before it.

    Raises RosterError as read_roster() does.
    """
    if content is None:
        findings.refuse(FILE_NAME, 0, _("There is no file to read. Upload one."))
        findings.stop_if_refused()
    roles = mapping_of(source.roles, findings)
    findings.stop_if_refused()
    archive, keeper = Archive(BytesIO(content), FILE_NAME, findings), Keeper()
    roster = _read(archive, findings, LastKnown.of(source), keeper)
    domain, today = Tenant.objects.get(pk=scopes.require()).default_domain, timezone.localdate()
    facts = facts_of(roster, roles=roles, default_domain=domain, today=today, findings=findings)
    return Reading(facts, cursor=lambda: keeper.commit(source))


def read_roster(path: Path | str) -> Roster:
    """A whole bulk export, with warnings for what was not quite as it should be.

    Raises RosterError, with every problem's file and line, for anything that could be understood in two ways.
    """
    findings = Findings()
    roster = _read(Archive.at(path, findings), findings, LastKnown(), Keeper())
    roster.warnings.extend(findings.warnings)
    return roster


def _read(archive: Archive, findings: Findings, known: LastKnown, keeper: Keeper) -> Roster:
    with archive:
        manifest = Manifest(archive, findings, known)
        roster = _Reader(archive, manifest, findings, known, keeper).roster()
    findings.stop_if_refused()
    keeper.version = manifest.version
    return roster


class _Reader:
    """Reads the files in the order in which they refer to one another."""

    def __init__(
        self, archive: Archive, manifest: Manifest, findings: Findings, known: LastKnown, keeper: Keeper
    ) -> None:
        self.archive, self.manifest, self.findings = archive, manifest, findings
        self.known, self.keeper = known, keeper

    def table(self, name: str) -> Table:
        return Table(self.archive, name, COLUMNS[self.manifest.version][name], self.findings)

    def rows(self, name: str) -> Iterator[Row]:
        """The rows in force; each is kept for the next delta once it was looked at."""
        table, way = self.table(name), self.manifest.files[name]
        self.keeper.begin(name)
        if way == DELTA:
            yield from merged(table, self.known, self.keeper)
        elif way == BULK:
            for row in table.records():
                yield row
                self.keeper.keep(row.cells)
        else:
            yield from unchanged(table, self.known, self.keeper)

    def roster(self) -> Roster:
        orgs = read_orgs(self.rows(ORGS))
        terms = read_terms(self.rows(TERMS)) if TERMS in self.manifest.files else None
        if COURSES in self.manifest.files:
            # Nothing of it is kept; a file that breaks off says that the export did.
            courses = self.table(COURSES)
            for _row in courses.rows() if self.manifest.is_delta else courses.records():
                pass
        classes = read_classes(self.rows(CLASSES), orgs, terms)
        roles = read_roles(self.rows(ROLES), orgs) if self.manifest.version == "1.2" else None
        people = read_people(self.rows(USERS), orgs, roles)
        enrolments = read_enrolments(self.rows(ENROLMENTS), classes, people)
        return Roster(self.manifest.version, orgs, classes, people, enrolments)
