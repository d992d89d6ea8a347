"""Facts of a made-up district, as a reader would yield them: the same size says the same every time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from random import Random

from directory import roles
from directory.sync.facts import Fact, GrantFact, PersonFact, UnitFact, UnitMemberFact
from mystaff.demo import names

OF_UNIT = 200  # people to a location: 500 of them where there are 100,000
CLASSES = 24  # of a school
DOMAIN = "roster.example"
POOL = 20_000  # names: a draw takes longer than all the rest of a person


@cache
def _names() -> list[tuple[str, str, str]]:
    random = Random("names")
    return [names.draw(random) for _n in range(POOL)]


def facts(people: int, changed: int = 0) -> Iterator[Fact]:
    """Two memberships for each person, a role over each class; of every hundred so many are otherwise."""
    units = max(CLASSES + 1, people // OF_UNIT)
    for unit in range(units):
        yield _unit(unit)
    for n in range(people):
        is_other = n % 100 < changed
        yield _person(n, is_other)
        school = n % (units // (CLASSES + 1)) * (CLASSES + 1)
        lesson = school + 1 + (n + is_other) % CLASSES
        yield UnitMemberFact(f"u{school}", f"p{n}", "enrollments.csv", n)
        yield UnitMemberFact(f"u{lesson}", f"p{n}", "enrollments.csv", n)
    for unit in range(units):
        if unit % (CLASSES + 1):
            teacher = unit * 7 + (unit % 100 == 1 and changed > 0)
            yield GrantFact(f"u{unit}", roles.PASSWORD, f"p{teacher % people}", file="enrollments.csv")


def _unit(number: int) -> UnitFact:
    place = number % (CLASSES + 1)
    parent = f"u{number - place}" if place else ""
    kind, name = ("class", f"Class {place}") if place else ("school", f"School {number}")
    return UnitFact(f"u{number}", name, kind, parent, "orgs.csv", number + 2)


def _person(number: int, is_other: bool) -> PersonFact:
    given, family, login = _names()[number * 7919 % POOL]
    family = f"{family}-Hill" if is_other else family
    return PersonFact(
        f"p{number}",
        f"{login}.{number}@{DOMAIN}",
        f"{given} {family}",
        given,
        family,
        "Student",
        f"School {number % 20}",
        f"E{number:07}",
        True,
        "users.csv",
        number + 2,
    )
