"""What a reader yields: facts of one source, by the source's own keys, one after the other.

Whatever the source is, plan and apply see only these. `file` and `line` say where a fact stands; those of a
service name the resource as their file, and as line the number of the object there, or 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class UnitFact:
    """A location; `parent` is the key of another one, or ""; `kind` one of directory.models.Kind."""

    key: str
    name: str
    kind: str = "other"
    parent: str = ""
    file: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class PersonFact:
    """A person, in the words of the directory's User; an empty job says nothing about the job."""

    key: str
    user_principal_name: str
    display_name: str
    given_name: str = ""
    surname: str = ""
    job_title: str = ""
    department: str = ""
    employee_id: str = ""
    is_active: bool = True
    file: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)


OPEN, GUARDED = "open", "guarded"  # people may let themselves in; only administrators make and fill it


@dataclass(frozen=True, slots=True)
class GroupFact:
    """A group; one that roles are given to is role-assignable from its first day on, or never.

    `entry` is what the source tells of how people get in: OPEN, GUARDED, or "" where it does not tell.
    """

    key: str
    name: str
    is_role_assignable: bool = False
    entry: str = ""
    file: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class UnitMemberFact:
    """A person is in a location."""

    unit: str
    person: str
    file: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class GroupMemberFact:
    """A person is in a group."""

    group: str
    person: str
    file: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class GrantFact:
    """A person or a role-assignable group (one of the two) holds a role over a location, for a time.

    A source gives roles over locations only, never over the whole tenant.
    """

    unit: str
    role: str
    person: str = ""
    group: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    file: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class GoneFact:
    """Only in a delta: the source has taken something away, with all that hangs on it.

    `of` is the fact as it was where that has no key of its own (a membership, a grant); else `kind` ("unit",
    "person", "group") and `key` say which.
    """

    kind: str
    key: str = ""
    of: UnitMemberFact | GroupMemberFact | GrantFact | None = None


Fact = UnitFact | PersonFact | GroupFact | UnitMemberFact | GroupMemberFact | GrantFact | GoneFact


@dataclass
class Reading:
    """What a source says this time. Facts come once, in any order, and may refer to later ones.

    In a delta, what is not mentioned stays as it is. `cursor` is asked when all facts have been read, and
    kept for the next run in the transaction that writes them.
    """

    facts: Iterator[Fact]
    is_delta: bool = False
    cursor: Callable[[], str] = str
