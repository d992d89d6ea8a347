"""Which reader reads which kind of source."""

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from functools import partial
from importlib import import_module

from directory.models import Source, SourceKind
from directory.sync.by_hand import managers_of
from directory.sync.facts import Reading
from directory.sync.findings import Findings
from directory.sync.groups_to_units import units_of_groups

# Of each kind, the module whose `read` reads it; imported when it is needed: some bring large libraries.
MODULES = {
    SourceKind.ONEROSTER_CSV: "directory.sync.oneroster",
    SourceKind.ONEROSTER_REST: "directory.sync.oneroster_rest",
    SourceKind.CSV: "directory.sync.csv_files",
    SourceKind.LDAP: "directory.sync.ldap",
    SourceKind.ENTRA: "directory.sync.graph",
    SourceKind.GOOGLE: "directory.sync.google",
}

WITH_GROUPS = frozenset({SourceKind.LDAP, SourceKind.ENTRA, SourceKind.GOOGLE})

Reader = Callable[[Source, bytes | None, Findings], Reading]


def reader_of(kind: str) -> Reader:
    """The function that reads a source of this kind, and the file that was uploaded, if any.

    It raises RosterError, or connectors' Refused or Unreachable, for what cannot be read.
    """
    return partial(_read, import_module(MODULES[SourceKind(kind)]).read)


def _read(reader: Reader, source: Source, content: bytes | None, findings: Findings) -> Reading:
    """What the reader reads, with the locations that its groups become.

    Such a source is always read whole: a delta tells of a group neither the name nor those who stay in it,
    and nothing of groups whose place in the settings has changed.
    """
    if source.kind not in WITH_GROUPS or not source.groups.strip():
        return reader(source, content, findings)
    whole = copy(source)
    whole.cursor = ""
    reading = reader(whole, content, findings)
    facts = units_of_groups(source, reading.facts, findings, managers_of(source))
    return replace(reading, facts=facts, cursor=str)
