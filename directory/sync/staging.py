"""Facts on their way into temporary tables: of the source nothing is kept in our memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from operator import gt

from django.db import connection
from django.utils.translation import gettext as _

from directory import roles
from directory.models import Kind
from directory.sync.facts import (
    Fact,
    GoneFact,
    GrantFact,
    GroupFact,
    GroupMemberFact,
    PersonFact,
    UnitFact,
    UnitMemberFact,
)
from directory.sync.findings import Findings, printable
from directory.sync.temporary import analyse, run

AT_ONCE = 5000  # lines of one COPY
MOST = 8 * 2**30  # characters of all facts together: a source that never ends must not fill the disk
LONGEST_FILE = 300  # characters of a file's name; a directory's entries may have names of megabytes
REMEMBERED = 1000  # names of files; a directory has as many as it has entries
# What COPY or PostgreSQL would not take as it is, and what no name holds: controls and halves of characters.
_ODD = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\\\\]")
_NO_TEXT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
NULL = "\\N"

# The tables and their columns; every one ends with where the fact stands.
_PLACE = "file text, line int"
_TABLES = {
    "staged_units": "key text, name text, kind text, parent text",
    "staged_people": 'key text, upn text COLLATE "C", display_name text, given_name text, surname text, '
    "job_title text, department text, employee_id text, is_active bool",
    "staged_groups": "key text, name text, is_role_assignable bool",
    "staged_unit_members": "unit text, person text",
    "staged_group_members": '"group" text, person text',
    "staged_grants": 'unit text, role text, person text, "group" text, starts_at timestamptz, '
    "ends_at timestamptz",
    "staged_gone": 'kind text, key text, unit text, person text, "group" text, role text, '
    "starts_at timestamptz, ends_at timestamptz",
}


class _Texts:
    """The texts of a kind of fact: of each its name, to say which is wrong, and the length of its column."""

    def __init__(self, table: str, **limits: int) -> None:
        self.table = table
        self.names, self.limits = [name.replace("_", " ") for name in limits], tuple(limits.values())
        self.least = min(self.limits)

    def too_long(self, texts: Sequence[str]) -> bool:
        return any(map(gt, map(len, texts), self.limits))


_UNIT = _Texts("staged_units", key=256, name=256, kind=16, parent=256)
_PERSON = _Texts(
    "staged_people",
    key=256,
    user_name=256,
    name=256,
    first_name=128,
    last_name=128,
    job=128,
    department=128,
    employee_number=64,
)
_GROUP = _Texts("staged_groups", key=256, name=256)
_UNIT_MEMBER = _Texts("staged_unit_members", location=256, person=256)
_GROUP_MEMBER = _Texts("staged_group_members", group=256, person=256)
_GRANT = _Texts("staged_grants", location=256, role=64, person=256, group=256)
_GONE = _Texts("staged_gone", kind=16, key=256, location=256, person=256, group=256, role=64)


def stage(
    facts: Iterator[Fact], findings: Findings, domains: set[str], tell: Callable[[int], None] = lambda n: None
) -> None:
    """Copy all facts into the tables `staged_…` of this session; what is wrong with one goes into `findings`.

    `domains` are those that user names may have; `tell` hears from time to time how many facts were read.
    """
    run("DISCARD TEMP")
    for name, columns in _TABLES.items():
        run(f"CREATE TEMP TABLE {name} ({columns}, {_PLACE})")
    _Stager(findings, domains, tell).take(facts)
    analyse(*_TABLES)


class _Stager:
    def __init__(self, findings: Findings, domains: set[str], tell: Callable[[int], None]) -> None:
        self.findings, self.domains, self.tell = findings, domains, tell
        self.refused: set[tuple[str, int]] = set()  # lines that were refused here
        self.lines: dict[str, list[str]] = {name: [] for name in _TABLES}
        self.files: dict[str, str] = {}
        self.size = 0

    def take(self, facts: Iterator[Fact]) -> None:
        takers = {
            UnitFact: self._unit,
            PersonFact: self._person,
            GroupFact: self._group,
            UnitMemberFact: self._unit_member,
            GroupMemberFact: self._group_member,
            GrantFact: self._grant,
            GoneFact: self._gone,
        }
        number = 0
        for number, fact in enumerate(facts, 1):
            takers[type(fact)](fact)
            if not number % AT_ONCE:
                self._write(AT_ONCE)
                self.tell(number)
        self._write(1)
        self.tell(number)

    def _write(self, least: int) -> None:
        """What has gathered, of tables of which it is at least so much."""
        for name, lines in self.lines.items():
            if len(lines) >= least:
                text = "".join(lines)
                self.size += len(text)
                if self.size > MOST:
                    self.findings.refuse("", 0, _("The source says more than this program takes."))
                    self.findings.stop_if_refused()
                with connection.cursor() as cursor, cursor.copy(f"COPY pg_temp.{name} FROM STDIN") as copy:
                    copy.write(text)
                lines.clear()

    def _unit(self, fact: UnitFact) -> None:
        if fact.kind not in Kind.values:
            self._refuse(fact, _("“%(kind)s” is no kind of location."), kind=fact.kind)
        self._named(fact)
        self._add(_UNIT, fact, (fact.key, fact.name, fact.kind, fact.parent))

    def _person(self, fact: PersonFact) -> None:
        upn = fact.user_principal_name.strip().lower()
        name, _at, domain = upn.rpartition("@")
        if domain not in self.domains or not name:
            text = _("The user name “%(name)s” is in a domain that is not one of this organization's.")
            self._refuse(fact, text, name=upn)
        if not upn.isprintable() and not _NO_TEXT.search(upn):
            self._refuse(fact, _("The user name holds a character that nobody sees."))
        if not fact.key:
            self._refuse(fact, _("There is no key."))
        texts = (
            fact.key,
            upn,
            fact.display_name or upn,
            fact.given_name,
            fact.surname,
            fact.job_title,
            fact.department,
            fact.employee_id,
        )
        self._add(_PERSON, fact, texts, "t" if fact.is_active else "f")

    def _group(self, fact: GroupFact) -> None:
        self._named(fact)
        self._add(_GROUP, fact, (fact.key, fact.name), "ft"[fact.is_role_assignable])

    def _unit_member(self, fact: UnitMemberFact) -> None:
        self._add(_UNIT_MEMBER, fact, (fact.unit, fact.person))

    def _group_member(self, fact: GroupMemberFact) -> None:
        self._add(_GROUP_MEMBER, fact, (fact.group, fact.person))

    def _grant(self, fact: GrantFact) -> None:
        if fact.role not in roles.UNIT_SCOPABLE:
            text = _("A source cannot give the role “%(role)s”: it is not held over a location.")
            self._refuse(fact, text, role=fact.role)
        if not fact.unit or bool(fact.person) == bool(fact.group):
            self._refuse(fact, _("A role needs a location, and one person or one group."))
        self._add(_GRANT, fact, _of_grant(fact), *_dates(fact))

    def _gone(self, fact: GoneFact) -> None:
        of = fact.of
        what, dates = ("", "", "", ""), (NULL, NULL)
        if isinstance(of, UnitMemberFact):
            kind, what = "unit member", (of.unit, "", of.person, "")
        elif isinstance(of, GroupMemberFact):
            kind, what = "group member", ("", "", of.person, of.group)
        elif isinstance(of, GrantFact):
            kind, what, dates = "grant", _of_grant(of), _dates(of)
        else:
            kind = fact.kind
        unit, role, person, group = what
        texts = (kind, fact.key, unit, person, group, role)
        self._add(_GONE, of or _NOWHERE, texts, *dates)

    def _named(self, fact: UnitFact | GroupFact) -> None:
        if not fact.key or not fact.name.strip():
            self._refuse(fact, _("There is no key or no name."))

    def _add(self, kind: _Texts, fact: Fact, texts: Sequence[str], *rest: str) -> None:
        line = "\t".join(texts)
        # Quick questions for all texts together; almost no fact needs a closer look.
        odd = _ODD.search(line) or line.count("\t") >= len(texts)
        if odd or (len(line) > kind.least and kind.too_long(texts)):
            line = "\t".join(self._looked_at(kind, fact, texts))
        file = self.files.get(fact.file) or self._file(fact.file)
        self.lines[kind.table].append("\t".join((line, *rest, file, f"{fact.line}\n")))

    def _looked_at(self, kind: _Texts, fact: Fact, texts: Sequence[str]) -> Iterator[str]:
        for name, most, text in zip(kind.names, kind.limits, texts, strict=True):
            if len(text) > most:
                said = _("The %(what)s is longer than %(most)d characters.")
                self._refuse(fact, said, what=name, most=most)
            if _NO_TEXT.search(text):
                self._refuse(fact, _("The %(what)s holds a character that is no text."), what=name)
            yield _NO_TEXT.sub("?", text[:most]).replace("\\", "\\\\")

    def _file(self, name: str) -> str:
        if len(name) > LONGEST_FILE:
            return self._file(name[:LONGEST_FILE])
        if len(self.files) >= REMEMBERED:
            self.files.clear()
        self.files[name] = _NO_TEXT.sub("?", printable(name)).replace("\\", "\\\\")
        return self.files[name]

    def _refuse(self, fact: Fact, text: str, /, **values: object) -> None:
        """Of a line that the reader has refused it said already what is wrong."""
        place = (fact.file, fact.line)
        if fact.line and place in self.findings.refused and place not in self.refused:
            return
        self.refused.add(place)
        self.findings.refuse(*place, text, **values)


_NOWHERE = UnitMemberFact("", "")


def _of_grant(fact: GrantFact) -> tuple[str, str, str, str]:
    return fact.unit, fact.role, fact.person, fact.group


def _dates(fact: GrantFact) -> tuple[str, str]:
    return tuple(NULL if moment is None else moment.isoformat() for moment in (fact.starts_at, fact.ends_at))
