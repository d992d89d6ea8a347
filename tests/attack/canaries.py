"""Canaries: strings that stand in one cell of the database and nowhere else. One that sings was read."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from random import Random
from uuid import UUID

# A word, a network address, a number of a row, an id of a row; digits of phones are written in many ways.
SONG = re.compile(
    r"zq[0-9a-f]{10}|198\.18\.\d{1,3}\.\d{1,3}|(?<!\d)13\d{8}(?!\d)"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<![0-9a-z])[0-9a-f]{32}(?![0-9a-z])"
)
PHONE = re.compile(r"907\d{7}")
TAG, ESCAPED, NOT_DIGIT = (
    re.compile(r"<[^>]*>"),
    re.compile(r"\\u([0-9a-f]{4})"),
    re.compile(r"[\s().-]|\u200b"),
)


@dataclass(frozen=True)
class Row:
    """A row of the database and who may know of it: its tenant, the circle of people, its owner."""

    tenant: str
    table: str
    pk: str
    circle: str = ""
    owner: str = ""


@dataclass(frozen=True)
class Cell:
    """Where a canary stands."""

    row: Row
    column: str


class Canaries:
    """All canaries of one run, and the search for them."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._count = 0
        self.cells: dict[str, Cell] = {}

    def word(self, cell: Cell) -> str:
        """A new word for this cell."""
        return self._keep(f"zq{self._random.randrange(16**10):010x}", cell)

    def phone(self, cell: Cell) -> str:
        """A new number for this cell, as E.164."""
        self._count += 1
        return "+1" + self._keep(f"907{2550000 + self._count}", cell)

    def address(self, cell: Cell) -> str:
        """A new network address for this cell."""
        self._count += 1
        return self._keep(f"198.18.{self._count // 250}.{self._count % 250 + 1}", cell)

    def number(self, row: Row) -> None:
        """The row's own id is a canary too."""
        self._keep(_plain(row.pk), Cell(row, "id"))

    def _keep(self, text: str, cell: Cell) -> str:
        assert text not in self.cells, f"{text} is not unique"
        self.cells[text] = cell
        return text

    def found(self, page: str) -> set[str]:
        """The canaries in this text, however it writes them."""
        text = ESCAPED.sub(lambda code: chr(int(code[1], 16)), html.unescape(page)).casefold()
        songs = {_plain(song) for part in (text, TAG.sub("", text)) for song in SONG.findall(part)}
        songs |= set(PHONE.findall(NOT_DIGIT.sub("", text)))
        return songs & self.cells.keys()


def _plain(key: str) -> str:
    """An id is one canary with and without hyphens."""
    try:
        return UUID(key).hex
    except ValueError:
        return key


def random_like(key: str, random: Random) -> str:
    """An id of the same kind and length that no row has."""
    if key.isdecimal():
        return f"139{random.randrange(10 ** (len(key) - 3)):0{len(key) - 3}}"
    if key.startswith("zq"):
        return f"zz{random.randrange(16**10):010x}"
    other = UUID(int=random.getrandbits(128), version=4)
    return str(other) if "-" in key else other.hex
