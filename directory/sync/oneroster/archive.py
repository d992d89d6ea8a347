"""A zip from outside, opened with care: nothing is unpacked, and every limit holds while reading too."""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from directory.sync.file_kinds import office_document, other_kind
from directory.sync.findings import Finding, Findings, RosterError

MAX_MEMBERS = 64
MAX_FILE = 512 * 2**20  # bytes, unpacked
MAX_TOTAL = 1024 * 2**20  # bytes, unpacked
MAX_RATIO = 100  # deflate reaches 1,032; rosters about 20
RATIO_COUNTS_FROM = 2**20  # bytes: small files full of commas may well shrink that much
MAX_LINE = 64 * 2**10  # bytes
MAX_DIRECTORY = 64 * 2**10  # bytes of the zip's own table of contents

_END, _LOCATOR_64 = b"PK\x05\x06", b"PK\x06\x07"
_LITTER = ("__MACOSX/", ".DS_Store", "Thumbs.db")
# What zipfile raises for broken bytes; a ValueError is a place before the beginning of the file.
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, OverflowError,
    NotImplementedError,
)  # fmt: skip


class Unreadable(Exception):
    """A member breaks off or breaks a limit at this line."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line, self.message = line, message


class Archive:
    """The CSV files of a zip, by their plain names; raises RosterError for a zip that is not safe to read."""

    def __init__(self, file: BinaryIO, name: str, findings: Findings) -> None:
        self.file, self.name, self.findings, self.total = file, name, findings, 0
        try:
            self.zip = self._open()
            self.members = self._members()
        except BaseException:
            self.file.close()
            raise

    @classmethod
    def at(cls, path: Path | str, findings: Findings) -> "Archive":
        """The zip at this place; RosterError too where it cannot be opened."""
        try:
            file = open(path, "rb")  # noqa: SIM115 - closed by __exit__
        except OSError as error:
            text = _("The file cannot be opened: %(why)s.") % {"why": error.strerror}
            raise RosterError([Finding(Path(path).name, 1, text)]) from error
        return cls(file, Path(path).name, findings)

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self.zip.close()
        self.file.close()

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self.members

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a file, with their ends; raises Unreadable."""
        info, number = self.members[name.casefold()], 0
        try:
            with self.zip.open(info) as stream, io.BufferedReader(_Meter(stream, info, self), 2**16) as lines:
                while line := lines.readline(MAX_LINE + 1):
                    number += 1
                    if len(line) > MAX_LINE:
                        raise Unreadable(number, _("The line is too long."))
                    yield line
        except _DAMAGED as error:
            raise Unreadable(number + 1, _("The zip file is damaged here or cut short.")) from error
        except _TooMuch as error:
            raise Unreadable(number + 1, str(error)) from error

    def _open(self) -> zipfile.ZipFile:
        _refuse_long_directory(self)
        try:
            return zipfile.ZipFile(self.file)
        except _DAMAGED as error:
            raise self.error(_("The zip file is damaged or cut short.")) from error

    def _members(self) -> dict[str, zipfile.ZipInfo]:
        infos = [info for info in self.zip.infolist() if not self._is_litter(info)]
        if len(infos) > MAX_MEMBERS:
            raise self.error(_("The zip file holds more than %(max)d files.") % {"max": MAX_MEMBERS})
        if said := office_document({info.filename.casefold() for info in infos}):
            raise self.error(said)
        members: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            self._refuse_unsafe(info)
            if members.setdefault(info.filename.casefold(), info) is not info:
                raise self.error(_("The zip file holds “%(name)s” twice.") % {"name": info.filename})
        if sum(info.file_size for info in infos) > MAX_TOTAL:
            raise self.error(_("Unpacked, the files are larger than this program reads."))
        return members

    def _is_litter(self, info: zipfile.ZipInfo) -> bool:
        """What desktop systems add by themselves when a person makes a zip."""
        if litter := info.filename.startswith(_LITTER[0]) or info.filename in _LITTER:
            self.findings.warn(self.name, 1, _("“%(name)s” was left out."), name=info.filename)
        return litter

    def _refuse_unsafe(self, info: zipfile.ZipInfo) -> None:
        reason = _unsafe(info)
        if reason:
            raise RosterError([Finding(info.filename, 1, reason)])

    def error(self, message: str) -> RosterError:
        return RosterError([Finding(self.name, 1, message)])


def _unsafe(info: zipfile.ZipInfo) -> str:
    """Why this member must not be read, or ""."""
    if info.is_dir() or "/" in info.filename or "\\" in info.filename or info.filename in {"", ".", ".."}:
        return _("Files in folders are not read: put all CSV files at the top of the zip file.")
    if stat.S_ISLNK(info.external_attr >> 16):
        return _("This is a link and not a file.")
    if info.flag_bits & 0x1:
        return _("This file is encrypted. Export it without a password.")
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        return _("This file is packed in a way that is not supported; use an ordinary zip file.")
    return _("Unpacked, this file is larger than this program reads.") if info.file_size > MAX_FILE else ""


def _refuse_long_directory(archive: Archive) -> None:
    """Look at the zip's own table of contents before zipfile reads all of it; raises RosterError."""
    tail = _tail(archive.file)
    places = {tail.rfind(_END), len(tail) - 22}
    ends = [place for place in places if place >= 0 and tail[place : place + 4] == _END]
    if not ends:
        archive.file.seek(0)
        beginning = archive.file.read(64)
        if beginning.startswith(b"PK\x03\x04"):
            raise archive.error(_("The zip file is damaged or cut short."))
        raise archive.error(other_kind(beginning) or _("This is not a zip file of CSV files."))
    for end in ends:
        size = int.from_bytes(tail[end + 12 : end + 16], "little")
        if size > MAX_DIRECTORY or tail[max(0, end - 20) : end].startswith(_LOCATOR_64):
            raise archive.error(_("The zip file holds too many files."))


def _tail(file: BinaryIO) -> bytes:
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - 22 - 2**16))
    return file.read()


class _TooMuch(Exception):
    """A limit was passed while reading."""


class _Meter(io.RawIOBase):
    """Counts what comes out of a member, because what its header says may be a lie."""

    def __init__(self, stream: BinaryIO, info: zipfile.ZipInfo, archive: Archive) -> None:
        self.stream, self.packed, self.archive, self.count = stream, info.compress_size, archive, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        data = self.stream.read(len(buffer))
        self._count(len(data))
        buffer[: len(data)] = data
        return len(data)

    def _count(self, size: int) -> None:
        self.count += size
        self.archive.total += size
        if self.count > MAX_FILE or self.archive.total > MAX_TOTAL:
            raise _TooMuch(_("Unpacked, this file is larger than this program reads."))
        if self.count > RATIO_COUNTS_FROM and self.count > MAX_RATIO * self.packed:
            raise _TooMuch(_("This file unpacks to far more than any roster does (a “zip bomb”)."))
