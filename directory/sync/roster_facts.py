"""What a roster says as facts: units, people, memberships, and roles over classes and schools.

The district is the tenant and becomes no unit. A school becomes a unit with *Students*, *Staff* and its
classes below it. Pupils are in their school's Students and in their classes; a teacher is in Staff and holds
a role over the class unit, and is no member of it. Who else holds a role over a school says role_mapping.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, time

from django.utils import timezone
from django.utils.translation import gettext as _

from directory.sync.facts import Fact, GrantFact, PersonFact, UnitFact, UnitMemberFact
from directory.sync.findings import Findings
from directory.sync.records import (
    FAMILY_ROLES,
    STAFF_ROLES,
    STUDENT,
    TEACHER,
    ClassRecord,
    EnrolmentRecord,
    OrgRecord,
    PersonRecord,
    RoleRecord,
    Roster,
    school_above,
)
from directory.sync.role_mapping import PUPILS_ONLY, SCHOOL_ROLES

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


def unit_key(kind: str, source_id: str) -> str:
    """A key for a unit: ids of organizations and of classes may coincide."""
    return f"{kind}/{source_id}"


def facts_of(
    roster: Roster, *, roles: Mapping[str, str], default_domain: str, today: date, findings: Findings
) -> Iterator[Fact]:
    """What the roster says on this day; each unit, person, membership and grant once.

    `roles` is what role_mapping.mapping_of() gives. What is over is left out; an enrolment or role that does
    not fit the person is held back with a warning.
    """
    told = Teller(roles, default_domain, today, findings)
    yield from told.units(roster.orgs, roster.classes)
    for person in roster.people.values():
        yield from told.person(person)
    for enrolment in roster.enrolments.values():
        yield from told.enrolment(enrolment)


class Teller:
    """The same, record by record: first the places, then people, then enrolments.

    Of people it remembers what they are now, and of enrolments who is in which class: rosters are long.
    """

    def __init__(
        self,
        roles: Mapping[str, str],
        default_domain: str,
        today: date,
        findings: Findings,
        ending: str = ".csv",  # of the names of files; a service has none
    ) -> None:
        self.roles, self.default_domain, self.today = roles, default_domain, today
        self.findings, self.ending = findings, ending
        self.orgs: Mapping[str, OrgRecord] = {}
        self.classes: Mapping[str, ClassRecord] = {}
        self.known: dict[str, tuple[str, frozenset[str]]] = {}  # key, and roles that are not over
        self.shared: dict[frozenset[str], frozenset[str]] = {}
        self.seen: set[object] = set()

    def file(self, name: str) -> str:
        return name + self.ending

    def units(self, orgs: Mapping[str, OrgRecord], made: Mapping[str, ClassRecord]) -> Iterator[UnitFact]:
        """All locations."""
        self.orgs, self.classes = orgs, made
        yield from self._schools()
        for one in made.values():
            key, school = unit_key(CLASS, one.source_id), unit_key(SCHOOL, one.school)
            yield UnitFact(key, one.title, CLASS, school, self.file("classes"), one.line)

    def _schools(self) -> Iterator[UnitFact]:
        file = self.file("orgs")
        for org in self.orgs.values():
            if org.kind == SCHOOL:
                school = unit_key(SCHOOL, org.source_id)
                yield UnitFact(school, org.name, SCHOOL, file=file, line=org.line)
                for kind, name in _NAMES.items():
                    key = unit_key(kind, org.source_id)
                    yield UnitFact(key, name, kind, school, file, org.line)

    def person(self, person: PersonRecord) -> Iterator[Fact]:
        """A person and their places; nothing of family, who have no account here."""
        now = frozenset(held.role for held in person.roles if not self._is_over(held.end))
        is_family = bool(person.roles) and all(held.role in FAMILY_ROLES for held in person.roles)
        self.known[person.source_id] = (person.source_id, self.shared.setdefault(now, now))
        if is_family:
            return
        yield self._person(person)
        seen = set()
        for held in person.roles:
            for fact in self._places(person, held):
                if fact not in seen:
                    seen.add(fact)
                    yield fact

    def _person(self, person: PersonRecord) -> PersonFact:
        home = self.orgs.get(person.primary_org)
        return PersonFact(
            key=person.source_id,
            user_principal_name=self._user_principal_name(person),
            display_name=person.display_name[:256],
            given_name=person.given_name,
            surname=person.family_name,
            job_title=next((_JOBS[held.role] for held in person.roles if held.role in _JOBS), ""),
            department=home.name[:128] if home else "",
            employee_id=person.identifier,
            is_active=person.enabled,
            file=self.file("users"),
            line=person.line,
        )

    def _user_principal_name(self, person: PersonRecord) -> str:
        name, _at, domain = person.username.lower().partition("@")
        return f"{name}@{domain or self.default_domain}"

    def _places(self, person: PersonRecord, held: RoleRecord) -> Iterator[UnitMemberFact | GrantFact]:
        """Where a role makes its holder a member, and what it gives them power over."""
        school = school_above(held.org, self.orgs)
        kind = STUDENTS if held.role == STUDENT else STAFF if held.role in STAFF_ROLES else ""
        if not school or not kind or self._is_over(held.end):
            return
        yield UnitMemberFact(unit_key(kind, school), person.source_id, held.file, held.line)
        for over, given in ((SCHOOL, held.role), (STUDENTS, held.role + PUPILS_ONLY)):
            role = self.roles.get(given) if held.role in SCHOOL_ROLES else None
            if role and self._fits(person.source_id, STAFF_ROLES, held.role, held.file, held.line):
                yield GrantFact(
                    unit=unit_key(over, school),
                    role=role,
                    person=person.source_id,
                    starts_at=_midnight(held.begin),
                    ends_at=_midnight(held.end),
                    file=held.file,
                    line=held.line,
                )

    def enrolment(self, enrolment: EnrolmentRecord) -> Iterator[UnitMemberFact | GrantFact]:
        """Who is in a class, or holds a role over it."""
        made, key = self.classes[enrolment.class_id], self.known[enrolment.user][0]
        begin, end = enrolment.begin or made.begin, enrolment.end or made.end
        role, at = enrolment.role, (self.file("enrollments"), enrolment.line)
        given = self.roles.get(TEACHER) if role == TEACHER else None
        allowed = {STUDENT} if role == STUDENT else STAFF_ROLES if given else None
        if self._is_over(end) or not allowed or not self._fits(key, allowed, role, *at):
            return
        unit, dates = unit_key(CLASS, made.source_id), (begin, end)
        # Strings that are there anyway: there may be millions of these.
        once = (made.source_id, key) if role == STUDENT else (made.source_id, key, dates)
        if once in self.seen:
            return
        self.seen.add(once)
        if role == STUDENT:
            yield UnitMemberFact(unit, key, *at)
        else:
            yield GrantFact(unit, given, key, "", _midnight(begin), _midnight(end), *at)

    def _fits(self, key: str, allowed: Collection[str], role: str, file: str, line: int) -> bool:
        """A pupil must get no power, whatever else they are said to be, and staff not come under it."""
        now = self.known[key][1]
        if now and now <= FAMILY_ROLES:
            return False
        if now.isdisjoint(allowed):
            text = _("“%(id)s” is enrolled as %(role)s but has no such role; the enrolment is held back.")
            self.findings.warn(file, line, text, id=key, role=role)
            return False
        if role != STUDENT and STUDENT in now:
            text = _("“%(id)s” is a pupil too; what %(role)s would give is held back.")
            self.findings.warn(file, line, text, id=key, role=role)
            return False
        return True

    def _is_over(self, end: date | None) -> bool:
        return end is not None and end <= self.today


def _midnight(day: date | None) -> datetime | None:
    return day and timezone.make_aware(datetime.combine(day, time()))
