"""What a rule is made of, once it is checked."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from directory.rules.properties import Property

MOST_CHARACTERS = 3072  # Microsoft's limit
DEEPEST = 25  # one thing in another
MOST_PATTERNS = 20  # PostgreSQL keeps 32 of them at hand; with more it would read each anew for each person


@dataclass(frozen=True)
class Test:
    """One comparison. Without a value (None, or an empty text) it asks whether there is one."""

    __test__ = False  # nothing for pytest

    property: Property
    operator: str  # of OPERATORS below, without its Not
    values: tuple[str | bool | UUID | None, ...]
    negated: bool = False


@dataclass(frozen=True)
class Negation:
    of: Node


@dataclass(frozen=True)
class Both:
    """All of its parts hold."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Either:
    """At least one of its parts holds."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Each:
    """At least one of several values is so, or with `every` all of them, which none at all are too."""

    property: Property
    of: Node
    every: bool


Node = Test | Negation | Both | Either | Each

# As they are written, without the hyphen, in small letters: what they ask, and whether the answer is turned.
OPERATORS = {
    "eq": ("eq", False),
    "ne": ("eq", True),
    "in": ("in", False),
    "notin": ("in", True),
    "startswith": ("startsWith", False),
    "notstartswith": ("startsWith", True),
    "endswith": ("endsWith", False),
    "notendswith": ("endsWith", True),
    "contains": ("contains", False),
    "notcontains": ("contains", True),
    "match": ("match", False),
    "notmatch": ("match", True),
}


@dataclass(frozen=True)
class Rule:
    """A rule that was checked, and what it names."""

    root: Node
    properties: frozenset[str]
    groups: frozenset[UUID]
