"""One CSV file as people make it: encoding and delimiter are found out, columns come in any order."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import BytesIO, StringIO
from typing import AnyStr

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.models import Source
from directory.sync.csv_files.fields import FIELDS, PEOPLE, Field
from directory.sync.file_kinds import other_kind
from directory.sync.findings import Finding, Findings, RosterError
from directory.sync.oneroster.archive import MAX_LINE, Archive, Unreadable
from directory.sync.oneroster.tables import MAX_COLUMNS, Table

DELIMITERS = ",;\t|"
MAX_UTF_16 = 32 * 2**20  # bytes: such a file is decoded in one piece
SETTINGS = gettext_lazy("columns of the source")  # where a problem with the mapping stands
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # the second is an empty one
_BOM, _UTF_16 = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")


class OneFile:
    """The file of people alone, with the ways of an Archive."""

    def __init__(self, content: bytes) -> None:
        self.content, self.members = content, {PEOPLE: None}

    def __contains__(self, name: str) -> bool:
        return name == PEOPLE

    def close(self) -> None: ...

    def lines(self, name: str) -> Iterator[bytes]:
        """Its lines, with their ends; raises Unreadable."""
        lines, number = BytesIO(self.content), 0
        while line := lines.readline(MAX_LINE + 1):
            number += 1
            if len(line) > MAX_LINE:
                raise Unreadable(number, _("The line is too long."))
            yield line


class Sheet(Table):
    """Rows of our fields, however the file names, orders and divides its columns."""

    def __init__(
        self,
        files: Archive | OneFile,
        name: str,
        fields: Sequence[Field],
        columns: Mapping[str, str],
        findings: Findings,
    ) -> None:
        super().__init__(files, name, tuple(field.name for field in fields), findings)
        self.fields, self.mapped = fields, columns
        self.found: frozenset[str] = frozenset()  # which fields the file has, once its header was read

    def emptied(self, empty: Callable[[str], str]) -> tuple[str, Iterator[list[str]]]:
        """What divides the cells, and the rows, in which columns that nobody reads are made empty.

        Raises Unreadable or csv.Error, also while they are taken; refuses what rows() does.
        """
        reader = self._reader()
        header = next(reader, None)
        names = self._header(header)
        unread = {place for place, name in enumerate(names or ()) if name.startswith("+")}
        return reader.dialect.delimiter, self._without(unread, empty, header or [], reader)

    def _without(
        self, unread: set[int], empty: Callable[[str], str], header: list[str], reader
    ) -> Iterator[list[str]]:
        yield header
        self.line = reader.line_num + 1
        for row in reader:
            yield [empty(cell) if place in unread else cell for place, cell in enumerate(row)]
            self.line = reader.line_num + 1

    def _reader(self):
        texts = self._texts()
        first = next(texts, "")
        return csv.reader(_again(first, texts), delimiter=self._delimiter(first), strict=True)

    def _delimiter(self, header: str) -> str:
        """The one that gives most columns that we know, and of these the most columns."""

        def worth(delimiter: str) -> tuple[int, int]:
            cells = _cells(header, delimiter)[:MAX_COLUMNS]
            return len([field for field in self.fields if self._places(field, cells)]), len(cells)

        return max(DELIMITERS, key=worth)

    def _texts(self) -> Iterator[str]:
        lines = self.archive.lines(self.name)
        first = next(lines, b"")
        is_wide = first.startswith(_UTF_16)
        texts = self._utf_16(first, lines) if is_wide else _again(self._begin(first), lines)
        for number, line in enumerate(texts, 1):
            yield self._text(number, line)

    def _begin(self, line: bytes) -> bytes:
        if line.count(0) * 3 > len(line):
            raise Unreadable(1, _("The file is encoded as UTF-16. Export it as UTF-8."))
        return line.removeprefix(_BOM)

    def _utf_16(self, first: bytes, lines: Iterator[bytes]) -> Iterator[bytes]:
        """What spreadsheets call “Unicode text”."""
        content = bytearray(first)
        for line in lines:
            content += line
            if len(content) > MAX_UTF_16:
                raise Unreadable(1, _("The file is too large to be UTF-16. Export it as UTF-8."))
        try:
            text = content.decode("utf-16")
        except UnicodeDecodeError:
            raise Unreadable(1, _("The file is not encoded as UTF-16, though it begins so.")) from None
        return (line.encode() for line in StringIO(text, newline=""))

    def _header(self, found: list[str] | None) -> list[str] | None:
        """Our field for each column, or None where the header is refused."""
        if not found or not any(found):
            return self.refuse(_("The header row is missing."))
        if self._has_too_many(found):
            return None
        places = {field.name: self._places(field, found) for field in self.fields}
        for field in self.fields:
            self._check(field, places[field.name])
        self.found = frozenset(name for name, where in places.items() if where)
        names = {where[0]: name for name, where in places.items() if where}
        if self._is_refused(places):
            return None
        return [names.get(place, f"+{place}") for place in range(len(found))]

    def _is_refused(self, places: dict[str, list[int]]) -> bool:
        return any(
            len(places[field.name]) > 1 or (not places[field.name] and self._must_be_there(field))
            for field in self.fields
        )

    def _must_be_there(self, field: Field) -> bool:
        """A column that somebody has named and that is gone would empty the field of everybody."""
        return field.needed or bool(self.mapped.get(field.name))

    def _check(self, field: Field, places: list[int]) -> None:
        column = self.mapped.get(field.name) or field.name
        if len(places) > 1:
            self.refuse(_("The column “%(name)s” stands in the header twice."), name=column)
        elif not places and self._must_be_there(field):
            self.refuse(_("The column “%(name)s” is missing from the header."), name=column)

    def _places(self, field: Field, header: Sequence[str]) -> list[int]:
        """Where a field stands: under the tenant's name for it, else under the first of ours."""
        mapped = self.mapped.get(field.name)
        for name in [mapped] if mapped else field.names:
            if places := [place for place, cell in enumerate(header) if _plain(cell) == _plain(name)]:
                return places
        return []


def opened(content: bytes, findings: Findings) -> Archive | OneFile:
    """A zip, or one file of people. Raises RosterError for what is neither, and for a zip that is not safe
    to read.
    """
    if content.startswith(_ZIP):
        return Archive(BytesIO(content), "people.zip", findings)
    if said := other_kind(content[:64]):
        raise RosterError([Finding(PEOPLE, 1, said)])
    return OneFile(content)


def columns_of(source: Source, findings: Findings) -> dict[str, str]:
    """Their name of the column for each of our fields, where they have one."""
    known = {field.name for fields in FIELDS.values() for field in fields}
    for name in sorted(set(source.columns) - known):
        findings.warn(SETTINGS, 0, _("“%(name)s” is no field of ours."), name=name)
    return {name: str(column).strip() for name, column in source.columns.items() if column}


def _plain(header: str) -> str:
    """A header as it is compared."""
    return " ".join(header.split()).casefold()


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _again(first: AnyStr, rest: Iterator[AnyStr]) -> Iterator[AnyStr]:
    if first:
        yield first
    yield from rest
