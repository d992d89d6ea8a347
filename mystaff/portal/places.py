"""Locations as managers see them: what is above, what is below, how many people, where a person is."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.core.cache import cache
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Left

from directory import permissions, verbs
from directory.models import AdministrativeUnit, Kind, UnitMembership, User
from directory.models.units import after
from tenants.words import normalise

# Parts of a place: a person is at the school, and not at "Staff".
PARTS = {Kind.STUDENTS, Kind.STAFF, Kind.CLASS}
ORDER = list(Kind.values)
MANY = 1000  # people: to count so many anew for each visit takes longer than all the rest of the page
KEPT = 5 * 60  # seconds


def around(
    actor: User, unit: AdministrativeUnit
) -> tuple[list[AdministrativeUnit], list[AdministrativeUnit]]:
    """The units above, the topmost first, and those right below: only what the actor may open."""
    near = Q(path__in=unit.paths_above[:-1]) | Q(parent=unit)
    parts = AdministrativeUnit.objects.filter(parent=OuterRef("pk"))
    family = list(permissions.units(actor).filter(near).annotate(is_lowest=~Exists(parts)))
    above = sorted((u for u in family if unit.is_below(u)), key=lambda u: len(u.path))
    return above, in_order(u for u in family if u.parent_id == unit.pk)


def in_order(units: Iterable[AdministrativeUnit]) -> list[AdministrativeUnit]:
    """Schools before departments before classes, each by name: Grade 9 before Grade 10."""
    return sorted(units, key=lambda u: (ORDER.index(u.kind), _natural(u.name)))


def _natural(name: str) -> list:
    # Words stand at even places and numbers at odd ones, so like is compared with like.
    return [int(part) if n % 2 else normalise(part) for n, part in enumerate(re.split(r"(\d+)", name))]


def with_counts(units: Sequence[AdministrativeUnit]) -> Sequence[AdministrativeUnit]:
    """Give each unit `people`: how many are in it and below, once each. None may lie below another."""
    lowest = [unit for unit in units if getattr(unit, "is_lowest", False)]
    rest = [unit for unit in units if not getattr(unit, "is_lowest", False)]
    counts = _counts_of_lowest(lowest) if lowest else {}
    for length in {len(unit.path) for unit in rest}:
        counts |= _counts([unit.path for unit in rest if len(unit.path) == length], length)
    for unit in units:
        unit.people = counts.get(unit.path, 0)
    return units


def with_rough_counts(units: Sequence[AdministrativeUnit]) -> Sequence[AdministrativeUnit]:
    """The same where whole districts are listed: numbers of MANY and more may be KEPT seconds old."""
    known = cache.get_many([_count_of(unit) for unit in units])
    for unit in units:
        unit.people = known.get(_count_of(unit))
    counted = with_counts([unit for unit in units if unit.people is None])
    cache.set_many({_count_of(unit): unit.people for unit in counted if unit.people >= MANY}, KEPT)
    return units


def _count_of(unit: AdministrativeUnit) -> str:
    return f"people:{unit.pk.hex}"


def _counts_of_lowest(units: Sequence[AdministrativeUnit]) -> dict[str, int]:
    """With nothing below, nobody is in a unit twice: no names need comparing, which takes the time."""
    paths = {unit.pk: unit.path for unit in units}
    inside = UnitMembership.objects.filter(unit__in=units).order_by().values_list("unit")
    return {paths[unit]: people for unit, people in inside.annotate(Count("pk"))}


def _counts(paths: list[str], length: int) -> dict[str, int]:
    # The range keeps the index, the beginning of the path tells the units apart: one query for all of them.
    inside = UnitMembership.objects.filter(unit__path__gte=min(paths), unit__path__lt=after(max(paths)))
    grouped = inside.annotate(top=Left("unit__path", length)).filter(top__in=paths).order_by().values("top")
    return dict(grouped.annotate(people=Count("user", distinct=True)).values_list("top", "people"))


def place_people(actor: User, people: Sequence[User]) -> None:
    """Give each person `places`: where they are, without what is hidden from this actor. Two queries."""
    memberships = UnitMembership.objects.filter(user__in=people).select_related("unit")
    by_person = defaultdict(list)
    for membership in memberships:
        by_person[membership.user_id].append(membership.unit)
    units = _by_path({path for m in memberships for path in m.unit.paths_above})
    mine = [
        held.unit.path if held.unit else "/" for held in actor.assignments if held.role in verbs.VIEW.table
    ]
    for person in people:
        found = (_place(unit, units, mine) for unit in by_person[person.pk])
        person.places = sorted({u for u in found if u}, key=lambda u: (not u.can_open, u.name))


def _by_path(paths: set[str]) -> dict[str, AdministrativeUnit]:
    return {unit.path: unit for unit in AdministrativeUnit.objects.filter(path__in=paths)}


def _place(
    unit: AdministrativeUnit, units: dict[str, AdministrativeUnit], mine: list[str]
) -> AdministrativeUnit | None:
    """The place to name for a membership, or None: who is in a hidden unit is nobody else's business."""
    above = [units[path] for path in reversed(unit.paths_above)]
    opens = unit.path.startswith(tuple(mine)) if mine else False
    if not opens and any(u.hidden_membership for u in above):
        return None
    place = next((u for u in above if u.kind not in PARTS), above[0])
    place.can_open = place.path.startswith(tuple(mine)) if mine else False
    # One who helps a single class knows the class, whoever runs the school.
    if opens and not place.can_open:
        place = unit
        place.can_open = True
    return place


def password_style(person: User, default: str) -> str:
    """The style of the nearest unit that has one, else the tenant's."""
    paths = person.unit_memberships.values_list("unit__path", flat=True)
    above = {path for unit in map(lambda p: AdministrativeUnit(path=p), paths) for path in unit.paths_above}
    styled = AdministrativeUnit.objects.filter(path__in=above).exclude(password_style="")
    nearest = max(styled, key=lambda unit: len(unit.path), default=None)
    return nearest.password_style if nearest else default
