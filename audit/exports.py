"""The trail as a file: everything that was asked for, streamed in the scope of its tenant."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from audit.chain import canonical, facts
from audit.models import Entry
from audit.search import Found
from tenants import scopes
from tenants.middleware import streamed
from tenants.models import Tenant

AT_ONCE = 1000  # entries in memory
# A cell that begins so would be run as a formula by spreadsheets (OWASP, "CSV Injection").
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# And inside one: where the comma is a decimal sign, they split lines at semicolons.
FORMULA_INSIDE = re.compile(r"(?<=[;\t\r\n])([\s\"]*)(?=[=+\-@＝＋－＠])")
BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes UTF-8 for something else
WHO = ("id", "displayName", "userPrincipalName", "ipAddress")
WHOM = ("id", "displayName", "type", "userPrincipalName")
PLAIN = (
    "activityDateTime", "activityDisplayName", "category", "operationType", "result", "resultReason",
    "loggedByService", "correlationId", "id", "tenantId", "sequence", "previousHash",
)  # fmt: skip
COLUMNS = (
    *PLAIN[:6],
    *(f"initiatedBy.user.{name}" for name in WHO),
    "initiatedBy.app.displayName",
    "initiatedBy.app.ipAddress",
    *(f"targetResources.{name}" for name in WHOM),
    "targetResources.modifiedProperties",
    "additionalDetails",
    *PLAIN[6:],
    "hash",
)


def as_json_lines(entries: list[Entry]) -> str:
    """An object for each entry: what its hash is made of, in the canonical form, and the hash."""
    return "".join(canonical(facts(entry) | {"hash": entry.hash}) + "\n" for entry in entries)


def as_csv(entries: list[Entry]) -> str:
    """A row for each entry (RFC 4180), lists as JSON, formulas defused with a quotation mark before them."""
    written = StringIO()
    csv.writer(written).writerows([_defused(cell) for cell in _row(entry)] for entry in entries)
    return written.getvalue()


def _row(entry: Entry) -> Iterator[str]:
    said = facts(entry) | {"hash": entry.hash}
    flat: dict[str, Any] = dict(said)
    for kind, who in said["initiatedBy"].items():
        flat |= {f"initiatedBy.{kind}.{name}": value for name, value in who.items()}
    for target in said.get("targetResources", []):
        flat |= {f"targetResources.{name}": value for name, value in target.items()}
    for column in COLUMNS:
        value = flat.get(column, "")
        yield canonical(value) if isinstance(value, (list, dict)) else str(value)


def _defused(cell: str) -> str:
    cell = FORMULA_INSIDE.sub(r"\1'", cell)
    return f"'{cell}" if cell.startswith(FORMULAS) else cell


def _head() -> str:
    written = StringIO(BYTE_ORDER_MARK)
    written.seek(0, 2)
    csv.writer(written).writerow(COLUMNS)
    return written.getvalue()


@dataclass(frozen=True)
class Format:
    """How a file of the trail is written."""

    content_type: str
    write: Callable[[list[Entry]], str]
    head: Callable[[], str] = str


FORMATS = {
    "csv": Format("text/csv; charset=utf-8", as_csv, _head),
    "jsonl": Format("application/jsonl; charset=utf-8", as_json_lines),
}


def response(found: Found, slug: str, kind: str) -> StreamingHttpResponse:
    """A file to download, named after the tenant and the day; its length is not known beforehand.

    It is read in the scope in which this was called. Raises NoScope.
    """
    form, here = FORMATS[kind], Tenant(pk=scopes.require())
    answer = StreamingHttpResponse(streamed(_content(found, form), here), content_type=form.content_type)
    name = f"{slug}-audit-{timezone.localdate():%Y-%m-%d}.{kind}"
    answer.headers["Content-Disposition"] = content_disposition_header(True, name)
    return answer


def _content(found: Found, form: Format) -> Iterator[str]:
    if head := form.head():
        yield head
    for batch in found.batches(AT_ONCE):
        yield form.write(batch)
