"""Thousands of people: no more statements than for a handful, no password hashed, the chain whole."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from audit.verification import Verification
from directory.hashers import Argon2id
from directory.models import Message, User
from tests import jobs
from tests.mystaff.admin.files import confirm, csv, key, problems, send

HEADER = (
    "User name,Name,First name,Last name,Job,Employee number,Account enabled,"
    "Alternate email address,Mobile phone number"
)


def rows(count: int, job: str = "Pupil", mail: str = "home") -> list[str]:
    return [
        f"p{n}@riverside.example,Ann Person{n},Ann,Person{n},{job},E{n},{n % 3 > 0},"
        f"p{n}@{mail}.example,(425) 555-{n % 10000:04}"
        for n in range(count)
    ]


@pytest.fixture
def no_hashing(monkeypatch):
    """From here on hashing a password fails."""

    def fail(*args, **kwargs):
        raise AssertionError("a password was hashed")

    monkeypatch.setattr(Argon2id, "encode", fail)


def statements(step) -> tuple[object, int]:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page = step()
    return page, len(asked)


def imported(admin, *lines: str) -> tuple[int, int]:
    """How many statements the preview and the confirmation took."""
    page, preview = statements(lambda: send(admin, csv(HEADER, *lines)))
    assert key(page), problems(page)
    done, confirmation = statements(lambda: confirm(admin, page))
    assert done.status_code == 302, problems(done)
    return preview, confirmation


@pytest.mark.slow
def test_five_thousand_people_are_added_and_changed_in_few_statements(district, admin, no_hashing):
    few = imported(admin, *rows(5))
    many = imported(admin, *rows(5005)[5:])
    assert many[0] <= few[0] + 25 and many[1] <= few[1] + 150, (few, many)
    assert User.objects.filter(employee_id__startswith="E", is_active=False).count() > 1600
    changed = imported(admin, *rows(5005, "Former pupil", "new"))
    assert changed[0] <= few[0] + 25 and changed[1] <= few[1] + 200, (few, changed)
    assert User.objects.filter(job_title="Former pupil").count() == 5005
    assert Entry.objects.filter(activity="Add user").count() == 5005
    assert Entry.objects.filter(activity="Update user").count() == 5005
    assert list(Verification().findings()) == []
    assert Message.objects.filter(name="email_changed").count() == 2 * 5005
    assert len(jobs.queued()) == Message.objects.count()
    assert User.objects.search("person4711").count() == 1


def test_refused_rows_are_all_listed_and_explained_in_few_statements(district, admin):
    for n in range(80):
        User(user_principal_name=f"r{n}@riverside.example", display_name="R").save()
    from directory.models import UnitMembership
    from tests.conftest import make_unit

    closed = make_unit("Closed", is_restricted=True)
    people = list(User.objects.filter(display_name="R"))
    UnitMembership.objects.bulk_create([UnitMembership(unit=closed, user=person) for person in people])
    lines = [f"r{n}@riverside.example,Cook" for n in range(80)]
    page, asked = statements(lambda: send(admin, csv("User name,Job", *lines)))
    found = list(problems(page).values())
    assert len(found) == 80 and asked < 600
    assert (
        found[0] == "R is in a restricted location." and found[-1] == "You cannot change this of this person."
    )
