"""Dynamic locations: who is in them is found by a rule, and kept current.

Two changes at once leave no wrong row: whoever changes what a rule asks about a person compares in the same
transaction, with that person's row held, so that of two the second sees what the first one did; whoever
changes a rule waits until all of these have ended, and they wait for the change (`hold`). Who takes other
locks too takes them in this order: imports, administrators, this one, people's rows, the trail.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from psycopg.errors import QueryCanceled

from audit.models import Entry, Result, draft, record_all
from directory import administration, rules
from directory.connectors import Refused
from directory.models import AdministrativeUnit, UnitMembership, User
from directory.rules import RuleError
from tenants import scopes

BY_RULE = "rule"  # the source of the memberships that a rule made: no Source may have this key
MOST = 1000  # dynamic locations of a tenant: every change of a person asks all of their rules
RULES_AT_ONCE, PEOPLE_AT_ONCE = 25, 5000
LONGEST = 5000  # milliseconds that comparing everybody with one rule may take, where somebody waits for it

# One that is there already, from a source, stays as it is. Nobody is added who is being deleted.
ADD = """
    INSERT INTO directory_unitmembership (unit_id, user_id, source)
    SELECT %s, id, %s FROM directory_user WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE
    ON CONFLICT DO NOTHING
"""
REMOVE = "DELETE FROM directory_unitmembership WHERE unit_id = %s AND source = %s AND user_id = ANY(%s)"


@dataclass
class Moved:
    """Who came into one location by its rule, and who went."""

    unit: AdministrativeUnit
    come: list[UUID] = field(default_factory=list)
    go: list[UUID] = field(default_factory=list)


@dataclass(frozen=True)
class Preview:
    """What a rule would do: whom it finds, and who would come and go; of each the number and the first."""

    count: int
    first: list[User]
    come: int
    first_to_come: list[User]
    go: int
    first_to_go: list[User]


class TooSlow(Refused):
    """The rule takes too long with as many people as there are."""

    def __init__(self) -> None:
        super().__init__(_("This rule takes too long. Ask less with -match and -contains."))


def hold(*, alone: bool = False) -> None:
    """Until the end of the transaction no rule is changed; `alone`: and nobody compares people with rules."""
    lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lock}(hashtextextended(%s, 0))", [f"rules {scopes.require()}"])


def keep_current(people: Collection[UUID] | None = None) -> list[Moved]:
    """Bring the members of all dynamic locations that are not paused in line with their rules.

    `people`: whose facts have changed; None is everybody. Call it in the transaction of the change, after it.
    What changes many, renames or deletes people calls `hold` before that; for everybody, `hold(alone=True)`.
    Nothing is recorded: `entries` says what the trail is to say, in the last statement of the transaction.
    """
    with transaction.atomic():
        moved = differences(people)
        write(moved)
    return moved


def differences(people: Collection[UUID] | None = None) -> list[Moved]:
    """What `keep_current` would write; who is asked about is held until the end of the transaction."""
    hold(alone=people is None)
    units = list(_dynamic())
    if not units or (people is not None and not people):
        return []
    if people is not None:
        _lock(people)
    return _differences(units, people)


def _dynamic() -> QuerySet[AdministrativeUnit]:
    return AdministrativeUnit.objects.filter(rule_is_paused=False).exclude(membership_rule="")


def _lock(people: Collection[UUID]) -> None:
    """Hold these people's rows, in one order: what others change about them is seen, or waits."""
    ids = sorted(people)
    for n in range(0, len(ids), PEOPLE_AT_ONCE):
        rows = User.objects.filter(pk__in=ids[n : n + PEOPLE_AT_ONCE]).order_by("pk")
        list(rows.select_for_update(no_key=True).values_list("pk"))


def of_unit(unit: AdministrativeUnit) -> Moved:
    """The same for everybody and one location, whose rule has just been changed. Raises TooSlow."""
    with _in_time():
        return next(iter(_differences([unit], None)), Moved(unit))


def write(moved: Iterable[Moved]) -> None:
    """Add and remove what is different."""
    with connection.cursor() as cursor:
        for one in moved:
            if one.come:
                cursor.execute(ADD, [one.unit.pk, BY_RULE, one.come])
            if one.go:
                cursor.execute(REMOVE, [one.unit.pk, BY_RULE, one.go])


def _differences(units: list[AdministrativeUnit], people: Collection[UUID] | None) -> list[Moved]:
    return [moved for part in _readable(units) for moved in _compared(part, people)]


def _readable(units: Iterable[AdministrativeUnit]) -> Iterator[list[AdministrativeUnit]]:
    """Some of the units at a time. One whose rule cannot be read (any more) stays as it is."""
    found = []
    for unit in units:
        with suppress(RuleError):
            rules.parse(unit.membership_rule)
            found.append(unit)
    for n in range(0, len(found), RULES_AT_ONCE):
        yield found[n : n + RULES_AT_ONCE]


def _compared(units: list[AdministrativeUnit], people: Collection[UUID] | None) -> list[Moved]:
    # Of very many it is quicker to ask about everybody; those who are not held may be changing just now.
    few = list(people) if people is not None and len(people) <= PEOPLE_AT_ONCE else None
    wanted = _everybody(units) if few is None else _some(units, few)
    held = _held(units, few)
    found = []
    for unit in units:
        come = wanted[unit.pk] - held[unit.pk].keys()
        go = {person for person, source in held[unit.pk].items() if source == BY_RULE} - wanted[unit.pk]
        if people is not None:
            come, go = come.intersection(people), go.intersection(people)
        if come or go:
            found.append(Moved(unit, sorted(come), sorted(go)))
    return found


def _held(units: list[AdministrativeUnit], people: list[UUID] | None) -> dict[UUID, dict[UUID, str]]:
    """Of each unit who is in it, and from where they came."""
    memberships = UnitMembership.objects.filter(unit__in=units)
    if people is not None:
        memberships = memberships.filter(user__in=people)
    found: dict[UUID, dict[UUID, str]] = defaultdict(dict)
    for unit, person, source in memberships.values_list("unit_id", "user_id", "source").iterator():
        found[unit][person] = source
    return found


def _everybody(units: list[AdministrativeUnit]) -> dict[UUID, set[UUID]]:
    found = {}
    with connection.cursor() as cursor:
        for unit in units:
            condition, parameters = rules.as_sql(unit.membership_rule)
            cursor.execute(f"SELECT id FROM directory_user WHERE {condition}", parameters)  # noqa: S608
            found[unit.pk] = {pk for (pk,) in cursor}
    return found


def _some(units: list[AdministrativeUnit], people: list[UUID]) -> dict[UUID, set[UUID]]:
    """Many rules in one statement: a change of one person is to cost few, however many rules there are."""
    asked = [rules.as_sql(unit.membership_rule) for unit in units]
    columns = ", ".join(condition for condition, _parameters in asked)
    parameters = [value for _condition, values in asked for value in values]
    with connection.cursor() as cursor:
        statement = f"SELECT id, {columns} FROM directory_user WHERE id = ANY(%s)"  # noqa: S608
        cursor.execute(statement, [*parameters, people])
        answers = cursor.fetchall()
    return {unit.pk: {row[0] for row in answers if row[n]} for n, unit in enumerate(units, start=1)}


# Trying a rule out


def preview(rule: str, limit: int = 20, unit: AdministrativeUnit | None = None) -> Preview:
    """Whom a rule finds, and who would come into the location and go. Raises RuleError and TooSlow."""
    asked = rules.people(rules.parse(rule)).order_by("sort_name", "pk").values_list("pk", flat=True)
    inside = UnitMembership.objects.filter(unit=unit).order_by("user__sort_name", "user_id")
    with _in_time():
        found, held = list(asked), list(inside.values_list("user_id", flat=True))
    come, go = _without(found, held), _without(held, found)
    people = User.objects.in_bulk([*found[:limit], *come[:limit], *go[:limit]])
    counted = ((len(ids), [people[pk] for pk in ids[:limit] if pk in people]) for ids in (found, come, go))
    return Preview(*(value for pair in counted for value in pair))


def _without(people: list[UUID], others: Iterable[UUID]) -> list[UUID]:
    others = set(others)
    return [pk for pk in people if pk not in others]


@contextmanager
def _in_time() -> Iterator[None]:
    """Raise TooSlow where PostgreSQL is longer than LONGEST at one statement."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            until_now = cursor.fetchone()[0]
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(LONGEST)])
            yield
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [until_now])
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooSlow from error
        raise


# The trail

RULE_ITSELF = {"id": None, "name": gettext_noop("Membership rule")}


def entries(
    moved: Iterable[Moved], *, actor: dict[str, Any] | None = None, correlation_id: UUID | None = None
) -> list[Entry]:
    """For each location one entry with how many came and went, to be recorded with the caller's own."""
    action = administration.UPDATE_UNIT
    return [
        draft(
            action.activity,
            category=action.category,
            operation=action.operation,
            result=Result.SUCCESS,
            actor=actor or RULE_ITSELF,
            target={"id": one.unit.pk, "type": "AdministrativeUnit", "name": one.unit.name},
            details=counted(one),
            correlation_id=correlation_id or uuid4(),
        )
        for one in moved
    ]


def counted(moved: Moved) -> dict[str, str]:
    """How many came and went, as details of an entry."""
    rule = {"MembershipRule": moved.unit.membership_rule}
    return rule | {"MembersAdded": str(len(moved.come)), "MembersRemoved": str(len(moved.go))}


def keep_one_current(person: UUID) -> None:
    """`keep_current` and its entries, where no deed is under way."""
    with transaction.atomic():
        record_all(entries(keep_current([person])))


def put_right() -> None:
    """Compare everybody with all rules, a location at a time, so that nobody waits long; with entries.

    A rule that takes too long, of which there were fewer people when it was set, stays as it is.
    """
    for pk in list(_dynamic().values_list("pk", flat=True)):
        with suppress(TooSlow), transaction.atomic():
            hold(alone=True)
            if unit := _dynamic().filter(pk=pk).first():
                moved = of_unit(unit)
                write([moved])
                record_all(entries([moved] if moved.come or moved.go else []))
