"""Which reader reads which kind of source."""

from collections.abc import Callable
from importlib import import_module

from directory.models import Source, SourceKind
from directory.sync.facts import Reading
from directory.sync.findings import Findings

# Of each kind, the module whose `read` reads it; imported when it is needed: some bring large libraries.
MODULES = {
    SourceKind.ONEROSTER_CSV: "directory.sync.oneroster",
    SourceKind.ONEROSTER_REST: "directory.sync.oneroster_rest",
    SourceKind.CSV: "directory.sync.csv_files",
    SourceKind.LDAP: "directory.sync.ldap",
    SourceKind.ENTRA: "directory.sync.graph",
    SourceKind.GOOGLE: "directory.sync.google",
}

Reader = Callable[[Source, bytes | None, Findings], Reading]


def reader_of(kind: str) -> Reader:
    """The function that reads a source of this kind, and the file that was uploaded, if any.

    It raises RosterError, or connectors' Refused or Unreachable, for what cannot be read.
    """
    return import_module(MODULES[SourceKind(kind)]).read
