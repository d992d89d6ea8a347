"""Reads a OneRoster 1.1 or 1.2 CSV export (one zip of bulk files and deltas) into records and facts."""

from collections.abc import Container, Iterator
from io import BytesIO
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _

from directory.models import Source
from directory.sync.facts import Fact, Reading
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
from directory.sync.records import ClassRecord, EnrolmentRecord, OrgRecord, PersonRecord, Roster
from directory.sync.role_mapping import mapping_of
from directory.sync.roster_facts import Teller
from tenants import scopes
from tenants.models import Tenant

__all__ = ["RosterError", "read", "read_roster"]
FILE_NAME = "roster.zip"  # of a file that was uploaded; what it was called there nobody keeps


def read(source: Source, content: bytes | None, findings: Findings) -> Reading:
    """What the export says, in the scope of the tenant; a delta is read into what was known before it.

    Raises RosterError as read_roster() does, at once or when the facts have been read.
    """
    if content is None:
        findings.refuse(FILE_NAME, 0, _("There is no file to read. Upload one."))
        findings.stop_if_refused()
    roles = mapping_of(source.roles, findings)
    findings.stop_if_refused()
    archive, keeper = Archive(BytesIO(content), FILE_NAME, findings), Keeper()
    domain, today = Tenant.objects.get(pk=scopes.require()).default_domain, timezone.localdate()
    teller = Teller(roles, domain, today, findings)
    facts = _facts(archive, findings, LastKnown.of(source), keeper, teller)
    return Reading(facts, cursor=lambda: keeper.commit(source))


def _facts(
    archive: Archive, findings: Findings, known: LastKnown, keeper: Keeper, teller: Teller
) -> Iterator[Fact]:
    """Record by record: nothing but places is in memory as a whole."""
    with archive:
        manifest = Manifest(archive, findings, known)
        reader = _Reader(archive, manifest, findings, known, keeper)
        orgs, classes = reader.places()
        yield from teller.units(orgs, classes)
        for person in reader.people(orgs):
            yield from teller.person(person)
        for enrolment in reader.enrolments(classes, teller.known):
            yield from teller.enrolment(enrolment)
    findings.stop_if_refused()
    keeper.version = manifest.version


def read_roster(path: Path | str) -> Roster:
    """A whole bulk export, with warnings for what was not quite as it should be.

    Raises RosterError, with every problem's file and line, for anything that could be understood in two ways.
    """
    findings = Findings()
    with Archive.at(path, findings) as archive:
        manifest = Manifest(archive, findings, LastKnown())
        reader = _Reader(archive, manifest, findings, LastKnown(), Keeper())
        orgs, classes = reader.places()
        people = {person.source_id: person for person in reader.people(orgs)}
        enrolments = {one.source_id: one for one in reader.enrolments(classes, people)}
    findings.stop_if_refused()
    return Roster(manifest.version, orgs, classes, people, enrolments, findings.warnings)


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

    def places(self) -> tuple[dict[str, OrgRecord], dict[str, ClassRecord]]:
        orgs = read_orgs(self.rows(ORGS))
        terms = read_terms(self.rows(TERMS)) if TERMS in self.manifest.files else None
        if COURSES in self.manifest.files:
            # Nothing of it is kept; a file that breaks off says that the export did.
            courses = self.table(COURSES)
            for _row in courses.rows() if self.manifest.is_delta else courses.records():
                pass
        return orgs, read_classes(self.rows(CLASSES), orgs, terms)

    def people(self, orgs: dict[str, OrgRecord]) -> Iterator[PersonRecord]:
        roles = read_roles(self.rows(ROLES), orgs) if self.manifest.version == "1.2" else None
        return read_people(self.rows(USERS), orgs, roles, self.findings)

    def enrolments(self, classes: Container[str], people: Container[str]) -> Iterator[EnrolmentRecord]:
        return read_enrolments(self.rows(ENROLMENTS), classes, people)
