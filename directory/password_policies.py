"""Which password policy holds for whom."""

from __future__ import annotations

from functools import reduce

from directory import passwords
from directory.models import AdministrativeUnit, PasswordPolicy, User
from directory.models.assignments import any_role_of


def policy_for(person: User) -> passwords.Policy:
    """The policy of the nearest location above the person; in several at once, for each rule the strictest.

    A location without any policy above it has the tenant's. So has a person in none; and whoever holds a
    role, now or later, is never under rules weaker than the tenant's in any point. One query, and a second
    one where a location has a policy.
    """
    rows = list(PasswordPolicy.objects.select_related("unit"))
    tenants = next((row.rules for row in rows if row.unit is None), passwords.ENTRA)
    by_path = {row.unit.path: row for row in rows if row.unit}
    places = _places(person) if by_path else []
    nearest = [_nearest(path, by_path) or tenants for path, _holds in places]
    if not places or any(holds for _path, holds in places):
        nearest.append(tenants)
    return reduce(passwords.Policy.strictest, nearest)


def _places(person: User) -> list[tuple[str, bool]]:
    """The paths of the person's locations, each with whether the person has a role."""
    memberships = person.unit_memberships.annotate(holds_role=any_role_of(person))
    return list(memberships.values_list("unit__path", "holds_role"))


def _nearest(path: str, by_path: dict[str, PasswordPolicy]) -> passwords.Policy | None:
    above = [one for one in AdministrativeUnit(path=path).paths_above if one in by_path]
    return by_path[max(above, key=len)].rules if above else None
