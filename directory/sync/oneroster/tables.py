"""One CSV file, row by row: encoding, header, number of cells, ids, status."""

import csv
import re
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from directory.sync.findings import Findings
from directory.sync.oneroster.archive import Archive, Unreadable
from directory.sync.oneroster.cells import Row
from directory.sync.oneroster.columns import ALIASES, OPTIONAL

MAX_ROWS = 5_000_000
MAX_COLUMNS = 1000  # each is compared with all the names that we know
MAX_LINES = 100  # of one row, whose cells may hold line breaks: they are in memory together
_BOM, _UTF_16 = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Table:
    """A file of the zip and the columns it must begin with."""

    def __init__(self, archive: Archive, name: str, columns: tuple[str, ...], findings: Findings) -> None:
        self.archive, self.name, self.columns, self.findings = archive, name, columns, findings
        self.line = 1

    def warn(self, text: str, /, **values: object) -> None:
        self.findings.warn(self.name, self.line, text, **values)

    def refuse(self, text: str, /, **values: object) -> None:
        self.findings.refuse(self.name, self.line, text, **values)

    def records(self) -> Iterator[Row]:
        """The rows that are in force: each sourcedId once, none marked as deleted."""
        first: dict[str, int] = {}
        for row in self.rows():
            key = row.needed("sourcedId")
            if first.setdefault(key, row.line) != row.line and key:
                text = _("The sourcedId “%(id)s” stands in line %(first)d too.")
                row.refuse(text, id=key, first=first[key])
            elif row.in_force():
                yield row

    def rows(self) -> Iterator[Row]:
        """Every row below the header; what cannot be read ends the file and is refused."""
        reader = None
        try:
            reader = self._reader()
            yield from self._rows(reader)
        except csv.Error as error:
            self._refuse_csv(reader, str(error))
        except Unreadable as error:
            self.line = error.line
            self.refuse(error.message)

    def _reader(self):
        return csv.reader(self._texts(), strict=True)

    def _rows(self, reader) -> Iterator[Row]:
        names = self._header(next(reader, None))
        if names is None:
            return
        count, width = 0, len(names)
        self.line = reader.line_num + 1
        for cells in reader:
            if len(cells) == width:
                yield Row(self, self.line, dict(zip(names, cells, strict=True)))
            elif cells:
                text = _("The row has %(cells)d cells and not %(width)d.")
                self.refuse(text, cells=len(cells), width=width)
            count += 1
            if count > MAX_ROWS:
                raise Unreadable(reader.line_num, _("The file has more rows than this program reads."))
            self.line = reader.line_num + 1
        if not count:
            self.line = 1
            self.warn(_("The file has a header and no rows."))

    def _refuse_csv(self, reader, why: str) -> None:
        if "unexpected end" in why or "field limit" in why:
            self.refuse(_("A quotation mark opens in this row and never closes."))
        else:
            self.line = max(reader.line_num, 1)
            self.refuse(_("The row is not valid CSV: %(why)s."), why=why)

    def _texts(self) -> Iterator[str]:
        for number, line in enumerate(self.archive.lines(self.name), 1):
            yield self._text(number, self._begin(line) if number == 1 else line)

    def _begin(self, line: bytes) -> bytes:
        """The first line without its byte order mark."""
        if line.startswith(_UTF_16) or line.count(0) * 3 > len(line):
            raise Unreadable(1, _("The file is encoded as UTF-16. Export it as UTF-8."))
        if not line.startswith(_BOM):
            return line
        self.warn(_("The file begins with a byte order mark."))
        return line[len(_BOM) :]

    def _text(self, number: int, line: bytes) -> str:
        if number - self.line >= MAX_LINES:
            raise Unreadable(self.line, _("A quotation mark opens in this row and never closes."))
        try:
            text = line.decode()
        except UnicodeDecodeError as error:
            raise Unreadable(number, _("The line is not encoded as UTF-8.")) from error
        if _CONTROLS.search(text):
            raise Unreadable(number, _("The line holds a character that is no text."))
        return text

    def _header(self, found: list[str] | None) -> list[str] | None:
        """Names for the cells of a row, or None where the header is refused."""
        if not found:
            return self.refuse(_("The header row is missing."))
        if self._has_too_many(found):
            return None
        names = [self._known(name) for name in found]
        expected = [name for name in self.columns if name not in OPTIONAL or name in names]
        if not self._in_order(expected, names):
            return None
        extra = names[len(expected) :]
        if extra:
            self.warn(_("Extension columns are not read: %(names)s."), names=", ".join(extra)[:500])
        return expected + [f"+{place}" for place in range(len(extra))]

    def _has_too_many(self, found: list[str]) -> bool:
        """Whether these are more columns than a file may have, which is refused."""
        if len(found) > MAX_COLUMNS:
            self.refuse(_("The file has more than %(max)d columns."), max=MAX_COLUMNS)
        return len(found) > MAX_COLUMNS

    def _known(self, name: str) -> str:
        """The standard's name for a column, where it is plain which one is meant."""
        clean = name.strip()
        for column in self.columns:
            if clean.casefold() in {column.casefold(), ALIASES.get(column, column).casefold()}:
                if name != column:
                    self.warn(_("The column “%(name)s” is read as %(column)s."), name=name, column=column)
                return column
        return clean

    def _in_order(self, expected: list[str], names: list[str]) -> bool:
        missing = [name for name in expected if name not in names]
        for name in missing:
            self.refuse(_("The column %(name)s is missing from the header."), name=name)
        if missing:
            return False
        wrong = first_difference(expected, names)
        if wrong is not None:
            text = _(
                "The column %(name)s is out of place: it is column %(found)d and must be column %(place)d."
            )
            name = expected[wrong]
            self.refuse(text, name=name, place=wrong + 1, found=names.index(name) + 1)
        return wrong is None


def first_difference(expected: Iterable[str], names: Iterable[str]) -> int | None:
    """The first place where the two part, or None."""
    pairs = enumerate(zip(expected, names, strict=False))
    return next((n for n, (want, have) in pairs if want != have), None)
