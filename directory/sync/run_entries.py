"""What a run leaves in the trail: one entry of its own, and one for every role that it gave or took, also by
putting somebody into a group that holds one, and for every account that it enabled, disabled, removed, calls
otherwise, knows by another id, or whose password it moved.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from audit.models import Entry, Result, draft, record, record_all
from directory import administration, dynamic_units
from directory.door import CommandLine, Initiator
from directory.models import Run
from directory.sync import temporary
from directory.sync.changes import GROUP, UNIT, USER
from directory.sync.member_plan import CLOSED_GROUPS
from directory.verbs import IMPORT_ROSTER

Somebody = Initiator | CommandLine | None  # who has it done; nobody: the source, by itself
AT_ONCE = 2000  # entries in memory
ROLE_FIELDS = ("Role.DisplayName", "AdministrativeUnit.DisplayName", "startDateTime", "endDateTime")
GROUP_FIELD = "Group.DisplayName"
DEEDS = {
    "given": administration.ASSIGN_SCOPED_ROLE,
    "taken": administration.REMOVE_SCOPED_ROLE,
    "taken over all": administration.REMOVE_ROLE,
    "joined": administration.ADD_GROUP_MEMBER,
    "left": administration.REMOVE_GROUP_MEMBER,
    "enabled": administration.ENABLE_ACCOUNT,
    "disabled": administration.DISABLE_ACCOUNT,
    "removed": administration.DELETE_USER,
    "updated": administration.UPDATE_USER,
}
# Their names in Microsoft Graph's "user resource type", and in its provisioning logs.
UPDATED_FIELDS = ("userPrincipalName", "SourceAnchor", "Authority")
# What a row of the trail is made of; which of the values are there depends on what it tells.
_VALUES = "role, unit, starts_at, ends_at, group_name, before, after"
# Groups that hold a role, now or later, before this run or after it.
_POWERFUL = """
    SELECT group_id FROM directory_roleassignment WHERE ends_at IS NULL OR ends_at > now()
    UNION SELECT group_id FROM new_grants
"""
_NAME = "coalesce(u.display_name, n.display_name)"
_UPN = "coalesce(u.user_principal_name, n.upn, '')"


def _roles(what: str, table: str) -> str:
    return f"""
        SELECT {what} AS what, coalesce(c.user_id, c.group_id) AS id, c.group_id IS NULL AS is_person,
            coalesce({_NAME}, g.name, h.name) AS name, {_UPN} AS upn,
            c.role, coalesce(a.name, b.name) AS unit, c.starts_at, c.ends_at,
            NULL AS group_name, NULL::text[] AS before, NULL::text[] AS after
        FROM {table} c {USER} {UNIT} {GROUP}
    """  # noqa: S608


def _group_members(what: str, table: str) -> str:
    return f"""
        SELECT '{what}', c.user_id, true, {_NAME}, {_UPN}, NULL, NULL, NULL, NULL,
            coalesce(g.name, h.name), NULL, NULL
        FROM {table} c {USER} {GROUP} WHERE c.group_id IN ({_POWERFUL})
    """  # noqa: S608


def _accounts(what: str, table: str, only: str = "true") -> str:
    """What a row is now counts: whom somebody else has disabled meanwhile the source did not disable."""
    return f"""
        SELECT '{what}', c.id, true, c.display_name, c.upn, NULL, NULL, NULL, NULL, NULL, NULL, NULL
        FROM {table} c JOIN directory_user u ON u.id = c.id WHERE {only}
    """  # noqa: S608


_UPDATED = """
    SELECT 'updated', id, true, old_display_name, old_upn, NULL, NULL, NULL, NULL, NULL,
        ARRAY[old_upn, old_key, old_authority], ARRAY[upn, key, authority]
    FROM plan_people WHERE NOT is_new AND (upn <> old_upn OR is_rekeyed OR is_moved)
"""
_ROLES_OF_REMOVED = """(
    SELECT r.* FROM directory_roleassignment r JOIN plan_removed d ON d.id = r.user_id
    WHERE r.id NOT IN (SELECT id FROM gone_grants)
)"""
_GROUPS_OF_REMOVED = """(
    SELECT m.* FROM directory_groupmember m JOIN plan_removed d ON d.id = m.user_id
    WHERE m.id NOT IN (SELECT id FROM gone_group_members)
)"""
_JOINED = f"(SELECT * FROM new_group_members WHERE group_id NOT IN ({CLOSED_GROUPS}))"  # noqa: S608
_ENTRIES = " UNION ALL ".join(
    (
        _roles("'taken'", "gone_grants"),
        _roles("CASE WHEN c.unit_id IS NULL THEN 'taken over all' ELSE 'taken' END", _ROLES_OF_REMOVED),
        _group_members("left", "gone_group_members"),
        _group_members("left", _GROUPS_OF_REMOVED),
        _roles("'given'", "new_grants"),
        _group_members("joined", _JOINED),
        _UPDATED,
        _accounts("disabled", "plan_disabled", "u.is_active"),
        _accounts("enabled", "plan_people", "c.is_enabled AND u.disabled_by_source"),
        _accounts("removed", "plan_removed"),
    )
)


def note() -> None:
    """Note what will be told, while those who go are still there."""
    temporary.make("plan_entries", _ENTRIES)


def record_changes(run: Run, moved: Iterable[dynamic_units.Moved]) -> None:
    """Tell what was noted, and whom rules have moved: the source did it. From here on nobody else adds to the
    trail.
    """
    record_all(dynamic_units.entries(moved, actor=_source(run), correlation_id=run.pk))
    with connection.chunked_cursor() as asked:
        asked.execute(f"SELECT what, id, is_person, name, upn, {_VALUES} FROM plan_entries")  # noqa: S608
        while found := asked.fetchmany(AT_ONCE):
            record_all(_entry(run, *row) for row in found)


def _entry(run: Run, what: str, pk: UUID, is_person: bool, name: str, upn: str, *values: Any) -> Entry:
    deed = DEEDS[what]
    kind = {"type": "User", "principal_name": upn} if is_person else {"type": "Group"}
    return draft(
        deed.activity,
        category=deed.category,
        operation=deed.operation,
        actor=_source(run),
        target={"id": pk, "name": name} | kind,
        changed=_changed(what, *values),
        details={"Source": run.source.key, "Run": str(run.pk), "Action": deed.word},
        correlation_id=run.pk,
    )


def _changed(
    what: str,
    role: str | None,
    unit: str | None,
    starts_at: datetime | None,
    ends_at: datetime | None,
    group: str | None,
    before: list[str] | None,
    after: list[str] | None,
) -> list[dict[str, Any]]:
    match what:
        case "enabled" | "disabled":
            found = [("accountEnabled", what == "disabled", what == "enabled")]
        case "updated":
            found = list(zip(UPDATED_FIELDS, before, after, strict=True))
        case "given" | "joined":
            found = [(name, None, value) for name, value in _held(role, unit, starts_at, ends_at, group)]
        case _:
            found = [(name, value, None) for name, value in _held(role, unit, starts_at, ends_at, group)]
    return [{"name": name, "oldValue": old, "newValue": new} for name, old, new in found if old != new]


def _held(*values: Any) -> zip:
    """What somebody holds, or the group they are in; of the rest there is nothing."""
    return zip((*ROLE_FIELDS, GROUP_FIELD), values, strict=True)


def record_run(
    run: Run, counts: dict[str, int], result: str = Result.SUCCESS, reason: str = "", *, by: Somebody = None
) -> None:
    """One entry for a run, with its counts and its id."""
    record(
        IMPORT_ROSTER.activity,
        category="ProvisioningManagement",
        operation="Import",
        result=result,
        reason=reason,
        actor=by.snapshot() if by else _source(run),
        target={"id": run.source_id, "type": "Source", "name": run.source.name},
        details={"Source": run.source.key, "Run": str(run.pk)} | {what: str(n) for what, n in counts.items()},
        correlation_id=run.pk,
    )


def _source(run: Run) -> dict[str, Any]:
    return {"id": None, "name": run.source.key}
