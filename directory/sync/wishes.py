"""What the directory should hold of a roster: units, people, memberships and teachers' roles.

The district is the tenant and becomes no unit. A school becomes a unit with *Students*, *Staff* and its
classes below it. Pupils are in their school's Students and in their classes; a teacher is in Staff and holds
a role over the class unit, and is no member of it.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time

from django.utils import timezone
from django.utils.translation import gettext as _

from directory.sync.findings import Findings
from directory.sync.records import (
    FAMILY_ROLES,
    STAFF_ROLES,
    STUDENT,
    TEACHER,
    EnrolmentRecord,
    PersonRecord,
    Roster,
    school_above,
)

SCHOOL, STUDENTS, STAFF, CLASS = "school", "students", "staff", "class"
# Stored as data, so not translated: another language at the next import must not rename them.
_NAMES = {STUDENTS: "Students", STAFF: "Staff"}
_JOBS = {
    "aide": "Aide",
    "counselor": "Counselor",
    "districtAdministrator": "District administrator",
    "principal": "Principal",
    "proctor": "Proctor",
    "siteAdministrator": "School administrator",
    STUDENT: "Student",
    "systemAdministrator": "System administrator",
    TEACHER: "Teacher",
}


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """What the source says of a unit; `parent` is the key of another one, or ""."""

    name: str
    kind: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What the source says of a person, in the words of the directory's User."""

    user_principal_name: str
    display_name: str
    given_name: str
    surname: str
    department: str
    employee_id: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class Grant:
    """Password Administrator over a class unit, for a time."""

    unit: str
    person: str
    starts_at: datetime | None
    ends_at: datetime | None


Membership = tuple[str, str]  # key of the unit, source id of the person


@dataclass
class Wishes:
    """Everything a roster asks for, by its own keys."""

    units: dict[str, UnitFacts] = field(default_factory=dict)
    people: dict[str, PersonFacts] = field(default_factory=dict)
    jobs: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    memberships: set[Membership] = field(default_factory=set)
    grants: set[Grant] = field(default_factory=set)

    def forget(self, people: set[str]) -> None:
        """Hold people back, with all that is theirs."""
        self.people = {key: facts for key, facts in self.people.items() if key not in people}
        self.memberships = {member for member in self.memberships if member[1] not in people}
        self.grants = {grant for grant in self.grants if grant.person not in people}


def unit_key(kind: str, source_id: str) -> str:
    """A key for a unit: ids of organizations and of classes may coincide."""
    return f"{kind}/{source_id}"


def wishes_of(
    roster: Roster, *, domains: set[str], default_domain: str, today: date, findings: Findings
) -> Wishes:
    """What the roster asks for; user names in foreign domains are refused in `findings`."""
    return _Wisher(roster, domains, default_domain, today, findings).all()


class _Wisher:
    def __init__(
        self, roster: Roster, domains: set[str], default_domain: str, today: date, findings: Findings
    ) -> None:
        self.roster, self.domains, self.default_domain = roster, domains, default_domain
        self.today, self.findings, self.wishes = today, findings, Wishes()
        self.upns: dict[str, int] = {}

    def all(self) -> Wishes:
        self._units()
        for person in self.roster.people.values():
            if not _is_only_family(person):
                self._person(person)
        for enrolment in self.roster.enrolments.values():
            if enrolment.user in self.wishes.people:
                self._enrolment(enrolment)
        return self.wishes

    def _units(self) -> None:
        units = self.wishes.units
        for org in self.roster.orgs.values():
            if org.kind == SCHOOL:
                school = unit_key(SCHOOL, org.source_id)
                units[school] = UnitFacts(org.name, SCHOOL)
                for kind, name in _NAMES.items():
                    units[unit_key(kind, org.source_id)] = UnitFacts(name, kind, school)
        for made in self.roster.classes.values():
            facts = UnitFacts(made.title, CLASS, unit_key(SCHOOL, made.school))
            units[unit_key(CLASS, made.source_id)] = facts

    def _person(self, person: PersonRecord) -> None:
        key = person.source_id
        self.wishes.people[key] = self._facts(person)
        self.wishes.lines[key] = person.line
        self.wishes.jobs[key] = next((_JOBS[held.role] for held in person.roles if held.role in _JOBS), "")
        for held in person.roles:
            school = school_above(held.org, self.roster.orgs)
            kind = STUDENTS if held.role == STUDENT else STAFF if held.role in STAFF_ROLES else ""
            if school and kind and not self._is_over(held.end):
                self.wishes.memberships.add((unit_key(kind, school), key))

    def _facts(self, person: PersonRecord) -> PersonFacts:
        home = self.roster.orgs.get(person.primary_org)
        return PersonFacts(
            user_principal_name=self._upn(person),
            display_name=person.display_name[:256],
            given_name=person.given_name,
            surname=person.family_name,
            department=home.name[:128] if home else "",
            employee_id=person.identifier,
            is_active=person.enabled,
        )

    def _upn(self, person: PersonRecord) -> str:
        name, _at, domain = person.username.lower().partition("@")
        domain = domain or self.default_domain
        upn = f"{name}@{domain}"
        if domain not in self.domains:
            text = _("The user name “%(name)s” is in a domain that is not one of this organization's.")
            self._refuse(person, text, name=upn)
        elif (first := self.upns.setdefault(upn, person.line)) != person.line:
            self._refuse(
                person, _("The user name “%(name)s” stands in line %(first)d too."), name=upn, first=first
            )
        return upn

    def _refuse(self, person: PersonRecord, text: str, **values: object) -> None:
        self.findings.refuse("users.csv", person.line, text, **values)

    def _enrolment(self, enrolment: EnrolmentRecord) -> None:
        made, person = self.roster.classes[enrolment.class_id], self.roster.people[enrolment.user]
        begin, end = enrolment.begin or made.begin, enrolment.end or made.end
        unit = unit_key(CLASS, made.source_id)
        if self._is_over(end):
            return
        if enrolment.role == TEACHER and self._fits(person, STAFF_ROLES, enrolment):
            self.wishes.grants.add(Grant(unit, enrolment.user, _midnight(begin), _midnight(end)))
        elif enrolment.role == STUDENT and self._fits(person, {STUDENT}, enrolment):
            self.wishes.memberships.add((unit, enrolment.user))

    def _fits(self, person: PersonRecord, roles: Collection[str], enrolment: EnrolmentRecord) -> bool:
        """A pupil listed as teacher must get no power, and staff listed as pupils must not come under it."""
        fits = any(held.role in roles and not self._is_over(held.end) for held in person.roles)
        if not fits:
            text = _("“%(id)s” is enrolled as %(role)s but has no such role; the enrolment is held back.")
            self.findings.warn(
                "enrollments.csv", enrolment.line, text, id=enrolment.user, role=enrolment.role
            )
        return fits

    def _is_over(self, end: date | None) -> bool:
        return end is not None and end <= self.today


def _is_only_family(person: PersonRecord) -> bool:
    """Guardians and relatives have no account here."""
    return bool(person.roles) and all(held.role in FAMILY_ROLES for held in person.roles)


def _midnight(day: date | None) -> datetime | None:
    return day and timezone.make_aware(datetime.combine(day, time()))


def with_name(facts: PersonFacts, user_principal_name: str) -> PersonFacts:
    """The same person under another user name."""
    return replace(facts, user_principal_name=user_principal_name)
