"""A delta, read into the rows that were known before it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from directory.sync.findings import Findings
from directory.sync.oneroster.cells import Row
from directory.sync.oneroster.last_known import DELETED, Keeper, LastKnown
from directory.sync.oneroster.tables import Table

_STATUSES = ("active", DELETED)
MOST_CHANGES = 200_000  # rows of one file of a delta: they are in memory at once, some 2 kB each


class KnownTable:
    """Stands for a file of an earlier delivery: what there was to remark on was said then."""

    def __init__(self, name: str, findings: Findings) -> None:
        self.name, self.findings = name, _Problems(findings)


class _Problems:
    def __init__(self, findings: Findings) -> None:
        self.refuse = findings.refuse

    def warn(self, file: str, line: int, text: str, /, **values: object) -> None: ...


def unchanged(table: Table, known: LastKnown, keeper: Keeper) -> Iterator[Row]:
    """The rows in force of a file that a delta leaves out."""
    for row in _known(table, known):
        yield from _kept(row, keeper)


def _known(table: Table, known: LastKnown) -> Iterator[Row]:
    """The rows of a file as they were last; they stand in no line."""
    place = KnownTable(table.name, table.findings)
    for cells in known.rows(table.name):
        yield Row(place, 0, cells)


def merged(table: Table, known: LastKnown, keeper: Keeper) -> Iterator[Row]:
    """The rows in force after a delta: those known before that it does not touch, then its own."""
    changes = {row.text("sourcedId"): row for row in _changes(table)}
    for row in _known(table, known):
        change = changes.get(row.cells["sourcedId"])
        if change is not None and _is_older(change, row):
            change.warn(_("This row is older than what is known, and was left out."))
            del changes[row.cells["sourcedId"]]
        elif change is not None:
            continue
        yield from _kept(row, keeper)
    for row in changes.values():
        yield from _kept(row, keeper)


def _kept(row: Row, keeper: Keeper) -> Iterator[Row]:
    if row.cells["status"] == DELETED:
        keeper.keep_deleted(row.cells)
    else:
        yield row
        keeper.keep(row.cells)


def _changes(table: Table) -> Iterator[Row]:
    """The rows of the delta, each sourcedId once, with a status and a moment."""
    first: dict[str, int] = {}
    for count, row in enumerate(table.rows(), 1):
        if count > MOST_CHANGES:
            row.refuse(_("There are more rows than a delta may have. Send all of it, as a bulk export."))
            return
        key = row.needed("sourcedId")
        if not row.needed("status"):
            continue
        row.cells["status"] = row.word("status", _STATUSES)
        if row.cells["status"] not in _STATUSES:
            row.refuse(_("In a delta the status is active or tobedeleted."))
        elif _moment(row) is None:
            row.refuse(_("The column dateLastModified is not a moment like 2026-08-17T09:30:00Z."))
        elif not key:
            continue
        elif first.setdefault(key, row.line) != row.line:
            text = _("The sourcedId “%(id)s” stands in line %(first)d too.")
            row.refuse(text, id=key, first=first[key])
        else:
            yield row


def _is_older(change: Row, known: Row) -> bool:
    before = _moment(known)
    return before is not None and _moment(change) < before


def _moment(row: Row) -> datetime | None:
    """When a row was changed last; without a zone in UTC. None where it does not say."""
    try:
        moment = datetime.fromisoformat(row.cells.get("dateLastModified", "").strip())
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
