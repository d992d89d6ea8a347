"""The people and classes of the demo district, made up from a fixed seed."""

from dataclasses import dataclass, field
from itertools import product
from random import Random

from mystaff.demo import names

_CORE = ("English", "Mathematics", "Science", "Social Studies", "Spanish", "Physical Education")
_EXTRA_SIZE = 24  # pupils in a class that not everyone is in
_MOST_CLASSES = 6  # of one teacher
_FIRST_GRADE_OF_HIGH_SCHOOL = "09"

Staff = tuple[str, str, str]  # first name, last name, role


@dataclass(frozen=True)
class School:
    """A school. The three together have 2,000 pupils, 180 classes and, with the district's two, 120 staff."""

    key: str
    name: str
    grades: tuple[str, ...]
    pupils: int
    teachers: int
    subjects: tuple[str, ...]
    sections: str
    taken: int  # how many of the subjects each pupil takes
    extra: tuple[str, ...]
    extras: int
    others: tuple[Staff, ...]

    @property
    def org(self) -> str:
        return f"org-{self.key}"


@dataclass
class Person:
    """One person; `login` is the user name without the domain."""

    id: str
    given: str
    family: str
    login: str
    number: str
    role: str
    org: str
    grade: str = ""


@dataclass
class Class:
    """One class with its people."""

    id: str
    school: School
    subject: str
    grade: str
    section: str = ""
    teacher: Person | None = None
    pupils: list[Person] = field(default_factory=list)

    @property
    def title(self) -> str:
        grade = "Kindergarten" if self.grade == "KG" else f"Grade {int(self.grade)}"
        subject = "" if self.subject == "Homeroom" else f"{self.subject}, "
        return f"{subject}{grade} {self.section}".rstrip()

    @property
    def course(self) -> str:
        return f"course-{self.subject.lower().replace(' ', '-')}"


SCHOOLS = (
    School(
        key="lincoln",
        name="Lincoln Elementary",
        grades=("KG", "01", "02", "03", "04", "05"),
        pupils=600,
        teachers=33,
        subjects=("Homeroom",),
        sections="ABCD",
        taken=1,
        extra=("Art", "Music", "Coding"),
        extras=16,
        others=(
            ("Maria", "Lopez", "siteAdministrator"),
            ("Sam", "Reed", "aide"),
            ("Grace", "Whitfield", "principal"),
        ),
    ),
    School(
        key="jefferson",
        name="Jefferson High",
        grades=("09", "10", "11", "12"),
        pupils=840,
        teachers=44,
        subjects=(*_CORE, "History"),
        sections="ABC",
        taken=3,
        extra=(),
        extras=0,
        others=(
            ("Helen", "Park", "siteAdministrator"),
            ("Omar", "Diaz", "aide"),
            ("Walter", "Emery", "principal"),
            ("Rosa", "Quintero", "counselor"),
        ),
    ),
    School(
        key="roosevelt",
        name="Roosevelt Middle",
        grades=("06", "07", "08"),
        pupils=560,
        teachers=32,
        subjects=_CORE,
        sections="ABC",
        taken=3,
        extra=("Orchestra", "Robotics"),
        extras=2,
        others=(("Denise", "Fairchild", "principal"), ("Ken", "Ishikawa", "counselor")),
    ),
)
DISTRICT_ORG = "org-riverside"
_DISTRICT_STAFF = (
    ("Judith", "Vance", "districtAdministrator"),
    ("Paul", "Sandoval", "districtAdministrator"),
)
TOM, NORA = ("Tom", "Baker"), ("Nora", "Field")
_TOMS_CLASSES = 5


class District:
    """Everybody and every class; the same for the same seed."""

    def __init__(self, seed: int = 20260817) -> None:
        self.random = Random(seed)  # noqa: S311 - names, not secrets
        self.people: list[Person] = []
        self.classes: list[Class] = []
        staff = [person for school in SCHOOLS for person in school.others] + list(_DISTRICT_STAFF)
        self.taken = {names.named(given, family)[2]: 0 for given, family in [TOM, NORA]}
        self.taken |= {names.named(given, family)[2]: 0 for given, family, _role in staff}
        for given, family, role in _DISTRICT_STAFF:
            self._add(names.named(given, family), role, DISTRICT_ORG)
        for school in SCHOOLS:
            self._fill(school)

    def _fill(self, school: School) -> None:
        for given, family, role in school.others:
            self._add(names.named(given, family), role, school.org)
        teachers = [self._teacher(school, n) for n in range(school.teachers)]
        pupils = {grade: self._pupils(school, grade) for grade in school.grades}
        self._hand_out(self._main_classes(school, pupils) + self._extra_classes(school, pupils), teachers)

    def _teacher(self, school: School, n: int) -> Person:
        first = school.key == "jefferson" and n == 0
        return self._add(names.named(*TOM) if first else self._new_name(), "teacher", school.org)

    def _pupils(self, school: School, grade: str) -> list[Person]:
        place, count = school.grades.index(grade), len(school.grades)
        size = (place + 1) * school.pupils // count - place * school.pupils // count
        fixed = [names.named(*NORA)] if grade == _FIRST_GRADE_OF_HIGH_SCHOOL else []
        drawn = [self._new_name() for _ in range(size - len(fixed))]
        return [self._add(name, "student", school.org, grade) for name in fixed + drawn]

    def _new_name(self) -> names.Name:
        """A name that none of the people in the guides has."""
        while self.taken.get((name := names.draw(self.random))[2]) == 0:
            pass
        return name

    def _add(self, name: names.Name, role: str, org: str, grade: str = "") -> Person:
        given, family, login = name
        if times := self.taken.get(login, 0):
            login = f"{login}{times + 1}"
        fixed = self.taken.get(name[2]) == 0
        self.taken[name[2]] = 0 if fixed else times + 1
        number = len(self.people) + 1
        shown = f"{200000 + number}" if role == "student" else f"E{1000 + number}"
        person = Person(f"user-{number:05}", given, family, login, shown, role, org, grade)
        self.people.append(person)
        return person

    def _main_classes(self, school: School, pupils: dict[str, list[Person]]) -> list[Class]:
        """Every subject in every grade; each pupil takes some, always with the same section."""
        grid = product(school.subjects, school.grades, school.sections)
        classes = [self._new_class(school, subject, grade, section) for subject, grade, section in grid]
        place = {(c.subject, c.grade, c.section): c for c in classes}
        for grade in school.grades:
            for n, pupil in enumerate(pupils[grade]):
                section = school.sections[n % len(school.sections)]
                for subject in self._choice(school, pupil):
                    place[subject, grade, section].pupils.append(pupil)
        return classes

    def _choice(self, school: School, pupil: Person) -> list[str]:
        if (pupil.given, pupil.family) == NORA:
            return list(school.subjects[: school.taken])
        return self.random.sample(school.subjects, school.taken)

    def _extra_classes(self, school: School, pupils: dict[str, list[Person]]) -> list[Class]:
        made = []
        for grade, subject in list(product(school.grades, school.extra))[: school.extras]:
            made.append(self._new_class(school, subject, grade))
            made[-1].pupils = self.random.sample(pupils[grade], _EXTRA_SIZE)
        return made

    def _new_class(self, school: School, subject: str, grade: str, section: str = "") -> Class:
        made = Class(f"class-{len(self.classes) + 1:03}", school, subject, grade, section)
        self.classes.append(made)
        return made

    def _hand_out(self, classes: list[Class], teachers: list[Person]) -> None:
        """Neighbouring classes, mostly of one subject, go to one teacher: one to six each, five to Tom."""
        shares = [1] * len(teachers)
        tom = next((n for n, teacher in enumerate(teachers) if teacher.login == "tom.baker"), None)
        if tom is not None:
            shares[tom] = _TOMS_CLASSES
        while sum(shares) < len(classes):
            lucky = self.random.randrange(len(teachers))
            shares[lucky] += lucky != tom and shares[lucky] < _MOST_CLASSES
        takers = [teacher for teacher, share in zip(teachers, shares, strict=True) for _ in range(share)]
        for made, teacher in zip(classes, takers, strict=True):
            made.teacher = teacher
