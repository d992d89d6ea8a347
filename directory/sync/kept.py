"""What a source keeps of its people, locations and groups: there it is changed, and not here by hand."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext as _

from directory.connectors import Refused
from directory.models import AdministrativeUnit, Group, Source, SourceKind, User

OF_PEOPLE = frozenset(
    {"user_principal_name", "display_name", "given_name", "surname", "department", "employee_id"}
)
_FIELDS = {
    User: OF_PEOPLE,
    AdministrativeUnit: frozenset({"name", "kind"}),
    Group: frozenset({"name"}),
}
# They know what somebody is in a class, which is a job to begin with; a better one is set by hand and stays.
_WITHOUT_JOBS = {SourceKind.ONEROSTER_CSV, SourceKind.ONEROSTER_REST}


def keeps_jobs(source: Source) -> bool:
    """Whether what somebody's job is stands in the source."""
    return source.kind not in _WITHOUT_JOBS


def source_of(row: models.Model) -> Source | None:
    """The source that this row comes from; what a deleted one has left is everyone's to change."""
    return Source.objects.filter(key=row.source).first() if row.source else None


def kept_fields(row: models.Model, source: Source) -> frozenset[str]:
    """Names of the fields that a source keeps of this row."""
    jobs = {"job_title"} if isinstance(row, User) and keeps_jobs(source) else set()
    return _FIELDS[type(row)] | jobs


def refuse_kept(row: models.Model, changed: Iterable[str]) -> None:
    """Raise Refused if one of these fields is kept by a source."""
    source = source_of(row)
    if source and kept_fields(row, source) & set(changed):
        raise Refused(sentence(row, source))


def refuse_if_kept(row: models.Model) -> None:
    """Raise Refused if the row is a source's."""
    if source := source_of(row):
        raise Refused(sentence(row, source))


def refuse_membership(held: models.Model | None, of: models.Model) -> None:
    """Raise Refused if a source has put somebody into this location or group: it would do so again."""
    if held and (source := source_of(held)):
        raise Refused(sentence(of, source))


def sentence(row: models.Model, source: Source) -> str:
    """Why it is not changed here."""
    return _("“%(name)s” is kept by the source %(source)s. Change it there.") % {
        "name": row,
        "source": source.name,
    }
