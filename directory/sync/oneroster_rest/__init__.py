"""Reads a OneRoster 1.2 rostering service over REST into the same records as the CSV files.

It is asked for organizations, academic sessions, classes, users and enrolments, each time for all of them:
servers that ignore a filter would else give a part for the whole. Demographics are never asked for, and the
token is asked for without a right to them.
"""

from collections.abc import Iterator

from django.utils import timezone

from directory.models import Source
from directory.sync.facts import Fact, Reading
from directory.sync.findings import Findings
from directory.sync.oneroster.cells import Row
from directory.sync.oneroster.people import Roles, read_people, read_roles
from directory.sync.oneroster.places import read_classes, read_enrolments, read_orgs, read_terms
from directory.sync.oneroster_rest.objects import (
    CLASSES,
    ENROLMENTS,
    ORGS,
    TERMS,
    USERS,
    Collection,
    role_rows,
)
from directory.sync.oneroster_rest.service import Service
from directory.sync.records import OrgRecord
from directory.sync.role_mapping import mapping_of
from directory.sync.roster_facts import Teller
from tenants import scopes
from tenants.models import Tenant

__all__ = ["read"]


def read(source: Source, content: bytes | None, findings: Findings) -> Reading:
    """What the service says, in the scope of the tenant; it is asked while the facts are taken.

    Raises RosterError, which names the resource and the object at which it broke off.
    """
    roles = mapping_of(source.roles, findings)
    service = Service(source, findings)
    findings.stop_if_refused()
    domain, today = Tenant.objects.get(pk=scopes.require()).default_domain, timezone.localdate()
    return Reading(_facts(service, Teller(roles, domain, today, findings, ending=""), findings))


def _facts(service: Service, teller: Teller, findings: Findings) -> Iterator[Fact]:
    def rows(collection: Collection) -> Iterator[Row]:
        return collection.rows(service.objects(collection.resource), findings)

    orgs = read_orgs(rows(ORGS))
    terms = read_terms(rows(TERMS))
    classes = read_classes(rows(CLASSES), orgs, terms)
    yield from teller.units(orgs, classes)
    for person in read_people(*_with_roles(rows(USERS), orgs), findings):
        yield from teller.person(person)
    for enrolment in read_enrolments(rows(ENROLMENTS), classes, teller.known):
        yield from teller.enrolment(enrolment)
    findings.stop_if_refused()


def _with_roles(
    users: Iterator[Row], orgs: dict[str, OrgRecord]
) -> tuple[Iterator[Row], dict[str, OrgRecord], Roles]:
    """Users, and their roles, which are there as soon as the user is."""
    roles: Roles = {}

    def one_by_one() -> Iterator[Row]:
        for row in users:
            roles.update(read_roles(role_rows(row), orgs))
            yield row

    return one_by_one(), orgs, roles
