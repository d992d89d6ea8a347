"""The demo district as a OneRoster export: made up, and the same bytes every time for one school year."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from mystaff.demo.district import DISTRICT_ORG, SCHOOLS, Class, District, Person

DOMAIN = "riverside.example"
DISTRICT = "Riverside Unified School District"
_NEVER = ("categories", "classResources", "courseResources", "demographics", "lineItems", "resources")
_ALWAYS = ["sourcedId", "status", "dateLastModified"]
_USER_BEGINS = ["username", "userIds", "givenName", "familyName", "middleName", "identifier", "email", "sms"]
_USER_ENDS = ["phone", "agentSourcedIds", "grades", "password"]
_NEW_IN_12 = ["userMasterIdentifier", "preferredGivenName", "preferredMiddleName", "preferredFamilyName"]

Rows = Iterator[list[str]]


def school_year(day: date) -> int:
    """The calendar year in which the school year of this day begins (on 1 August)."""
    return day.year if day.month >= 8 else day.year - 1


def write(path: Path | str, version: str = "1.2", year_start: int | None = None) -> None:
    """Write the export of one school year, the present one if none is given.

    The year runs from 1 August to 1 August, so that the demo works in summer too.
    """
    year_start = year_start or school_year(date.today())
    files = _Export(District(), version, year_start).files()
    with zipfile.ZipFile(path, "w") as archive:
        for name, rows in files.items():
            info = zipfile.ZipInfo(f"{name}.csv", (year_start, 8, 1, 0, 0, 0))
            info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 3
            info.external_attr = 0o644 << 16
            archive.writestr(info, _csv(rows), compresslevel=9)


def _csv(rows: Iterable[list[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()


class _Export:
    """The files of one version; each method yields a header and rows."""

    def __init__(self, district: District, version: str, year: int) -> None:
        self.district, self.version, self.year = district, version, year
        self.begin, self.end = f"{year}-08-01", f"{year + 1}-08-01"

    def files(self) -> dict[str, Rows]:
        files = {
            "orgs": self.orgs(),
            "academicSessions": self.terms(),
            "courses": self.courses(),
            "classes": self.classes(),
            "users": self.users_11() if self.version == "1.1" else self.users_12(),
            "enrollments": self.enrolments(),
        }
        if self.version == "1.2":
            files["roles"] = self.roles()
        return {"manifest": self.manifest(sorted(files))} | files

    def manifest(self, present: list[str]) -> Rows:
        yield ["propertyName", "value"]
        yield ["manifest.version", "1.0"]
        yield ["oneroster.version", self.version]
        for name in sorted({*present, *_NEVER}):
            yield [f"file.{name}", "bulk" if name in present else "absent"]
        yield ["source.systemName", "MyStaff demo"]
        yield ["source.systemCode", "mystaff-demo"]

    def orgs(self) -> Rows:
        yield [*_ALWAYS, "name", "type", "identifier", "parentSourcedId"]
        yield [DISTRICT_ORG, "", "", DISTRICT, "district", "", ""]
        for number, school in enumerate(SCHOOLS, 101):
            yield [school.org, "", "", school.name, "school", str(number), DISTRICT_ORG]

    def terms(self) -> Rows:
        yield [*_ALWAYS, "title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"]
        title = f"School year {self.year}–{self.year + 1}"
        yield [self._term, "", "", title, "schoolYear", self.begin, self.end, "", str(self.year + 1)]

    @property
    def _term(self) -> str:
        return f"year-{self.year}"

    def courses(self) -> Rows:
        head = "schoolYearSourcedId title courseCode grades orgSourcedId subjects subjectCodes"
        yield [*_ALWAYS, *head.split()]
        for course, subject in sorted({(made.course, made.subject) for made in self.district.classes}):
            yield [course, "", "", self._term, subject, "", "", DISTRICT_ORG, subject, ""]

    def classes(self) -> Rows:
        head = "title grades courseSourcedId classCode classType location schoolSourcedId termSourcedIds"
        yield [*_ALWAYS, *head.split(), "subjects", "subjectCodes", "periods"]
        for made in self.district.classes:
            yield self._class(made)

    def _class(self, made: Class) -> list[str]:
        kind = "homeroom" if made.subject == "Homeroom" else "scheduled"
        code = f"{made.id.removeprefix('class-')}-{made.grade}{made.section}"
        row = [made.id, "", "", made.title, made.grade, made.course, code, kind, "", made.school.org]
        return [*row, self._term, made.subject, "", ""]

    def users_11(self) -> Rows:
        yield [*_ALWAYS, "enabledUser", "orgSourcedIds", "role", *_USER_BEGINS, *_USER_ENDS]
        for person in self.district.people:
            yield [person.id, "", "", "true", person.org, _role_11(person), *_about(person)]

    def users_12(self) -> Rows:
        head = [*_ALWAYS, "enabledUser", *_USER_BEGINS, *_USER_ENDS, *_NEW_IN_12]
        yield [*head, "primaryOrgSourcedId", "pronouns"]
        for person in self.district.people:
            yield [person.id, "", "", "true", *_about(person), "", "", "", "", person.org, ""]

    def roles(self) -> Rows:
        head = "userSourcedId roleType role beginDate endDate orgSourcedId userProfileSourcedId"
        yield [*_ALWAYS, *head.split()]
        for person in self.district.people:
            key = person.id.replace("user", "role")
            yield [key, "", "", person.id, "primary", person.role, "", "", person.org, ""]

    def enrolments(self) -> Rows:
        head = "classSourcedId schoolSourcedId userSourcedId role primary beginDate endDate"
        yield [*_ALWAYS, *head.split()]
        number = 0
        for made in self.district.classes:
            for person in [made.teacher, *made.pupils]:
                number += 1
                lead = str(person is made.teacher).lower()
                row = [f"enrolment-{number:05}", "", "", made.id, made.school.org, person.id]
                yield [*row, person.role, lead, self.begin, self.end]


def _about(person: Person) -> list[str]:
    """The cells from username to password."""
    name = [person.login, "", person.given, person.family, ""]
    return [*name, person.number, f"{person.login}@{DOMAIN}", "", "", "", person.grade, ""]


def _role_11(person: Person) -> str:
    """1.1 knows only one kind of administrator."""
    return "administrator" if person.role.endswith("Administrator") else person.role
