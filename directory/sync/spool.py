"""What a service says, on disk until it has said everything: of a thing that came twice the last word holds.

Services page through what changes meanwhile, and tell of somebody again on a later page; and of a group's
members some are nobody's person (a device, a stranger's account). The file has no name and ends with us.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter

from directory.sync.facts import (
    Fact,
    GoneFact,
    GroupFact,
    GroupMemberFact,
    PersonFact,
    UnitFact,
    UnitMemberFact,
)

AT_ONCE = 1000
Thing = UnitFact | GroupFact | PersonFact
Member = UnitMemberFact | GroupMemberFact

KINDS: dict[type, str] = {UnitFact: "unit", GroupFact: "group", PersonFact: "person"}
OWNERS: dict[type, str] = {UnitMemberFact: "unit", GroupMemberFact: "group"}
THINGS = {kind: made for made, kind in KINDS.items()}
MEMBERS = {kind: made for made, kind in OWNERS.items()}
VALUES = {made: attrgetter(*made.__slots__) for made in KINDS}

TABLES = """
CREATE TABLE thing (kind TEXT, key TEXT, said TEXT, PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE TABLE member (kind TEXT, owner TEXT, person TEXT, file TEXT, present INT,
                     PRIMARY KEY (kind, owner, person)) WITHOUT ROWID;
"""
# `said` is NULL for what is gone; a thing that this time was not mentioned has no row.
JOINED = """
SELECT m.kind, m.owner, m.person, m.file, m.present, p.key IS NOT NULL, p.said IS NOT NULL,
       o.key IS NOT NULL, o.said IS NOT NULL
FROM member m
LEFT JOIN thing p ON p.kind = 'person' AND p.key = m.person
LEFT JOIN thing o ON o.kind = m.kind AND o.key = m.owner
"""


class Spool:
    """Takes facts and tells them once each, when all have come."""

    def __init__(self) -> None:
        self.base = sqlite3.connect("", isolation_level=None)  # in a file that has no name
        self.base.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {TABLES}")
        self.base.execute("BEGIN")

    def put(self, facts: Iterable[Thing]) -> None:
        """These are there, as they are said to be."""
        rows = [(KINDS[type(fact)], fact.key, json.dumps(VALUES[type(fact)](fact))) for fact in facts]
        self.base.executemany("INSERT OR REPLACE INTO thing VALUES (?, ?, ?)", rows)

    def remove(self, kind: str, key: str) -> None:
        """A person, group or unit is gone."""
        self.base.execute("INSERT OR REPLACE INTO thing VALUES (?, ?, NULL)", (kind, key))

    def put_members(self, facts: Iterable[Member], *, present: bool = True) -> None:
        """People are in a group or unit, or no longer."""
        found = [(OWNERS[type(f)], *_pair(f), f.file, present) for f in facts]
        self.base.executemany("INSERT OR REPLACE INTO member VALUES (?, ?, ?, ?, ?)", found)

    def facts(
        self, *, is_delta: bool, known: Callable[[list[str]], set[str]] = lambda keys: set()
    ) -> Iterator[Fact]:
        """Everything, once. In a delta `known` says which of these people earlier readings have left here."""
        for kind, key, said in self.base.execute("SELECT kind, key, said FROM thing"):
            if said is not None:
                yield THINGS[kind](*json.loads(said))
            elif is_delta:
                yield GoneFact(kind, key)
        rows = self.base.execute(JOINED)
        while some := rows.fetchmany(AT_ONCE):
            here = (
                known([person for _k, _o, person, _f, _p, told, *_rest in some if not told])
                if is_delta
                else set()
            )
            for row in some:
                yield from _told(row, here, is_delta)
        self.base.close()


def _pair(fact: Member) -> tuple[str, str]:
    return (fact.unit if isinstance(fact, UnitMemberFact) else fact.group), fact.person


def _told(row: tuple, here: set[str], is_delta: bool) -> Iterator[Fact]:
    kind, owner, person, file, present, _told, person_is_there, owner_told, owner_is_there = row
    fact = MEMBERS[kind](owner, person, file=file)
    of_somebody = person_is_there or person in here
    of_something = owner_is_there or (is_delta and not owner_told)
    if present and of_somebody and of_something:
        yield fact
    elif is_delta and not present:
        yield GoneFact(f"{kind} member", of=fact)
