"""Which password policy holds for whom."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from django.db.models import Exists, Q

from directory import passwords
from directory.models import AdministrativeUnit, Group, PasswordPolicy, RoleAssignment, User


def policy_for(person: User) -> passwords.Policy:
    """The policy of the nearest location above the person; in several at once, for each rule the strictest.

    A location without any policy above it has the tenant's. So has a person in none; and whoever holds a
    role, now or later, is never under rules weaker than the tenant's in any point. Two queries.
    """
    paths = list(person.unit_memberships.values_list("unit__path", flat=True))
    tenants, by_path, holds_role = _policies(person, paths)
    nearest = [_nearest(path, by_path) or tenants for path in paths]
    if holds_role or not nearest:
        nearest.append(tenants)
    return reduce(passwords.Policy.strictest, nearest)


def _policies(
    person: User, paths: Iterable[str]
) -> tuple[passwords.Policy, dict[str, passwords.Policy], bool]:
    """The tenant's policy, those of locations at and above these paths, whether the person has a role."""
    above = {one for path in paths for one in AdministrativeUnit(path=path).paths_above}
    rows = (
        PasswordPolicy.objects.filter(Q(unit=None) | Q(unit__path__in=above))
        .select_related("unit")
        .annotate(holds_role=_holds_role(person))
    )
    tenants, by_path, holds_role = passwords.ENTRA, {}, False
    for row in rows:
        holds_role = row.holds_role
        if row.unit is None:
            tenants = row.rules
        else:
            by_path[row.unit.path] = row.rules
    return tenants, by_path, holds_role


def _holds_role(person: User) -> Q:
    """Any role, however scoped, now or later; or a place in a group that may be given one at any time."""
    groups = Group.objects.filter(is_role_assignable=True)
    return (
        Q(Exists(RoleAssignment.objects.not_over().filter(user=person)))
        | Q(Exists(groups.filter(groupmember__user=person)))
        | Q(Exists(groups.filter(groupowner__user=person)))
    )


def _nearest(path: str, by_path: dict[str, passwords.Policy]) -> passwords.Policy | None:
    above = [one for one in AdministrativeUnit(path=path).paths_above if one in by_path]
    return by_path[max(above, key=len)] if above else None
