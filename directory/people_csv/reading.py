"""Reads a file into rows. What is wrong with one row is said at that row, all else stops the reading."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO

from django.utils.translation import gettext as _

from directory.people_csv.columns import BY_HEADER, COLUMNS, KEY, normal, plain

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 20_000
DELIMITERS = ",;\t"


class Unreadable(ValueError):
    """The file cannot be taken; the text says why."""


@dataclass(frozen=True)
class Row:
    """One row by its first line in the file (from 1, the header's); `problem` says why it is no row."""

    line: int
    cells: dict[str, str] = field(default_factory=dict)
    problem: str = ""


def read(content: bytes) -> list[Row]:
    """The rows of a CSV file (RFC 4180; comma, semicolon or tab; UTF-8). Raises Unreadable.

    Every row has the same fields of COLUMNS in its cells, the user name among them.
    """
    lines = _lines(_decoded(content))
    _line, header = next(lines, (1, []))
    fields = _fields(header)
    rows = []
    for number, cells in lines:
        if len(rows) == MOST_ROWS:
            raise Unreadable(
                _("The file has more than %(most)s rows. Divide it.") % {"most": f"{MOST_ROWS:,}"}
            )
        rows.append(_row(number, fields, cells))
    if not rows:
        raise Unreadable(_("There are no people in the file."))
    return rows


def _decoded(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise Unreadable(_("The file is larger than 5 MB. Divide it."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable(_("The file is not UTF-8. In Excel, save it as “CSV UTF-8”.")) from None
    if "\0" in text:
        raise Unreadable(_("This is no text file: it holds a zero."))
    return text


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, each with the number of its first line."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    first = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield first, cells
            first = reader.line_num + 1
    except csv.Error:
        problem = _("Line %(line)d cannot be read: a quotation mark is missing, or a cell is far too long.")
        raise Unreadable(problem % {"line": first}) from None


def _delimiter(text: str) -> str:
    """The one that makes the most known columns of the first line with anything in it."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    return max(
        DELIMITERS, key=lambda one: sum(normal(cell.strip('"')) in BY_HEADER for cell in header.split(one))
    )


def _fields(header: list[str]) -> list[str]:
    fields = [BY_HEADER.get(normal(cell), "") for cell in header]
    for cell, name in zip(header, fields, strict=True):
        if not name:
            known = ", ".join(column.header for column in COLUMNS.values())
            raise Unreadable(
                _("There is no column “%(name)s”. The first line names the columns; they can be: %(known)s.")
                % {"name": cell.strip()[:50], "known": known}
            )
        if fields.count(name) > 1:
            raise Unreadable(_("The column “%(name)s” is there twice.") % {"name": COLUMNS[name].header})
    if KEY not in fields:
        raise Unreadable(_("The column “User name” is missing."))
    return fields


def _row(line: int, fields: list[str], cells: list[str]) -> Row:
    if len(cells) != len(fields):
        counts = {"cells": len(cells), "columns": len(fields)}
        return Row(line, problem=_("There are %(cells)d cells for %(columns)d columns.") % counts)
    texts = [plain(cell.strip()) for cell in cells]
    if [BY_HEADER.get(normal(text)) for text in texts] == fields:
        return Row(line, problem=_("This line names the columns a second time."))
    return Row(line, dict(zip(fields, texts, strict=True)))
