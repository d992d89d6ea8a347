"""The columns: our names for them, those of Microsoft Graph, and how a cell is written."""

from __future__ import annotations

import re
from dataclasses import dataclass

from audit.exports import FORMULAS
from directory.actions.people import FIELDS

KEY, NAME, ENABLED = "user_principal_name", "display_name", "is_active"
EMAIL, PHONE = "alternate_email_address", "mobile_phone_number"
METHODS = (EMAIL, PHONE)


@dataclass(frozen=True)
class Column:
    """One column: a field, its header in our files, its name in Microsoft Graph and that in the trail."""

    field: str
    header: str
    graph: str
    in_trail: str


def _column(field: str, header: str) -> Column:
    return Column(field, header, FIELDS[field], FIELDS[field])


# Names of Graph: "user resource type".
COLUMNS = {
    column.field: column
    for column in (
        _column(KEY, "User name"),
        _column(NAME, "Name"),
        _column("given_name", "First name"),
        _column("surname", "Last name"),
        _column("job_title", "Job"),
        _column("department", "Department"),
        _column("employee_id", "Employee number"),
        Column(ENABLED, "Account enabled", "accountEnabled", "accountEnabled"),
        Column(EMAIL, "Alternate email address", "otherMails", "alternateEmail"),
        Column(PHONE, "Mobile phone number", "mobilePhone", "mobilePhone"),
    )
}

YES, NO = ("true", "yes", "1"), ("false", "no", "0")
# Blanks and double quotation marks in front change nothing: some spreadsheets take them off.
_WOULD_RUN = re.compile(f"'*[ \"]*(?:{'|'.join(map(re.escape, FORMULAS))})")
# Where the comma is a decimal sign, spreadsheets split lines at semicolons: inside our cells.
_SPLIT, _RUN = r"([;\t\r\n][\s\"]*)", r"('*[=+\-@＝＋－＠])"
_WOULD_RUN_INSIDE, _DEFUSED_INSIDE = re.compile(_SPLIT + _RUN), re.compile(f"{_SPLIT}'{_RUN}")


def normal(header: str) -> str:
    """A header as it is compared: without case and without white space around or twice in it."""
    return " ".join(header.split()).casefold()


BY_HEADER = {normal(name): one.field for one in COLUMNS.values() for name in (one.header, one.graph)}


def defused(cell: str) -> str:
    """A quotation mark before what a spreadsheet would run (OWASP, "CSV Injection"); `plain` takes it away.

    Before what only looks like a defused one too, so that every text comes back as it was.
    """
    inside = _WOULD_RUN_INSIDE.sub(r"\1'\2", cell)
    return f"'{inside}" if _WOULD_RUN.match(inside) else inside


def plain(cell: str) -> str:
    """What `defused` was given; a formula that nobody defused stays as it is."""
    inside = cell[1:] if cell.startswith("'") and _WOULD_RUN.match(cell) else cell
    return _DEFUSED_INSIDE.sub(r"\1\2", inside)
