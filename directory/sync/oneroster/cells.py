"""The cells of a row: what is unambiguous is taken with a warning, the rest refused."""

import re
import unicodedata
from collections.abc import Collection
from datetime import date

from django.utils.translation import gettext as _

from directory.sync.limits import MOST_PARTS

_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(T00:00:00(\.0+)?(Z|\+00:00)?)?", re.ASCII)
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}
_STATUSES = ("active", "tobedeleted", "inactive")
LONGEST_NAME = 200  # characters of a user name


def may_be_user_name(text: str) -> bool:
    """Whether an account could be called so; what is empty was refused already."""
    return " " not in text and text.count("@") < 2 and not text.startswith("@") and not text.endswith("@")


class Row:
    """One row of a file; every reading of a cell names column and line if something is wrong."""

    __slots__ = ("cells", "line", "table")

    def __init__(self, table, line: int, cells: dict[str, str]) -> None:
        self.table, self.line, self.cells = table, line, cells

    def warn(self, text: str, /, **values: object) -> None:
        self.table.findings.warn(self.table.name, self.line, text, **values)

    def refuse(self, text: str, /, **values: object) -> None:
        self.table.findings.refuse(self.table.name, self.line, text, **values)

    def text(self, column: str, limit: int = 255) -> str:
        """The cell as one line of text, composed (NFC), at most `limit` characters."""
        raw = self.cells.get(column, "")
        if not raw:
            return ""
        clean = " ".join(raw.split())
        if clean != raw:
            self.warn(_("The column %(name)s had extra white space."), name=column)
        if len(clean) > limit:
            self.refuse(_("The column %(name)s is longer than %(max)d characters."), name=column, max=limit)
        # Kept, so that a cell that is looked at twice is remarked on once.
        self.cells[column] = unicodedata.normalize("NFC", clean)
        return self.cells[column]

    def needed(self, column: str, limit: int = 255) -> str:
        """As text(); an empty cell is refused."""
        if not (text := self.text(column, limit)):
            self.refuse(_("The column %(name)s is empty."), name=column)
        return text

    def many(self, column: str) -> tuple[str, ...]:
        """The cell as a list; its parts are separated by commas."""
        parts = [part.strip() for part in self.text(column, 4096).split(",")]
        if len(parts) > MOST_PARTS:
            self.refuse(_("The column %(name)s lists more than %(max)d."), name=column, max=MOST_PARTS)
        return tuple(part for part in parts[:MOST_PARTS] if part)

    def day(self, column: str) -> date | None:
        """The cell as a date, None if empty."""
        text = self.text(column)
        if not text:
            return None
        try:
            match = _DATE.fullmatch(text)
            day = date.fromisoformat(match[1]) if match else None
        except ValueError:
            day = None
        if day is None:
            wrong = _("The column %(name)s is not a date like 2026-08-17: “%(text)s”.")
            self.refuse(wrong, name=column, text=text)
        elif match[2]:
            self.warn(_("The column %(name)s holds a time of day, which was left out."), name=column)
        return day

    def days(self, first: str, last: str) -> tuple[date | None, date | None]:
        """Two dates in their order."""
        begin, end = self.day(first), self.day(last)
        if begin and end and end < begin:
            self.refuse(_("The column %(last)s lies before %(first)s."), first=first, last=last)
        return begin, end

    def boolean(self, column: str, default: bool | None = None) -> bool:
        """The cell as true or false; empty is refused unless there is a default."""
        text = self.text(column)
        if not text and default is not None:
            return default
        value = _BOOLEANS.get(text.casefold())
        if not text:
            self.refuse(_("The column %(name)s is empty."), name=column)
        elif value is None:
            wrong = _("The column %(name)s is neither true nor false: “%(text)s”.")
            self.refuse(wrong, name=column, text=text)
        elif text not in {"true", "false"}:
            self._warn_read_as(column, text, str(value).lower())
        return bool(value)

    def one_of(self, column: str, allowed: Collection[str], default: str = "") -> str:
        """The cell as one of the words of the standard, or an extension that begins with `ext:`."""
        text = self.text(column)
        word = self.word(column, allowed) if text else default
        if not word:
            self.refuse(_("The column %(name)s is empty."), name=column)
        elif word not in allowed and not word.startswith("ext:"):
            wrong = _("The column %(name)s is “%(text)s” and none of: %(allowed)s.")
            self.refuse(wrong, name=column, text=text, allowed=", ".join(sorted(allowed)))
        return word

    def word(self, column: str, known: Collection[str]) -> str:
        """The cell; a known word in another letter case becomes that word."""
        text = self.text(column)
        if text in known:
            return text
        word = next((word for word in known if word.casefold() == text.casefold()), text)
        if word != text:
            self._warn_read_as(column, text, word)
        return word

    def in_force(self) -> bool:
        """Whether the row counts: in bulk files the status is blank, yet some exporters fill it."""
        status = self.one_of("status", _STATUSES, default="active")
        if status == "active" or status not in _STATUSES:
            return True
        self.warn(_("The row is marked as “%(status)s” and was left out."), status=status)
        return False

    def _warn_read_as(self, column: str, text: str, word: str) -> None:
        remark = _("The column %(name)s is “%(text)s” and is read as %(word)s.")
        self.warn(remark, name=column, text=text, word=word)
