"""Sources in tests: facts made by the test itself, and what a run of them leaves in the database."""

from __future__ import annotations

from collections.abc import Iterable

from directory.models import (
    AdministrativeUnit,
    Group,
    GroupMember,
    RoleAssignment,
    Run,
    Source,
    SourceKind,
    UnitMembership,
    User,
)
from directory.sync import runs
from directory.sync.facts import Fact, PersonFact, Reading


def make_source(key: str = "sis", **values) -> Source:
    values = {"kind": SourceKind.LDAP, "name": key.upper()} | values
    return Source.objects.create(key=key, **values)


def fact(key: str, name: str = "", **values) -> PersonFact:
    """A person of Riverside whose names follow from the key."""
    given, _space, surname = (name or f"{key.title()} Stone").partition(" ")
    values = {"given_name": given, "surname": surname} | values
    upn = values.pop("upn", f"{key}@riverside.example")
    return PersonFact(key, upn, f"{given} {surname}", **values)


def run_of(source: Source, facts: Iterable[Fact], *, is_delta: bool = False, cursor: str = "", **how) -> Run:
    """Run a source that says this; RosterError is raised, not swallowed."""
    options = {name: how.pop(name) for name in ("password_hash", "by", "brakes") if name in how}
    run = Run.objects.create(source=source, **how)
    reading = Reading(iter(facts), is_delta, lambda: cursor)
    runs.carry_out(run, read=lambda *_: reading, **options)
    run.refresh_from_db()
    return run


def changed(run: Run) -> dict[str, int]:
    """What it changed, without what it did not."""
    return {what: count for what, count in run.counts.items() if count}


def said(run: Run, kind: str) -> list[str]:
    """What is kept of the changes of a kind."""
    return [name for change in run.changes.filter(kind=kind) for name in change.names]


def state() -> dict[str, set]:
    """Everything that sources write, by names instead of ids."""
    people = User.objects.values_list(
        "source", "source_id", "user_principal_name", "display_name", "given_name", "surname", "job_title",
        "department", "employee_id", "is_active", "disabled_by_source", "sort_name", "authority",
    )  # fmt: skip
    units = AdministrativeUnit.objects.select_related("parent")
    members = UnitMembership.objects.values_list("unit__name", "user__user_principal_name", "source")
    in_groups = GroupMember.objects.values_list("group__name", "user__user_principal_name", "source")
    grants = RoleAssignment.objects.values_list(
        "unit__name", "role", "user__user_principal_name", "group__name", "starts_at", "ends_at", "source"
    )
    return {
        "people": set(people),
        "vanished": set(User.objects.exclude(vanished_at=None).values_list("source_id", flat=True)),
        "words": set(User.objects.values_list("source_id", "words__word")),
        "units": {
            (u.source, u.source_id, u.name, u.kind, u.parent and u.parent.name, is_rooted(u)) for u in units
        },
        "groups": set(Group.objects.values_list("source", "source_id", "name", "is_role_assignable")),
        "members": set(members),
        "group members": set(in_groups),
        "grants": set(grants),
    }


def is_rooted(unit: AdministrativeUnit) -> bool:
    """Whether its path is that of its parent and itself."""
    return unit.path == f"{unit.parent.path if unit.parent else '/'}{unit.pk.hex}/"
