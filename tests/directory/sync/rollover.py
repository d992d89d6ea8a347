"""A district's last and next school year as OneRoster exports, and who teaches whom in each: made up.

Thirteen grades at two schools. Over the summer ids are made anew for half of the people, teachers move, leave
and come, one marries, pupils move up, graduate and come, and no class is the same. One teacher has classes at
both schools, and some classes end in winter.
"""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass, field
from datetime import date, timedelta

SCHOOLS = ("lincoln", "jefferson")
GRADES, OF_A_GRADE = 13, 4  # pupils at each school
COLUMNS = {
    "orgs": "name type identifier parentSourcedId",
    "academicSessions": "title type startDate endDate parentSourcedId schoolYear",
    "classes": "title grades courseSourcedId classCode classType location schoolSourcedId termSourcedIds "
    "subjects subjectCodes periods",
    "users": "enabledUser username userIds givenName familyName middleName identifier email sms phone "
    "agentSourcedIds grades password userMasterIdentifier preferredGivenName preferredMiddleName "
    "preferredFamilyName primaryOrgSourcedId pronouns",
    "roles": "userSourcedId roleType role beginDate endDate orgSourcedId userProfileSourcedId",
    "enrollments": "classSourcedId schoolSourcedId userSourcedId role primary beginDate endDate",
}


@dataclass(frozen=True)
class Somebody:
    """One person of the district, of any year."""

    number: str  # of employees or pupils, for ever
    login: str
    family: str
    schools: tuple[str, ...]
    grade: int = -1  # pupils only

    @property
    def is_pupil(self) -> bool:
        return self.grade >= 0


@dataclass
class Course:
    """A class of one year."""

    key: str
    school: str
    grade: int
    teachers: list[str]  # logins
    in_winter_only: bool = False


@dataclass
class Year:
    """One school year: everybody in it, and who teaches whom how long."""

    name: str
    begin: date
    rekeyed: bool
    people: dict[str, Somebody] = field(default_factory=dict)  # by login
    courses: list[Course] = field(default_factory=list)

    @property
    def winter(self) -> date:
        return self.begin + timedelta(days=150)

    @property
    def end(self) -> date:
        return self.begin + timedelta(days=300)

    def key(self, somebody: Somebody) -> str:
        """Their id in this year's export."""
        is_new = self.rekeyed and int(somebody.number[1:]) % 2
        return f"new-{somebody.number}" if is_new else f"id-{somebody.number}"

    def pupils_of(self, course: Course) -> set[str]:
        return {
            login
            for login, one in self.people.items()
            if one.grade == course.grade and course.school in one.schools
        }

    def taught(self) -> set[tuple[str, str, date, date]]:
        """Who should hold the role, over which class, from when until when."""
        return {
            (login, f"class/{one.key}", self.begin, self.winter if one.in_winter_only else self.end)
            for one in self.courses
            for login in one.teachers
        }

    def export(self) -> bytes:
        """The bulk export of this year, OneRoster 1.2."""
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            modes = "".join(f"file.{name},bulk\n" for name in COLUMNS) + "file.courses,absent\n"
            manifest = "propertyName,value\nmanifest.version,1.0\noneroster.version,1.2\n"
            archive.writestr("manifest.csv", manifest + modes)
            for name, columns in COLUMNS.items():
                rows = getattr(self, f"_{name}")()
                archive.writestr(f"{name}.csv", _csv(columns.split(), rows))
        return content.getvalue()

    def delta(self, name: str, rows: list[dict[str, str]]) -> bytes:
        """A delivery of changes to one file; nothing has changed in the others."""
        content = io.BytesIO()
        modes = "".join(
            f"file.{one},{'delta' if one == name else 'absent'}\n" for one in (*COLUMNS, "courses")
        )
        with zipfile.ZipFile(content, "w") as archive:
            manifest = "propertyName,value\nmanifest.version,1.0\noneroster.version,1.2\n"
            archive.writestr("manifest.csv", manifest + modes)
            stamped = [row | {"dateLastModified": "2026-11-01T08:00:00Z"} for row in rows]
            archive.writestr(f"{name}.csv", _csv(COLUMNS[name].split(), stamped))
        return content.getvalue()

    def _orgs(self):
        yield {"sourcedId": "d", "name": "District", "type": "district"}
        for school in SCHOOLS:
            yield {"sourcedId": school, "name": school.title(), "type": "school", "parentSourcedId": "d"}

    def _academicSessions(self):  # noqa: N802 - as the file is called
        for key, begin, end in (("w", self.begin, self.winter), ("s", self.winter, self.end)):
            days = {"startDate": begin.isoformat(), "endDate": end.isoformat()}
            yield {"sourcedId": f"{self.name}-{key}", "title": key, "type": "semester"} | days

    def _classes(self):
        for one in self.courses:
            terms = "w" if one.in_winter_only else "w s"
            yield {
                "sourcedId": one.key,
                "title": f"Grade {one.grade}",
                "schoolSourcedId": one.school,
                "termSourcedIds": ",".join(f"{self.name}-{term}" for term in terms.split()),
            }

    def _users(self):
        for one in self.people.values():
            yield {
                "sourcedId": self.key(one),
                "enabledUser": "true",
                "username": one.login,
                "givenName": one.login.title(),
                "familyName": one.family,
                "identifier": one.number,
            }

    def _roles(self):
        for one in self.people.values():
            for place, school in enumerate(one.schools):
                yield {
                    "sourcedId": f"{self.key(one)}-{school}",
                    "userSourcedId": self.key(one),
                    "roleType": "secondary" if place else "primary",
                    "role": "student" if one.is_pupil else "teacher",
                    "orgSourcedId": school,
                }

    def _enrollments(self):
        for course in self.courses:
            listed = [(login, "teacher") for login in course.teachers]
            listed += [(login, "student") for login in sorted(self.pupils_of(course))]
            for login, role in listed:
                who = self.key(self.people[login])
                yield {
                    "sourcedId": f"{course.key}-{who}",
                    "classSourcedId": course.key,
                    "schoolSourcedId": course.school,
                    "userSourcedId": who,
                    "role": role,
                }


def _csv(columns, rows) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, ["sourcedId", "status", "dateLastModified", *columns], restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def two_years(begin: date) -> tuple[Year, Year]:
    """Last year, which began then, and the next one, a year later."""
    last = Year("last", begin, rekeyed=False)
    then = Year("next", begin + timedelta(days=365), rekeyed=True)
    for number, school in enumerate(SCHOOLS):
        _teachers(last, then, school, 100 * (number + 1))
        _pupils(last, then, school, 1000 * (number + 1))
    _teach_at_both(last, then)
    return last, then


def _teachers(last: Year, then: Year, school: str, first: int) -> None:
    """Seven of each school: one leaves, one comes, one goes to the other school, one marries."""
    other = SCHOOLS[1 - SCHOOLS.index(school)]
    for n in range(7):
        login = f"teacher{first + n}"
        here = Somebody(f"E{first + n}", login, "Maiden" if n == 2 else "Stone", (school,))
        last.people[login] = here
        if n == 0:
            continue  # has left
        schools = (other,) if n == 1 else (school,)
        family, called = ("Married", f"{login}.married") if n == 2 else (here.family, login)
        then.people[called] = Somebody(here.number, called, family, schools)
    then.people[f"teacher{first + 50}"] = Somebody(f"E{first + 50}", f"teacher{first + 50}", "New", (school,))
    _courses(last, school)
    _courses(then, school)


def _courses(year: Year, school: str) -> None:
    """One class for each grade, handed out in turn, so that other years have other teachers."""
    staff = [one.login for one in year.people.values() if not one.is_pupil and school in one.schools]
    shift = 0 if year.name == "last" else 3
    for grade in range(GRADES):
        teacher = staff[(grade + shift) % len(staff)]
        key = f"{year.name}-{school}-{grade}"
        year.courses.append(Course(key, school, grade, [teacher], in_winter_only=grade % 5 == 0))


def _pupils(last: Year, then: Year, school: str, first: int) -> None:
    """All move up a grade; those of the highest leave, and the lowest is new."""
    for grade in range(GRADES):
        for n in range(OF_A_GRADE):
            number = first + grade * OF_A_GRADE + n
            login = f"pupil{number}"
            last.people[login] = Somebody(f"P{number}", login, "Field", (school,), grade)
            if grade + 1 < GRADES:
                then.people[login] = Somebody(f"P{number}", login, "Field", (school,), grade + 1)
    for n in range(OF_A_GRADE):
        number = first + 500 + n
        then.people[f"pupil{number}"] = Somebody(f"P{number}", f"pupil{number}", "Meadow", (school,), 0)


def _teach_at_both(last: Year, then: Year) -> None:
    """One teaches with others, at both schools in both years; not the same classes."""
    for year, grades in ((last, (1, 2)), (then, (7, 8))):
        year.people["both"] = Somebody("E900", "both", "Bridge", SCHOOLS)
        for course in year.courses:
            if course.grade in grades:
                course.teachers.append("both")
