"""manifest.csv: which version, and which files are there."""

from django.utils.translation import gettext as _

from directory.sync.findings import Findings
from directory.sync.oneroster.archive import Archive
from directory.sync.oneroster.columns import (
    COLUMNS,
    COURSES,
    MANIFEST,
    MANIFEST_COLUMNS,
    MAY_BE_ABSENT,
    NEVER_READ,
)
from directory.sync.oneroster.last_known import LastKnown
from directory.sync.oneroster.tables import Table

BULK, DELTA, ABSENT, KNOWN = "bulk", "delta", "absent", "as it was known"
_MODES = (BULK, DELTA, ABSENT)


class Manifest:
    """What the export says of itself; raises RosterError where that cannot be read or is not so."""

    def __init__(self, archive: Archive, findings: Findings, known: LastKnown) -> None:
        self.archive, self.findings, self.known = archive, findings, known
        if MANIFEST not in archive:
            findings.refuse(MANIFEST, 1, _("The file is missing from the zip file."))
            findings.stop_if_refused()
        self.values: dict[str, tuple[str, int]] = {}
        self._read()
        self.version = self._version()
        findings.stop_if_refused()
        said = {name: self._mode(name) for name in COLUMNS[self.version]}
        self.is_delta = any(mode == DELTA for mode, _line in said.values())
        # What to read and how, by file; what is absent for good is not in it.
        self.files = {name: self._way(name, *how) for name, how in said.items() if self._is_there(name, *how)}
        self._mention_the_rest()
        findings.stop_if_refused()

    def _read(self) -> None:
        for row in Table(self.archive, MANIFEST, MANIFEST_COLUMNS, self.findings).rows():
            key = row.text("propertyName").casefold()
            if key in self.values:
                row.refuse(_("“%(name)s” stands here twice."), name=row.text("propertyName"))
            self.values[key] = (row.text("value"), row.line)
        self.findings.stop_if_refused()

    def _version(self) -> str:
        text, line = self.values.get("oneroster.version", ("", 1))
        version = ".".join(text.split(".")[:2])
        if not text:
            self.findings.refuse(MANIFEST, line, _("The line oneroster.version is missing."))
        elif version not in COLUMNS:
            wrong = _("OneRoster %(version)s is not supported, only 1.1 and 1.2.")
            self.findings.refuse(MANIFEST, line, wrong, version=text)
        return version

    def _is_there(self, name: str, mode: str, line: int) -> bool:
        """Whether there is anything to read of a file; refuses a gap and a contradiction."""
        here = name in self.archive
        if mode == DELTA:
            self._refuse_unknown(name, line)
        elif mode == ABSENT and here:
            text = _("%(name)s is said to be absent, yet it is in the zip file.")
            self.findings.refuse(MANIFEST, line, text, name=name)
        elif not mode and here and self.is_delta:
            text = _("%(name)s is not mentioned: is it bulk or delta?")
            self.findings.refuse(MANIFEST, line, text, name=name)
        if here or (mode != BULK and self._is_kept(name)):
            return True
        self._missing(name, mode, line)
        return False

    def _way(self, name: str, mode: str, line: int) -> str:
        if name not in self.archive:
            return KNOWN
        return DELTA if mode == DELTA else BULK

    def _is_kept(self, name: str) -> bool:
        """Whether a delivery of changes leaves the file out because nothing in it has changed."""
        return self.is_delta and name in self.known

    def _refuse_unknown(self, name: str, line: int) -> None:
        """A delta without anything that it could be the delta of; of courses nothing is kept or needed."""
        if name not in self.archive:
            text = _("%(name)s is missing from the zip file, though the manifest promises it.")
            self.findings.refuse(MANIFEST, line, text, name=name)
        elif name not in self.known and not (name == COURSES and self.known.version):
            text = _("%(name)s is a delta, and no bulk export was read before it. Send one first.")
            self.findings.refuse(MANIFEST, line, text, name=name)
        elif self.known.version != self.version:
            text = _("%(name)s is a delta of %(version)s, and the last bulk export was %(known)s.")
            values = {"version": self.version, "known": self.known.version}
            self.findings.refuse(MANIFEST, line, text, name=name, **values)

    def _mode(self, name: str) -> tuple[str, int]:
        """What the manifest says of a file, and in which line."""
        key = f"file.{name.removesuffix('.csv')}".casefold()
        text, line = self.values.get(key, ("", 1))
        mode = text.casefold()
        if text and mode not in _MODES:
            wrong = _("%(name)s is “%(text)s” and none of: %(allowed)s.")
            self.findings.refuse(MANIFEST, line, wrong, name=name, text=text, allowed=", ".join(_MODES))
        elif not text and name in self.archive and not self._has_delta():
            self.findings.warn(MANIFEST, line, _("%(name)s is not mentioned and is read as bulk."), name=name)
        elif mode != text:
            self.findings.warn(MANIFEST, line, _("“%(text)s” is read as %(word)s."), text=text, word=mode)
        return mode, line

    def _has_delta(self) -> bool:
        return any(value.casefold() == DELTA for value, _line in self.values.values())

    def _missing(self, name: str, mode: str, line: int) -> None:
        if mode == DELTA:
            return  # said already
        if mode == BULK:
            text = _("%(name)s is missing from the zip file, though the manifest promises it.")
            self.findings.refuse(MANIFEST, line, text, name=name)
        elif name in MAY_BE_ABSENT:
            text = _("%(name)s is absent; the rest was read without it.")
            self.findings.warn(MANIFEST, line, text, name=name)
        else:
            text = _("%(name)s is missing, and nothing works without it.")
            self.findings.refuse(MANIFEST, line, text, name=name)

    def _mention_the_rest(self) -> None:
        known = {name.casefold() for name in (MANIFEST, *COLUMNS[self.version], *NEVER_READ)}
        for key, info in self.archive.members.items():
            if key not in known:
                name = info.filename
                self.findings.warn(self.archive.name, 1, _("“%(name)s” was left out."), name=name)
