"""An export without the passwords that users.csv may hold: nobody reads them, so nobody keeps them."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper

from directory.sync.findings import Findings, RosterError
from directory.sync.oneroster.archive import Archive, Unreadable
from directory.sync.oneroster.columns import USERS
from directory.sync.oneroster.tables import MAX_LINES

COLUMN = "password"
LEVEL = 1  # of deflate: it is kept for a day


def without_passwords(content: bytes) -> bytes:
    """The zip with that column empty, and else as it was; the same where there are none.

    What cannot be read stays as it is too: a run refuses it, and then nothing is kept.
    """
    try:
        with Archive(BytesIO(content), "roster.zip", Findings()) as archive:
            return _emptied(archive) if _has_passwords(archive) else content
    except (RosterError, Unreadable, csv.Error, UnicodeDecodeError):
        return content


def emptied(cell: str) -> str:
    """A cell without what stood in it; its line breaks stay, for problems are told by their lines."""
    return "\n" * cell.count("\n")


def _has_passwords(archive: Archive) -> bool:
    return USERS in archive and any(row[place] for row, place in _rows(archive) if _holds(row, place))


def _holds(row: list[str], place: int | None) -> bool:
    return place is not None and len(row) > place


def _rows(archive: Archive) -> Iterator[tuple[list[str], int | None]]:
    """The rows below the header, and where in them a password stands."""
    place = None
    for number, row in enumerate(csv.reader(_texts(archive), strict=True)):
        yield row, place
        if number == 0:
            names = [name.strip().casefold().removeprefix("\ufeff") for name in row]
            place = names.index(COLUMN) if COLUMN in names else None


def _texts(archive: Archive) -> Iterator[str]:
    """The lines; a row that goes on over too many is none (tables.py)."""
    is_open, lines = False, 0
    for line in archive.lines(USERS):
        text = line.decode()
        is_open ^= text.count('"') % 2 == 1
        lines = lines + 1 if is_open else 0
        if lines > MAX_LINES:
            raise csv.Error
        yield text


def _emptied(archive: Archive) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as target:
        for key, info in archive.members.items():
            with target.open(info.filename, "w") as file:
                if key == USERS:
                    _write_users(archive, TextIOWrapper(file, "utf-8", newline="", write_through=True))
                else:
                    file.writelines(archive.lines(key))
    return made.getvalue()


def _write_users(archive: Archive, text: TextIOWrapper) -> None:
    writer = csv.writer(text, lineterminator="\n")
    for row, place in _rows(archive):
        if _holds(row, place):
            row[place] = emptied(row[place])
        writer.writerow(row)
    text.detach()
