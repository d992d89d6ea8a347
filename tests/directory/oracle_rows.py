"""Writes the oracle's directories into the database."""

from datetime import timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

from django.utils import timezone

from directory.models import (
    AdministrativeUnit,
    Group,
    GroupMember,
    GroupOwner,
    RoleAssignment,
    UnitMembership,
    User,
)
from tests.directory.oracle import Directory


def key(what: str, number: int) -> UUID:
    """The same on every run, and in no order."""
    return uuid5(NAMESPACE_OID, f"{what} {number}")


def write(directory: Directory, away) -> list[User]:
    """Put the directory's rows into the tenant whose scope we are in; guests' home is `away`."""
    _write_units(directory)
    people = _write_people(directory, away)
    _write_groups(directory)
    _write_assignments(directory)
    return people


def _write_units(directory: Directory) -> None:
    rows: list[AdministrativeUnit] = []
    for number, unit in enumerate(directory.units):
        parent = None if unit.parent is None else rows[unit.parent]
        rows.append(
            AdministrativeUnit(
                pk=key("unit", number), name=f"Unit {number}", parent=parent, is_restricted=unit.restricted
            )
        )
        rows[-1].prepare()
    AdministrativeUnit.objects.bulk_create(rows)


def _person(number: int, **fields) -> User:
    name = f"P{number}"
    person = User(user_principal_name=f"{name}@riverside.example", display_name=name, **fields)
    person.prepare()
    return person


def _write_people(directory: Directory, away) -> list[User]:
    people = [
        _person(n, pk=key("person", n), is_active=not p.disabled, home_tenant=away if p.guest else None)
        for n, p in enumerate(directory.people)
    ]
    User.objects.bulk_create(people)
    UnitMembership.objects.bulk_create(
        UnitMembership(user_id=key("person", n), unit_id=key("unit", unit))
        for n, person in enumerate(directory.people)
        for unit in person.units
    )
    return people


def _write_groups(directory: Directory) -> None:
    Group.objects.bulk_create(
        Group(pk=key("group", n), name=f"Group {n}", is_role_assignable=group.role_assignable)
        for n, group in enumerate(directory.groups)
    )
    for model, who in ((GroupMember, "members"), (GroupOwner, "owners")):
        model.objects.bulk_create(
            model(group_id=key("group", n), user_id=key("person", person))
            for n, group in enumerate(directory.groups)
            for person in getattr(group, who)
        )


def _write_assignments(directory: Directory) -> None:
    now, day = timezone.now(), timedelta(days=1)
    RoleAssignment.objects.bulk_create(
        RoleAssignment(
            role=held.role,
            user_id=None if held.person is None else key("person", held.person),
            group_id=None if held.group is None else key("group", held.group),
            unit_id=None if held.unit is None else key("unit", held.unit),
            starts_at=None if held.start is None else now + held.start * day,
            ends_at=None if held.end is None else now + held.end * day,
        )
        for held in directory.assignments
    )


def write_look_alikes() -> None:
    """Rows that would change every answer if the rule saw them: same names and paths, closed units, power."""
    path = [f"/{key('unit', number).hex}/" for number in range(5)]
    units = [AdministrativeUnit(name=f"Unit {n}", path=path[n], is_restricted=True) for n in range(5)]
    AdministrativeUnit.objects.bulk_create(units)
    people = [_person(number) for number in range(5)]
    User.objects.bulk_create(people)
    UnitMembership.objects.bulk_create(
        UnitMembership(unit=unit, user=user) for unit in units for user in people
    )
    groups = [Group(name=f"Group {number}", is_role_assignable=True) for number in range(2)]
    Group.objects.bulk_create(groups)
    GroupMember.objects.bulk_create(
        GroupMember(group=group, user=user) for group in groups for user in people
    )
    RoleAssignment.objects.bulk_create(RoleAssignment(role="Global Administrator", user=u) for u in people)
