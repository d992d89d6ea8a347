"""CSV files without the columns that nobody reads: some hold passwords, and those are not kept."""

from __future__ import annotations

import csv
import zipfile
from contextlib import closing
from io import BytesIO, TextIOWrapper
from typing import BinaryIO

from directory.models import Source
from directory.sync.csv_files.fields import FIELDS, PEOPLE
from directory.sync.csv_files.sheets import OneFile, Sheet, columns_of, opened
from directory.sync.findings import Findings, RosterError
from directory.sync.oneroster.archive import Archive, Unreadable
from directory.sync.oneroster.passwords import LEVEL, emptied


def without_unread(content: bytes, source: Source) -> bytes:
    """The same files with these columns empty, and nothing in files that are none of ours.

    What cannot be read stays as it is: a run refuses it, and then nothing is kept.
    """
    made, findings = BytesIO(), Findings()
    columns = columns_of(source, findings)
    try:
        with closing(opened(content, findings)) as files:
            if isinstance(files, OneFile):
                _write(Sheet(files, PEOPLE, FIELDS[PEOPLE], columns, findings), made)
            else:
                _write_all(files, columns, findings, made)
        findings.stop_if_refused()
    except (RosterError, Unreadable, csv.Error):
        return content
    return made.getvalue()


def _write_all(files: Archive, columns: dict[str, str], findings: Findings, made: BinaryIO) -> None:
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as target:
        for name, info in files.members.items():
            with target.open(info.filename, "w") as file:
                if name in FIELDS:
                    _write(Sheet(files, name, FIELDS[name], columns, findings), file)


def _write(sheet: Sheet, file: BinaryIO) -> None:
    text = TextIOWrapper(file, "utf-8", newline="", write_through=True)
    delimiter, rows = sheet.emptied(emptied)
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(rows)
    text.detach()
