"""The engine with facts of the tests' own: what stands in the database after a run, and what does not."""

import pytest

from directory import roles
from directory.models import AdministrativeUnit, Group, RoleAssignment, RunState, UnitMembership, User
from directory.sync.facts import (
    GrantFact,
    GroupFact,
    GroupMemberFact,
    UnitFact,
    UnitMemberFact,
)
from tests.directory.sync.states import changed, fact, make_source, run_of, said, state

SCHOOL = UnitFact("s", "Lincoln", "school")
ALGEBRA = UnitFact("c", "Algebra", "class", "s")
TOM, NORA = fact("tom", "Tom Baker"), fact("nora", "Nora Field", employee_id="2001", job_title="Student")
FACTS = [
    UnitMemberFact("c", "nora"),
    GrantFact("c", roles.PASSWORD, person="tom"),
    GrantFact("s", roles.PASSWORD, group="g"),
    GroupMemberFact("g", "tom"),
    ALGEBRA,
    SCHOOL,
    TOM,
    NORA,
    GroupFact("g", "Lincoln managers", is_role_assignable=True),
]


@pytest.fixture
def tenant(riverside):
    with riverside.scope():
        yield riverside


@pytest.fixture
def source(tenant):
    return make_source()


def person(login):
    return User.objects.get(user_principal_name=f"{login}@riverside.example")


def test_everything_is_written_whatever_comes_first(source):
    run = run_of(source, FACTS)
    assert run.state == RunState.DONE
    nora, algebra = person("nora"), AdministrativeUnit.objects.get(name="Algebra")
    assert algebra.parent.name == "Lincoln" and algebra.path == f"{algebra.parent.path}{algebra.pk.hex}/"
    assert (nora.sort_name, nora.job_title, nora.source, nora.source_id) == (
        "nora field",
        "Student",
        "sis",
        "nora",
    )
    assert not nora.has_usable_password() and nora.is_active and nora.authority == "local"
    assert list(User.objects.search("200")) == [nora]
    assert UnitMembership.objects.get().user == nora
    assert {(held.unit.name, str(held.user or held.group)) for held in RoleAssignment.objects.all()} == {
        ("Algebra", "Tom Baker"),
        ("Lincoln", "Lincoln managers"),
    }
    assert Group.objects.get().members.get() == person("tom")


def test_the_second_time_nothing_changes(source):
    run_of(source, FACTS)
    before = state()
    run = run_of(source, FACTS)
    assert changed(run) == {} and state() == before


def test_what_changed_is_told_in_words(source):
    run = run_of(source, FACTS)
    assert changed(run) == {
        "locations added": 2,
        "groups added": 1,
        "people added": 2,
        "memberships added": 1,
        "group members added": 1,
        "role assignments added": 2,
    }
    assert said(run, "people added") == [
        "Nora Field (nora@riverside.example)",
        "Tom Baker (tom@riverside.example)",
    ]
    assert said(run, "memberships added") == ["Nora Field (nora@riverside.example) → Algebra"]
    assert said(run, "role assignments added") == [
        "Lincoln managers: Password Administrator, Lincoln",
        "Tom Baker (tom@riverside.example): Password Administrator, Algebra",
    ]
