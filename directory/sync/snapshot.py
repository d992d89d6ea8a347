"""What the directory holds of one source, read in a handful of queries."""

from directory import roles
from directory.models import AdministrativeUnit, RoleAssignment, UnitMembership, User
from directory.sync.plan import Stored
from directory.sync.wishes import Grant, PersonFacts, UnitFacts

PERSON_FIELDS = tuple(PersonFacts.__dataclass_fields__)


def take(source: str) -> Stored:
    """The present state, in the scope of the tenant."""
    people = User.objects.filter(source=source).values_list("source_id", *PERSON_FIELDS)
    units = AdministrativeUnit.objects.filter(source=source)
    others = User.objects.exclude(source=source).values_list("user_principal_name", flat=True)
    stored = Stored(
        people={key: PersonFacts(*values) for key, *values in people},
        units={unit.source_id: _facts(unit, source) for unit in units.select_related("parent")},
        others=set(others),
        grants=_grants(source),
    )
    _memberships(source, stored)
    return stored


def _facts(unit: AdministrativeUnit, source: str) -> UnitFacts:
    ours = unit.parent is not None and unit.parent.source == source
    return UnitFacts(unit.name, unit.kind, unit.parent.source_id if ours else "")


def _memberships(source: str, stored: Stored) -> None:
    rows = UnitMembership.objects.filter(unit__source=source, user__source=source)
    for pk, unit, person, made_by in rows.values_list("pk", "unit__source_id", "user__source_id", "source"):
        if made_by == source:
            stored.memberships[unit, person] = pk
        else:
            stored.memberships_by_hand.add((unit, person))


def _grants(source: str) -> dict[Grant, int]:
    held = RoleAssignment.objects.filter(source=source, role=roles.PASSWORD)
    rows = held.values_list("pk", "unit__source_id", "user__source_id", "starts_at", "ends_at")
    return {Grant(*values): pk for pk, *values in rows}
