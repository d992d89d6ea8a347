"""How much of what a source says is held in memory at once, whatever it says: the worker is everybody's.

What only passes through has its limits where it is read (archive.py, tables.py) and where it is stored
(staging.py). A zip of five megabytes may hold five hundred.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from directory.sync.oneroster.cells import Row

MOST_PLACES = 50_000  # organizations, academic sessions, units of a directory or of a file
MOST_CLASSES = 500_000
MOST_ROLES = 2_000_000  # rows of roles.csv
MOST_PEOPLE = 2_000_000  # of a directory, by their names
MOST_MEMBERSHIPS = 2_000_000  # of CSV files
MOST_PARTS = 100  # of a cell that lists something, where it is kept
LONGEST_KEY = 255  # characters


def at_most(most: int, rows: Iterable[Row]) -> Iterator[Row]:
    """So many rows; the next one is refused, and no more are read."""
    for count, row in enumerate(rows, 1):
        if count > most:
            row.refuse(_("There are more rows than this program takes."))
            return
        yield row
