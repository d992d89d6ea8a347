"""What a run leaves in the trail: one entry of its own, and one for every role that it gave or took and every
account that it enabled, disabled or removed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_noop

from audit.models import Entry, Result, draft, record, record_all
from directory import administration, dynamic_units
from directory.door import CommandLine, Initiator
from directory.models import Run
from directory.sync import temporary
from directory.sync.changes import GROUP, UNIT, USER
from directory.verbs import Action

Somebody = Initiator | CommandLine | None  # who has it done; nobody: the source, by itself
AT_ONCE = 2000  # entries in memory
ROLE_FIELDS = ("Role.DisplayName", "AdministrativeUnit.DisplayName", "startDateTime", "endDateTime")
DEEDS = {
    "given": administration.ASSIGN_SCOPED_ROLE,
    "taken": administration.REMOVE_SCOPED_ROLE,
    "enabled": administration.ENABLE_ACCOUNT,
    "disabled": administration.DISABLE_ACCOUNT,
    "removed": administration.DELETE_USER,
}


def _roles(what: str, table: str) -> str:
    return f"""
        SELECT '{what}' AS what, coalesce(c.user_id, c.group_id) AS id, c.group_id IS NULL AS is_person,
            coalesce(u.display_name, n.display_name, g.name, h.name) AS name,
            coalesce(u.user_principal_name, n.upn, '') AS upn,
            c.role, coalesce(a.name, b.name) AS unit, c.starts_at, c.ends_at
        FROM {table} c {USER} {UNIT} {GROUP}
    """  # noqa: S608


def _accounts(what: str, table: str) -> str:
    return f"SELECT '{what}', id, true, display_name, upn, NULL, NULL, NULL, NULL FROM {table}"  # noqa: S608


_ENTRIES = " UNION ALL ".join(
    (
        _roles("taken", "gone_grants"),
        _roles("given", "new_grants"),
        _accounts("disabled", "plan_disabled"),
        _accounts("enabled", "plan_people WHERE is_enabled"),
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
        asked.execute("SELECT * FROM plan_entries")
        while found := asked.fetchmany(AT_ONCE):
            record_all(_entry(run, *row) for row in found)


def _entry(
    run: Run,
    what: str,
    pk: UUID,
    is_person: bool,
    name: str,
    upn: str,
    role: str | None,
    unit: str | None,
    *dates: datetime | None,
) -> Entry:
    deed = DEEDS[what]
    kind = {"type": "User", "principal_name": upn} if is_person else {"type": "Group"}
    return draft(
        deed.activity,
        category=deed.category,
        operation=deed.operation,
        actor=_source(run),
        target={"id": pk, "name": name} | kind,
        changed=_changed(deed, role, unit, dates),
        details={"Source": run.source.key, "Run": str(run.pk), "Action": deed.word},
        correlation_id=run.pk,
    )


def _changed(
    deed: Action, role: str | None, unit: str | None, dates: tuple[datetime | None, ...]
) -> list[dict[str, Any]]:
    is_given = deed is DEEDS["given"]
    if role is None:
        if deed is DEEDS["removed"]:
            return []
        is_enabled = deed is DEEDS["enabled"]
        return [{"name": "accountEnabled", "oldValue": not is_enabled, "newValue": is_enabled}]
    values = zip(ROLE_FIELDS, (role, unit, *dates), strict=True)
    return [
        {"name": name, "oldValue": None if is_given else value, "newValue": value if is_given else None}
        for name, value in values
        if value is not None
    ]


def record_run(
    run: Run, counts: dict[str, int], result: str = Result.SUCCESS, reason: str = "", *, by: Somebody = None
) -> None:
    """One entry for a run, with its counts and its id."""
    record(
        gettext_noop("Import roster"),
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
