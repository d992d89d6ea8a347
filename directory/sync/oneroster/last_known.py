"""What a roster said last, kept so that a delta can be read: it refers to rows that it does not hold.

Kept are the rows themselves, by file and sourcedId, with the columns that are read and no others; of a row
that was deleted only that, so that an older delta does not bring it back. A delta read into them is a whole
roster again: who is gone is found as after a bulk export, and the brake sees it.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper

from directory.models import RosterFile, Source
from directory.sync.oneroster.columns import CLASSES, COLUMNS, ENROLMENTS, ORGS, ROLES, TERMS, USERS

_ALWAYS = ("sourcedId", "status", "dateLastModified")
_OF_USERS = (
    "enabledUser orgSourcedIds role username givenName familyName middleName identifier grades "
    "preferredGivenName preferredFamilyName primaryOrgSourcedId"
)
KEPT = {
    ORGS: "name type identifier parentSourcedId",
    TERMS: "type startDate endDate",
    CLASSES: "title grades classCode classType schoolSourcedId termSourcedIds",
    ROLES: "userSourcedId roleType role beginDate endDate orgSourcedId",
    USERS: _OF_USERS,
    ENROLMENTS: "classSourcedId schoolSourcedId userSourcedId role primary beginDate endDate",
}
KEPT_COLUMNS = {name: (*_ALWAYS, *columns.split()) for name, columns in KEPT.items()}
DELETED = "tobedeleted"

Cells = dict[str, str]


class LastKnown:
    """The files as they were read last; no version and no files where there was none."""

    def __init__(self, version: str = "", files: dict[str, bytes] | None = None) -> None:
        self.version, self.files = version, files or {}

    @classmethod
    def of(cls, source: Source) -> LastKnown:
        """What is kept of this source; without its cursor nothing counts."""
        if source.cursor not in COLUMNS:
            return cls()
        rows = RosterFile.objects.filter(source_id=source.pk).values_list("name", "content")
        return cls(source.cursor, {name: bytes(content) for name, content in rows})

    def __contains__(self, name: str) -> bool:
        return name in self.files

    def rows(self, name: str) -> Iterator[Cells]:
        """The rows of a file, those that were deleted among them."""
        with gzip.open(BytesIO(self.files[name]), "rt", encoding="utf-8", newline="") as text:
            yield from csv.DictReader(text)


class Keeper:
    """Takes the rows of this reading, to be known at the next."""

    def __init__(self) -> None:
        self.version = ""
        self.files: dict[str, bytes] = {}
        self._file, self._buffer, self._text = "", BytesIO(), None

    def begin(self, name: str) -> None:
        """The rows that follow are of this file."""
        self.end()
        self._file, self._buffer = name, BytesIO()
        packed = gzip.GzipFile(fileobj=self._buffer, mode="wb", compresslevel=6, mtime=0)
        self._text = TextIOWrapper(packed, encoding="utf-8", newline="")
        self._writer = csv.DictWriter(self._text, KEPT_COLUMNS[name], restval="", extrasaction="ignore")
        self._writer.writeheader()

    def keep(self, cells: Cells) -> None:
        self._writer.writerow(cells)

    def keep_deleted(self, cells: Cells) -> None:
        """Only that it was deleted, and when."""
        self.keep({name: cells.get(name, "") for name in _ALWAYS})

    def end(self) -> None:
        """The last file is whole."""
        if self._text:
            self._text.close()
            self.files[self._file] = self._buffer.getvalue()
            self._text = None

    def commit(self, source: Source) -> str:
        """Store the files in the transaction that writes what they say; the new cursor.

        Before all facts were taken there is nothing to store, and the cursor stays.
        """
        if not self.version:
            return source.cursor
        self.end()
        rows = RosterFile.objects.filter(source_id=source.pk)
        stored = {name: bytes(content) for name, content in rows.values_list("name", "content")}
        new = {name: content for name, content in self.files.items() if stored.get(name) != content}
        rows.filter(name__in=[*new, *(stored.keys() - self.files.keys())]).delete()
        RosterFile.objects.bulk_create(
            RosterFile(source_id=source.pk, name=name, content=content) for name, content in new.items()
        )
        return self.version
