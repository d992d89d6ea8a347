"""What the rows of each file mean."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time

from django.utils import timezone
from django.utils.translation import gettext as _

from directory.models import Kind
from directory.sync.csv_files.fields import MANAGERS, MEMBERS, PEOPLE, UNITS
from directory.sync.csv_files.sheets import Sheet
from directory.sync.facts import Fact, GrantFact, PersonFact, UnitFact, UnitMemberFact
from directory.sync.limits import MOST_MEMBERSHIPS, MOST_PLACES
from directory.sync.oneroster.cells import LONGEST_NAME, Row, may_be_user_name
from directory.sync.role_mapping import HELPING

_BETWEEN_UNITS = re.compile("[;|]")


class Meaning:
    """Makes facts of rows; what a person is called in one file they are called in the others."""

    def __init__(
        self, mapping: Mapping[str, str], managers_get: str, default_domain: str, today: date
    ) -> None:
        self.mapping, self.managers_get = mapping, managers_get
        self.default_domain, self.today = default_domain, today
        self.has_units = self.has_keys = False
        self.named: dict[str, tuple[str, int]] = {}  # units without a row of their own: where they were named
        self.seen: set[UnitMemberFact | GrantFact] = set()

    def of(self, sheet: Sheet) -> Iterator[Fact]:
        """The facts of one file; locations come first, then people, then who refers to them."""
        self.has_units = self.has_units or sheet.name == UNITS
        of_row = {UNITS: self._unit, PEOPLE: self._person, MEMBERS: self._member, MANAGERS: self._manager}
        for row in sheet.rows():
            if any(row.cells.values()):
                self.has_keys = self.has_keys or (sheet.name == PEOPLE and "person" in sheet.found)
                yield from of_row[sheet.name](row)

    def units_made(self) -> Iterator[UnitFact]:
        """Where there is no file of locations: those that people are said to be in."""
        for key, (file, line) in self.named.items():
            yield UnitFact(key, key, file=file, line=line)

    def _unit(self, row: Row) -> Iterator[Fact]:
        key = row.needed("unit")
        name = row.text("unit_name") or key
        kind = row.one_of("kind", Kind.values, default=Kind.OTHER.value)
        yield UnitFact(key, name, kind, row.text("parent"), *_at(row))

    def _person(self, row: Row) -> Iterator[Fact]:
        upn = self._user_principal_name(row, "user_principal_name")
        key = row.needed("person") if self.has_keys else upn
        given, surname = row.text("given_name", 128), row.text("surname", 128)
        name = row.text("display_name", 256) or f"{given} {surname}".strip() or upn.partition("@")[0]
        yield PersonFact(
            key=key,
            user_principal_name=upn,
            display_name=name[:256],
            given_name=given,
            surname=surname,
            job_title=row.text("job_title", 128),
            department=row.text("department", 128),
            employee_id=row.text("employee_id", 64),
            is_active=row.boolean("is_active", default=True),
            file=row.table.name,
            line=row.line,
        )
        for unit in _BETWEEN_UNITS.split(row.text("units", 4096)):
            if unit.strip():
                yield from self._once(row, UnitMemberFact(self._named(row, unit.strip()), key, *_at(row)))

    def _user_principal_name(self, row: Row, column: str) -> str:
        text = row.needed(column, LONGEST_NAME)
        if len(text) <= LONGEST_NAME and not may_be_user_name(text):
            row.refuse(_("“%(name)s” cannot be a user name."), name=text)
        name, _sign, domain = text.lower().partition("@")
        return f"{name}@{domain or self.default_domain}"

    def _person_of(self, row: Row) -> str:
        return row.needed("person") if self.has_keys else self._user_principal_name(row, "person")

    def _named(self, row: Row, unit: str) -> str:
        if not self.has_units and unit and unit not in self.named:
            _stop_at(MOST_PLACES, len(self.named), row)
            self.named[unit] = (row.table.name, row.line)
        return unit

    def _member(self, row: Row) -> Iterator[Fact]:
        unit = self._named(row, row.needed("unit"))
        yield from self._once(row, UnitMemberFact(unit, self._person_of(row), *_at(row)))

    def _manager(self, row: Row) -> Iterator[Fact]:
        unit, person, role = self._named(row, row.needed("unit")), self._person_of(row), self._role(row)
        if not self.managers_get:
            row.warn(_("By the roles of the source managers get none, whatever the file says."))
            return
        begin, end = row.days("starts_at", "ends_at")
        if role and (end is None or end > self.today):
            dates = (_midnight(begin), _midnight(end))
            yield from self._once(row, GrantFact(unit, role, person, "", *dates, *_at(row)))

    def _role(self, row: Row) -> str:
        """A role by its own name, or by what the tenant's mapping calls it; without one what managers get.

        Whoever writes the file gives nothing beyond help that the tenant has not named itself.
        """
        text = row.text("role")
        if not text:
            return self.managers_get
        known = {role.casefold(): role for role in HELPING | set(self.mapping.values())}
        known |= {key.casefold(): role for key, role in self.mapping.items()}
        role = known.get(text.casefold(), "")
        if not role:
            row.refuse(_("“%(role)s” is no role that a source can give over a location."), role=text)
        return role

    def _once(self, row: Row, fact: UnitMemberFact | GrantFact) -> Iterator[Fact]:
        if fact not in self.seen:
            _stop_at(MOST_MEMBERSHIPS, len(self.seen), row)
            self.seen.add(fact)
            yield fact


def _stop_at(most: int, count: int, row: Row) -> None:
    """Raise RosterError where there are so many already."""
    if count >= most:
        row.refuse(_("The files say more than this program takes."))
        row.table.findings.stop_if_refused()


def _at(row: Row) -> tuple[str, int]:
    return row.table.name, row.line


def _midnight(day: date | None) -> datetime | None:
    return day and timezone.make_aware(datetime.combine(day, time()))
