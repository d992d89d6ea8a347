"""orgs.csv, academicSessions.csv, classes.csv and enrollments.csv."""

from collections.abc import Container, Iterable, Iterator
from datetime import date

from django.utils.translation import gettext as _

from directory.sync.limits import MOST_CLASSES, MOST_PLACES, at_most
from directory.sync.oneroster.cells import Row
from directory.sync.records import (
    MOST_ABOVE,
    ClassRecord,
    EnrolmentRecord,
    OrgRecord,
    school_above,
    upwards,
)

_ORG_KINDS = frozenset({"department", "school", "district", "local", "state", "national"})
_TERM_KINDS = frozenset({"gradingPeriod", "semester", "schoolYear", "term"})
_ENROLMENT_ROLES = frozenset({"administrator", "proctor", "student", "teacher"})

Terms = dict[str, tuple[date | None, date | None]]


def read_orgs(rows: Iterable[Row]) -> dict[str, OrgRecord]:
    """Organizations by their source id; a parent that is not there is dropped."""
    found = {row.text("sourcedId"): (_org(row), row.table) for row in at_most(MOST_PLACES, rows)}
    found.pop("", None)  # refused already
    orgs = {key: org for key, (org, _table) in found.items()}
    for org, table in found.values():
        row = Row(table, org.line, {})  # of its cells nothing is kept
        if org.parent and org.parent not in orgs:
            row.warn(_("The parent “%(id)s” is not in orgs.csv."), id=org.parent)
        elif _goes_in_circles(org, orgs):
            row.refuse(_("The organization “%(id)s” lies below itself."), id=org.source_id)
        elif len(list(upwards(org, orgs))) == MOST_ABOVE:
            row.refuse(_("The organization “%(id)s” lies too deep."), id=org.source_id)
    return orgs


def _org(row: Row) -> OrgRecord:
    return OrgRecord(
        source_id=row.text("sourcedId"),
        name=row.needed("name"),
        kind=row.one_of("type", _ORG_KINDS),
        identifier=row.text("identifier"),
        parent=row.text("parentSourcedId"),
        line=row.line,
    )


def _goes_in_circles(org: OrgRecord, orgs: dict[str, OrgRecord]) -> bool:
    return any(above.parent == org.source_id for above in upwards(org, orgs))


def read_terms(rows: Iterable[Row]) -> Terms:
    """First and last day of every academic session."""
    terms: Terms = {}
    for row in at_most(MOST_PLACES, rows):
        row.one_of("type", _TERM_KINDS)
        if not row.text("startDate") or not row.text("endDate"):
            row.refuse(_("The academic session has no dates."))
        terms[row.text("sourcedId")] = row.days("startDate", "endDate")
    return terms


def read_classes(
    rows: Iterable[Row], orgs: dict[str, OrgRecord], terms: Terms | None
) -> dict[str, ClassRecord]:
    """Classes by their source id; `terms` is None where the file is absent."""
    classes: dict[str, ClassRecord] = {}
    for row in at_most(MOST_CLASSES, rows):
        school = _school(row, orgs)
        begin, end = _dates(row, terms)
        record = ClassRecord(
            source_id=row.text("sourcedId"),
            title=row.needed("title"),
            school=school,
            code=row.text("classCode"),
            kind=row.one_of("classType", ("homeroom", "scheduled"), default="scheduled"),
            grades=row.many("grades"),
            begin=begin,
            end=end,
            line=row.line,
        )
        if school:
            classes[record.source_id] = record
    return classes


def _school(row: Row, orgs: dict[str, OrgRecord]) -> str:
    """The school of a class, found upwards from a department; "" holds the class back."""
    key = row.needed("schoolSourcedId")
    school = school_above(key, orgs)
    if key and key not in orgs:
        row.warn(_("The organization “%(id)s” is not in orgs.csv; the class is held back."), id=key)
    elif key and not school:
        row.warn(_("The organization “%(id)s” is in no school; the class is held back."), id=key)
    elif school != key:
        text = _("The organization “%(id)s” is not a school; the class goes to “%(school)s” above it.")
        row.warn(text, id=key, school=school)
    return school


def _dates(row: Row, terms: Terms | None) -> tuple[date | None, date | None]:
    """From the beginning of the first term of a class to the end of the last."""
    named = row.many("termSourcedIds")
    for term in named if terms is not None else ():
        if term not in terms:
            row.warn(_("The academic session “%(id)s” is not in academicSessions.csv."), id=term)
    spans = [(terms or {})[term] for term in named if term in (terms or {})]
    begins, ends = [begin for begin, _end in spans if begin], [end for _begin, end in spans if end]
    return min(begins, default=None), max(ends, default=None)


def read_enrolments(
    rows: Iterable[Row], classes: Container[str], people: Container[str]
) -> Iterator[EnrolmentRecord]:
    """Enrolments, one after the other; those of people or classes that are not there are held back."""
    for row in rows:
        record = _enrolment(row)
        if _both_there(row, record, classes, people):
            yield record


def _enrolment(row: Row) -> EnrolmentRecord:
    begin, end = row.days("beginDate", "endDate")
    return EnrolmentRecord(
        source_id=row.text("sourcedId"),
        class_id=row.needed("classSourcedId"),
        school=row.text("schoolSourcedId"),
        user=row.needed("userSourcedId"),
        role=_role(row),
        primary=row.boolean("primary", default=False),
        begin=begin,
        end=end,
        line=row.line,
    )


def _role(row: Row) -> str:
    row.needed("role")
    role = row.word("role", _ENROLMENT_ROLES)
    if role and role not in _ENROLMENT_ROLES:
        row.warn(_("The role “%(role)s” is not known and gives no rights."), role=role)
    return role


def _both_there(row: Row, record: EnrolmentRecord, classes: Container[str], people: Container[str]) -> bool:
    missing_class, missing_user = record.class_id not in classes, record.user not in people
    if missing_class and record.class_id:
        text = _("The class “%(id)s” is not there; the enrolment is held back.")
        row.warn(text, id=record.class_id)
    if missing_user and record.user:
        text = _("The user “%(id)s” is not in users.csv; the enrolment is held back.")
        row.warn(text, id=record.user)
    return not (missing_class or missing_user)
