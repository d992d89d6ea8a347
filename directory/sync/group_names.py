"""Which groups become locations: a list of names and patterns, one in a line, and the ending of managers'."""

from __future__ import annotations

import re
from enum import Enum
from fnmatch import translate

WILD = "*?["
LONGEST = 256  # characters: a longer name is refused anyway, and thousands of patterns would look through it


class Becomes(Enum):
    """What a group of the source is here."""

    PLAIN = "a group"
    UNIT = "a group and a location of the same people"
    MANAGERS = "the managers of a location"
    NOTHING = "left out"


class GroupNames:
    """Says by its name alone what a group becomes. Small and large letters are one, as in directories."""

    def __init__(self, listed: str, suffix: str) -> None:
        names = [line.strip().casefold() for line in listed.splitlines() if line.strip()]
        self.suffix, self.names = suffix, frozenset(names)
        patterns = "|".join(translate(name) for name in names if any(sign in name for sign in WILD))
        self.pattern = re.compile(patterns) if patterns else None

    def becomes(self, name: str) -> Becomes:
        """A name with the ending of managers is never a location itself, whatever the patterns say."""
        if self.suffix and self._ends(name) and self._is_listed(self.base(name)):
            return Becomes.MANAGERS
        return Becomes.UNIT if self._is_listed(name) else Becomes.PLAIN

    def base(self, name: str) -> str:
        """The name of the location's group that a managers' group belongs to."""
        return name[: -len(self.suffix)]

    def _ends(self, name: str) -> bool:
        return name[-len(self.suffix) :].casefold() == self.suffix.casefold()

    def _is_listed(self, name: str) -> bool:
        if len(name) > LONGEST:
            return False
        folded = name.casefold()
        return folded in self.names or bool(self.pattern and self.pattern.match(folded))
