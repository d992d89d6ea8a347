"""Reads people, locations, members and managers from CSV files as a tenant has them.

One file of people, or a zip of people.csv and, where they are wanted, units.csv, members.csv, managers.csv.
`Source.columns` says how the tenant's files call our fields; without it they have our names for them.
"""

from collections.abc import Iterator
from contextlib import closing

from django.utils import timezone
from django.utils.translation import gettext as _

from directory.models import Source
from directory.sync.csv_files.fields import FIELDS, FILES, PEOPLE
from directory.sync.csv_files.meaning import Meaning
from directory.sync.csv_files.sheets import OneFile, Sheet, columns_of, opened
from directory.sync.facts import Fact, Reading
from directory.sync.findings import Findings
from directory.sync.oneroster.archive import Archive
from directory.sync.role_mapping import managers_role, mapping_of
from tenants import scopes
from tenants.models import Tenant

__all__ = ["read"]


def read(source: Source, content: bytes | None, findings: Findings) -> Reading:
    """What the files say, in the scope of the tenant, as a stream.

    Raises RosterError, with file and line of every problem, at once or when the facts have been read.
    """
    if content is None:
        findings.refuse(PEOPLE, 0, _("There is no file to read. Upload one."))
    roles = mapping_of(source.roles, findings)
    columns = columns_of(source, findings)
    findings.stop_if_refused()
    files = opened(content, findings)
    domain = Tenant.objects.get(pk=scopes.require()).default_domain
    meaning = Meaning(roles, managers_role(source.roles, roles), domain, timezone.localdate())
    return Reading(_facts(files, columns, meaning, findings))


def _facts(
    files: Archive | OneFile, columns: dict[str, str], meaning: Meaning, findings: Findings
) -> Iterator[Fact]:
    with closing(files):
        _mention_others(files, findings)
        for name in FILES:
            if name in files:
                sheet = Sheet(files, name, FIELDS[name], columns, findings)
                yield from meaning.of(sheet)
            elif name == PEOPLE:
                findings.refuse(PEOPLE, 1, _("The file is missing from the zip file."))
        findings.stop_if_refused()
        yield from meaning.units_made()


def _mention_others(files: Archive | OneFile, findings: Findings) -> None:
    for name in files.members:
        if name not in FILES:
            findings.warn(name, 0, _("“%(name)s” was left out."), name=name)
