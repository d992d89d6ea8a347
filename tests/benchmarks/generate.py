"""Made-up tenants and people in great numbers: for the bench, and for the test of query plans.

The first tenant has a fifth of all people, the others share the rest. A tenant has schools with *Students*,
*Staff* and classes below them; a role over every school and class; one group that carries a role; one
restricted unit. The same size gives the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, cached_property, lru_cache
from itertools import chain, islice, repeat
from random import Random

from django.contrib.auth.hashers import make_password
from psycopg import Connection

from audit.chain import START
from audit.models import Entry, Head
from directory import roles
from directory.models import (
    AdministrativeUnit,
    EmailMethod,
    Group,
    GroupMember,
    PhoneMethod,
    RoleAssignment,
    SearchWord,
    Settings,
    UnitMembership,
    User,
)
from mystaff.demo import names
from tenants.models import EmailDomain, Tenant
from tenants.words import normalise, words_of
from tests.benchmarks.sheets import Sheet, text
from tests.benchmarks.size import Size, slug_of

# In an order that parents come before children.
MODELS = (
    Tenant, EmailDomain, Group, Settings, User, GroupMember, AdministrativeUnit, UnitMembership,
    RoleAssignment, SearchWord, PhoneMethod, EmailMethod, Entry, Head,
)  # fmt: skip
SCHOOL = 3_000  # people of a school at most
CLASS = 28  # pupils
KNOWN = ("principal", "teacher")  # user names at each tenant's first school
DETAILS = text(
    [{"key": "Action", "value": "reset_password"}, {"key": "Additional details", "value": "My Staff"}]
)


def fill(connection: Connection, size: Size) -> None:
    """Write all of it into a migrated database, as its superuser, and let the planner know."""
    sheets = {model: Sheet(model) for model in MODELS}
    # References and counters are right by construction; checking 10,000,000 of them takes minutes.
    connection.execute("SET session_replication_role = replica")
    for number, people in enumerate(size.of_each):
        for _school in District(sheets, number, people).rows():
            for sheet in sheets.values():
                sheet.write(connection)
    connection.execute("SET session_replication_role = DEFAULT")
    connection.execute("VACUUM (ANALYZE)")


@lru_cache(maxsize=1)
def _people_names() -> list[tuple[str, str, str]]:
    # Drawn once and then taken from: a draw takes longer than all the rest of a person.
    random = Random("names")
    return [names.draw(random) for _n in range(20_000)]


@cache
def _forms(given: str, family: str) -> tuple[str, frozenset[str]]:
    """The name to sort by, and the words to find it by."""
    return normalise(f"{given} {family}"), frozenset(words_of(f"{given} {family}", given, family))


@lru_cache(maxsize=1)
def _unusable() -> str:
    return make_password(None)


class District:
    """One tenant's rows, a school at a time."""

    def __init__(self, sheets: dict[type, Sheet], number: int, people: int) -> None:
        self.sheets, self.people = sheets, people
        self.slug = slug_of(number)
        self.random = Random(self.slug)
        self.id = self._new_id()
        self.count = self.schools = self.entries = 0

    def rows(self) -> Iterator[None]:
        """Fill the sheets; they are written between two schools."""
        self._tenant()
        self._leaders()
        yield
        while self.count < self.people:
            self._school(min(self.school_size, self.people - self.count))
            yield
        # Numbered and not hashed, which would take longer than all the rest: trail.py makes a whole chain.
        self._add(Head, sequence=str(self.entries), hash=START)
        yield

    @cached_property
    def school_size(self) -> int:
        return max(1, min(SCHOOL, self.people * 3 // 4))

    def _new_id(self) -> str:
        return f"{self.random.getrandbits(128):032x}"

    def _add(self, model: type, **values: str) -> None:
        self.sheets[model].add(tenant_id=self.id, **values)

    def _tenant(self) -> None:
        self.sheets[Tenant].add(id=self.id, slug=self.slug, name=f"District {self.slug}")
        self._add(EmailDomain, domain=f"{self.slug}.example", is_default="t")
        self._add(Settings, sms_sign_in="t")

    def _leaders(self) -> None:
        """Who runs the tenant; they sit in a restricted unit, and a group of theirs carries a role."""
        office = self._unit("District office", "department", restricted=True)
        group = self._new_id()
        self._add(Group, id=group, name="Roster keepers", is_role_assignable="t")
        self._add(RoleAssignment, group_id=group, role=roles.GROUPS)
        for name, role in (("admin", roles.GLOBAL), ("helpdesk", roles.HELPDESK), ("keeper", None)):
            person = self._person([office[0]], job="District office", local=name)
            if role:
                self._add(RoleAssignment, user_id=person, role=role)
            else:
                self._add(GroupMember, group_id=group, user_id=person)

    def _school(self, people: int) -> None:
        self.schools += 1
        school = self._unit(f"School {self.schools}", "school")
        staff_unit, students_unit = (self._unit(name, name.lower(), school) for name in ("Staff", "Students"))
        known = KNOWN if self.schools == 1 else ()
        number = max(2, people * 6 // 100)
        staff = [self._staff(staff_unit[0], name) for name in islice(chain(known, repeat(None)), number)]
        self._add(RoleAssignment, user_id=staff[0], role=roles.AUTHENTICATION, unit_id=school[0])
        pupils = people - len(staff)
        classes = self._classes(school, staff, max(1, pupils * 2 // CLASS))
        for _n in range(pupils):
            mine = {self.random.choice(classes), self.random.choice(classes)}
            self._pupil([students_unit[0], *mine], staff[0])

    def _classes(self, school: tuple[str, str], staff: list[str], number: int) -> list[str]:
        """Classes of a school, each in the hands of a teacher."""
        made = [self._unit(f"Class {n + 1}", "class", school)[0] for n in range(number)]
        for n, unit in enumerate(made):
            teacher = staff[1 + n % (len(staff) - 1)]
            self._add(RoleAssignment, user_id=teacher, role=roles.PASSWORD, unit_id=unit)
        return made

    def _unit(
        self, name: str, kind: str, parent: tuple[str, str] | None = None, restricted: bool = False
    ) -> tuple[str, str]:
        """Id and path."""
        id = self._new_id()
        path = f"{parent[1] if parent else '/'}{id}/"
        more = {"parent_id": parent[0]} if parent else {}
        self._add(
            AdministrativeUnit, id=id, name=name, kind=kind, path=path, is_restricted=text(restricted), **more
        )
        return id, path

    def _staff(self, unit: str, local: str | None) -> str:
        person = self._person([unit], job="Teacher", local=local)
        number = f"+1951555{self.random.randrange(10_000):04}"
        self._add(PhoneMethod, user_id=person, number=number, phone_type="mobile")
        self._add(EmailMethod, user_id=person, address=f"{person[:8]}@example.org")
        return person

    def _pupil(self, units: list[str], principal: str) -> None:
        person = self._person(units, job="Student")
        if self.count % 5 == 0:
            # Some need help all the time.
            for _n in range(30 if self.count % 100 == 0 else 1):
                self._reset(person, principal)

    def _reset(self, person: str, by: str) -> None:
        """An attempt and its outcome."""
        correlation = self._new_id()
        for result in ("attempted", "success"):
            self.entries += 1
            self._add(
                Entry,
                id=self._new_id(), correlation_id=correlation, result=result,
                activity="Reset password (by admin)", category="UserManagement", operation_type="Update",
                actor_id=by, actor_name="The principal", target_id=person, target_type="User",
                additional_details=DETAILS, sequence=str(self.entries), previous_hash=START, hash=START,
            )  # fmt: skip

    def _person(self, units: list[str], job: str, local: str | None = None) -> str:
        """One person with their words and places; returns the id."""
        self.count += 1
        given, family, latin = self.random.choice(_people_names())
        upn = f"{local or f'{latin}{self.count}'}@{self.slug}.example"
        number = f"E{100_000 + self.count}"
        sort_name, found_by = _forms(given, family)
        id = self._new_id()
        self._add(
            User,
            id=id, user_principal_name=upn, password=_unusable(), job_title=job, employee_id=number,
            display_name=f"{given} {family}", given_name=given, surname=family, sort_name=sort_name,
        )  # fmt: skip
        for word in found_by | words_of(upn, number):
            self._add(SearchWord, user_id=id, word=word)
        for unit in units:
            self._add(UnitMembership, unit_id=unit, user_id=id)
        return id
