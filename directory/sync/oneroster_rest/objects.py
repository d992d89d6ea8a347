"""The objects of the service as rows of the files that say the same ("Rostering Service 1.2", 6: data model).

Only what is read of a file is read of an object: no password, no phone number, no address.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from directory.sync.findings import Findings
from directory.sync.oneroster.cells import Row

# What JSON can say and no text is: controls, half characters, and what stands for bytes that are no UTF-8.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffd]")
_ROLES = "+roles"  # where a row keeps the roles of a user

Cell = Callable[[Mapping[str, Any]], Any]


class NotText(ValueError):
    """A value that should be text, a reference, or a list of these."""


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int):
        raise NotText
    text = str(value)
    if _NO_TEXT.search(text):
        raise NotText
    return text


def _id(value: Any) -> str:
    """Of a reference, which other object it means."""
    if value is not None and not isinstance(value, dict):
        raise NotText
    return _text((value or {}).get("sourcedId"))


def _list(value: Any, part: Callable[[Any], str]) -> str:
    """As a cell lists them, divided by commas: so none may hold one."""
    if value is not None and not isinstance(value, list):
        raise NotText
    parts = [part(one) for one in value or ()]
    if any("," in one for one in parts):
        raise NotText
    return ",".join(parts)


def _plain(*names: str) -> dict[str, Cell]:
    return {name: lambda one, name=name: _text(one.get(name)) for name in names}


def _either(column: str, name: str) -> dict[str, Cell]:
    """The files and the service call it otherwise, and so do servers."""
    return {column: lambda one: _text(one.get(name) or one.get(column))}


def _reference(column: str, name: str) -> dict[str, Cell]:
    return {column: lambda one: _id(one.get(name))}


def _listed(column: str, name: str, part: Callable[[Any], str]) -> dict[str, Cell]:
    return {column: lambda one: _list(one.get(name), part)}


@dataclass(frozen=True)
class Collection:
    """A resource of the service, and what of its objects stands in which column."""

    resource: str
    cells: Mapping[str, Cell]

    def rows(self, objects: Iterable[Any], findings: Findings) -> Iterator[Row]:
        """Rows of what is in force, each sourcedId once; lines count the objects from 1."""
        place, first = Place(self.resource, findings), {}
        for number, one in enumerate(objects, 1):
            row = self._row(place, number, one)
            if row is None:
                continue
            key = row.needed("sourcedId")
            if first.setdefault(key, number) != number and key:
                text = _("The sourcedId “%(id)s” was number %(first)d too.")
                row.refuse(text, id=key, first=first[key])
            elif row.in_force():
                yield row

    def _row(self, place: "Place", number: int, one: Any) -> Row | None:
        if not isinstance(one, dict):
            return place.findings.refuse(place.name, number, _("This is no object."))
        row = Row(place, number, {_ROLES: one.get("roles")})
        for column, cell in self.cells.items():
            try:
                row.cells[column] = cell(one)
            except NotText:
                row.refuse(_("The property for %(name)s is not what it should be."), name=column)
                return None
        return row


@dataclass(frozen=True)
class Place:
    """Stands for the file of a row."""

    name: str
    findings: Findings


def role_rows(user: Row) -> Iterator[Row]:
    """The roles of a user, as rows of roles.csv."""
    roles = user.cells.pop(_ROLES)
    if roles is not None and not isinstance(roles, list):
        user.refuse(_("The property for %(name)s is not what it should be."), name="roles")
        return
    for one in roles or ():
        row = ROLES._row(user.table, user.line, one)
        if row:
            row.cells["userSourcedId"] = user.cells["sourcedId"]
            yield row


_ALWAYS = _plain("sourcedId", "status", "dateLastModified")
ORGS = Collection(
    "orgs", _ALWAYS | _plain("name", "type", "identifier") | _reference("parentSourcedId", "parent")
)
TERMS = Collection("academicSessions", _ALWAYS | _plain("title", "type", "startDate", "endDate"))
CLASSES = Collection(
    "classes",
    _ALWAYS
    | _plain("title", "classCode", "classType")
    | _listed("grades", "grades", _text)
    | _reference("schoolSourcedId", "school")
    | _listed("termSourcedIds", "terms", _id),
)
USERS = Collection(
    "users",
    _ALWAYS
    | _plain("enabledUser", "username", "givenName", "familyName", "middleName", "identifier")
    | _either("preferredGivenName", "preferredFirstName")
    | _either("preferredFamilyName", "preferredLastName")
    | _listed("grades", "grades", _text)
    | _reference("primaryOrgSourcedId", "primaryOrg"),
)
ROLES = Collection(
    "users", _plain("roleType", "role", "beginDate", "endDate") | _reference("orgSourcedId", "org")
)
ENROLMENTS = Collection(
    "enrollments",
    _ALWAYS
    | _plain("role", "primary", "beginDate", "endDate")
    | _reference("classSourcedId", "class")
    | _reference("schoolSourcedId", "school")
    | _reference("userSourcedId", "user"),
)
