"""What a source knows, in one shape whatever the source: the terms are those of OneRoster 1.2.

Dates: the first day counts, the last one does not (OneRoster 1.2, "Information Model": the end is exclusive).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from directory.sync.findings import Finding

STUDENT, TEACHER = "student", "teacher"
STAFF_ROLES = frozenset(
    {
        "aide",
        "counselor",
        "districtAdministrator",
        "principal",
        "proctor",
        "siteAdministrator",
        "systemAdministrator",
        TEACHER,
    }
)
MOST_ABOVE = 100  # organizations above one: real trees are a few deep, and each one is walked from below
_HAN_OR_HANGUL = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
FAMILY_ROLES = frozenset({"guardian", "parent", "relative"})
USER_ROLES = STAFF_ROLES | FAMILY_ROLES | {STUDENT}


@dataclass(frozen=True, slots=True)
class OrgRecord:
    """A district, a school, a department …; parent is a source id or ""."""

    source_id: str
    name: str
    kind: str
    identifier: str = ""
    parent: str = ""
    line: int = field(default=0, compare=False)


def upwards(org: OrgRecord | None, orgs: dict[str, OrgRecord]) -> Iterator[OrgRecord]:
    """The organization and those above it, each once; of a tree that is too deep the lowest."""
    seen: set[str] = set()
    while org and org.source_id not in seen and len(seen) < MOST_ABOVE:
        seen.add(org.source_id)
        yield org
        org = orgs.get(org.parent)


def school_above(key: str, orgs: dict[str, OrgRecord]) -> str:
    """The school that an organization is, or is in; "" for a district."""
    return next((org.source_id for org in upwards(orgs.get(key), orgs) if org.kind == "school"), "")


@dataclass(frozen=True, slots=True)
class ClassRecord:
    """A class of a school; its dates are those of its terms, where they are known."""

    source_id: str
    title: str
    school: str
    code: str = ""
    kind: str = "scheduled"
    grades: tuple[str, ...] = ()
    begin: date | None = None
    end: date | None = None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class RoleRecord:
    """What somebody is at an org; a role outside USER_ROLES is kept and gives no rights."""

    role: str
    org: str
    primary: bool = True
    begin: date | None = None
    end: date | None = None
    file: str = field(default="", compare=False)  # roles.csv, or users.csv where they stand there
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """A person; never a password, never anything of demographics."""

    source_id: str
    username: str
    given_name: str
    family_name: str
    middle_name: str = ""
    preferred_given_name: str = ""
    preferred_family_name: str = ""
    email: str = ""
    sms: str = ""
    phone: str = ""
    identifier: str = ""
    grades: tuple[str, ...] = ()
    enabled: bool = True
    primary_org: str = ""
    roles: tuple[RoleRecord, ...] = ()
    line: int = field(default=0, compare=False)

    @property
    def display_name(self) -> str:
        """The name to show: the preferred parts where there are any, in the order of their script."""
        given = self.preferred_given_name or self.given_name
        family = self.preferred_family_name or self.family_name
        if _HAN_OR_HANGUL.match(given) and _HAN_OR_HANGUL.match(family):
            return f"{family}{given}"
        return f"{given} {family}".strip()


@dataclass(frozen=True, slots=True)
class EnrolmentRecord:
    """A person in a class, for a time; without dates, for as long as the class runs."""

    source_id: str
    class_id: str
    school: str
    user: str
    role: str
    primary: bool = False
    begin: date | None = None
    end: date | None = None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Roster:
    """Everything one bulk export says; references between the records are known to hold."""

    version: str
    orgs: dict[str, OrgRecord]
    classes: dict[str, ClassRecord]
    people: dict[str, PersonRecord]
    enrolments: dict[str, EnrolmentRecord]
    warnings: list[Finding] = field(default_factory=list, compare=False)
