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
    EnrolmentRecord,
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
    facts = _Facts(roster, roles, default_domain, today, findings)
    yield from facts.units()
    for person in roster.people.values():
        if not _is_only_family(person):
            yield from facts.of_person(person)
    yield from facts.of_enrolments()


class _Facts:
    def __init__(
        self,
        roster: Roster,
        roles: Mapping[str, str],
        default_domain: str,
        today: date,
        findings: Findings,
    ) -> None:
        self.roster, self.roles, self.default_domain = roster, roles, default_domain
        self.today, self.findings = today, findings

    def file(self, name: str) -> str:
        return name + self.roster.ending

    def units(self) -> Iterator[UnitFact]:
        orgs, classes = self.file("orgs"), self.file("classes")
        for org in self.roster.orgs.values():
            if org.kind == SCHOOL:
                school = unit_key(SCHOOL, org.source_id)
                yield UnitFact(school, org.name, SCHOOL, file=orgs, line=org.line)
                for kind, name in _NAMES.items():
                    key = unit_key(kind, org.source_id)
                    yield UnitFact(key, name, kind, school, orgs, org.line)
        for made in self.roster.classes.values():
            key, school = unit_key(CLASS, made.source_id), unit_key(SCHOOL, made.school)
            yield UnitFact(key, made.title, CLASS, school, classes, made.line)

    def of_person(self, person: PersonRecord) -> Iterator[Fact]:
        yield self._person(person)
        seen = set()
        for held in person.roles:
            for fact in self._places(person, held):
                if fact not in seen:
                    seen.add(fact)
                    yield fact

    def _person(self, person: PersonRecord) -> PersonFact:
        home = self.roster.orgs.get(person.primary_org)
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
        school = school_above(held.org, self.roster.orgs)
        kind = STUDENTS if held.role == STUDENT else STAFF if held.role in STAFF_ROLES else ""
        if not school or not kind or self._is_over(held.end):
            return
        yield UnitMemberFact(unit_key(kind, school), person.source_id, held.file, held.line)
        for over, given in ((SCHOOL, held.role), (STUDENTS, held.role + PUPILS_ONLY)):
            role = self.roles.get(given) if held.role in SCHOOL_ROLES else None
            if role and self._fits(person, STAFF_ROLES, held.role, held.file, held.line):
                yield GrantFact(
                    unit=unit_key(over, school),
                    role=role,
                    person=person.source_id,
                    starts_at=_midnight(held.begin),
                    ends_at=_midnight(held.end),
                    file=held.file,
                    line=held.line,
                )

    def of_enrolments(self) -> Iterator[UnitMemberFact | GrantFact]:
        seen = set()
        for enrolment in self.roster.enrolments.values():
            fact = self._enrolment(enrolment)
            if fact and fact not in seen:
                seen.add(fact)
                yield fact

    def _enrolment(self, enrolment: EnrolmentRecord) -> UnitMemberFact | GrantFact | None:
        made, person = self.roster.classes[enrolment.class_id], self.roster.people[enrolment.user]
        begin, end = enrolment.begin or made.begin, enrolment.end or made.end
        unit, at = unit_key(CLASS, made.source_id), (self.file("enrollments"), enrolment.line)
        if self._is_over(end) or _is_only_family(person):
            return None
        if enrolment.role == STUDENT and self._fits(person, {STUDENT}, STUDENT, *at):
            return UnitMemberFact(unit, enrolment.user, *at)
        role = self.roles.get(TEACHER) if enrolment.role == TEACHER else None
        if role and self._fits(person, STAFF_ROLES, TEACHER, *at):
            return GrantFact(unit, role, enrolment.user, "", _midnight(begin), _midnight(end), *at)
        return None

    def _fits(self, person: PersonRecord, allowed: Collection[str], role: str, file: str, line: int) -> bool:
        """A pupil must get no power, whatever else they are said to be, and staff not come under it."""
        now = {held.role for held in person.roles if not self._is_over(held.end)}
        values = {"id": person.source_id, "role": role}
        if not now & set(allowed):
            text = _("“%(id)s” is enrolled as %(role)s but has no such role; the enrolment is held back.")
            self.findings.warn(file, line, text, **values)
            return False
        if role != STUDENT and STUDENT in now:
            text = _("“%(id)s” is a pupil too; what %(role)s would give is held back.")
            self.findings.warn(file, line, text, **values)
            return False
        return True

    def _is_over(self, end: date | None) -> bool:
        return end is not None and end <= self.today


def _is_only_family(person: PersonRecord) -> bool:
    """Guardians and relatives have no account here."""
    return bool(person.roles) and all(held.role in FAMILY_ROLES for held in person.roles)


def _midnight(day: date | None) -> datetime | None:
    return day and timezone.make_aware(datetime.combine(day, time()))
