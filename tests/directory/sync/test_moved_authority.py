"""A source whose people's passwords live elsewhere from now on: nobody is locked out by that unasked."""

import pytest
from django.contrib.auth.hashers import make_password

from directory import administrators, roles
from directory.models import ConnectedDirectory, RoleAssignment, RunState, Source, User
from directory.sync import runs
from directory.sync.findings import RosterError
from tests.conftest import assign, make_person
from tests.directory.sync.states import changed, fact, make_source, run_of, said

PASSWORD = "Copper-Lantern-47"
PEOPLE = [fact(f"p{n}", line=n + 2, file="users.csv") for n in range(8)]


@pytest.fixture
def source(riverside):
    with riverside.scope():
        source = make_source()
        run_of(source, PEOPLE, password_hash=make_password(PASSWORD))
        yield source


def move(source: Source, key: str = "ad") -> Source:
    directory, _made = ConnectedDirectory.objects.get_or_create(
        key=key, defaults={"name": f"District {key.upper()}", "kind": "ad"}
    )
    Source.objects.filter(pk=source.pk).update(authority=directory)
    source.refresh_from_db()
    return source


def person(key: str) -> User:
    return User.objects.get(source_id=key)


def test_people_whose_authority_changes_need_a_word(source):
    run = run_of(move(source), PEOPLE)
    assert run.state == RunState.BRAKED and person("p0").check_password(PASSWORD)
    assert run.counts["passwords that move"] == 8
    moves = "P0 Stone (p0@riverside.example): kept here → “District AD”"
    assert said(run, "passwords that move")[0] == moves
    told = "p0@riverside.example; password kept: here → “District AD”"
    assert said(run, "people changed")[0] == told
    done = run_of(source, PEOPLE, confirms=run)
    assert done.state == RunState.DONE and not person("p0").has_usable_password()
    again = run_of(move(source, "other"), PEOPLE)
    assert again.state == RunState.BRAKED and person("p0").authority == "ad"
    assert said(again, "passwords that move")[0].endswith(": kept “District AD” → “District OTHER”")


def test_a_dry_run_tells_it(source):
    run = run_of(move(source), PEOPLE[:3], is_dry=True)
    assert run.counts["passwords that move"] == 3 and person("p0").authority == "local"


def test_the_last_administrator_with_a_password_here_keeps_it(source):
    assign(person("p0"), roles.GLOBAL)
    run = run_of(move(source), PEOPLE, brakes=False)
    assert changed(run) == {"people changed": 7, "passwords that move": 7}
    assert run.warnings == [
        "users.csv:2: The password of “p0@riverside.example” stays here: no other Global Administrator "
        "would have one here."
    ]
    assert (person("p0").authority, person("p1").authority) == ("local", "ad")
    assert person("p0").check_password(PASSWORD)
    assert changed(run_of(source, PEOPLE)) == {}
    other = make_person("ada@riverside.example", "Ada Rivers")
    assign(other, roles.GLOBAL)
    stopped = run_of(source, PEOPLE)
    assert stopped.state == RunState.BRAKED and person("p0").authority == "local"
    run_of(source, PEOPLE, confirms=stopped)
    assert person("p0").authority == "ad"


@pytest.mark.parametrize(("role", "stopped"), [(None, False), (roles.HELPDESK, True)])
def test_one_password_that_power_hangs_on_needs_a_word(source, role, stopped):
    """Whoever has the user name over there gets in as them."""
    run_of(source, PEOPLE[:3], brakes=False)
    if role:
        assign(person("p1"), role)
    run = run_of(move(source), PEOPLE[:3])
    assert run.state == (RunState.BRAKED if stopped else RunState.DONE)
    told = said(run, "passwords that move")
    assert [line for line in told if "holds a role" in line] == [
        "P1 Stone (p1@riverside.example): kept here → “District AD”; holds a role"
    ] * stopped


def test_of_several_of_the_same_source_none_loses_it(source):
    for key in ("p0", "p1"):
        assign(person(key), roles.GLOBAL)
    run_of(move(source), PEOPLE, brakes=False)
    assert {person(key).authority for key in ("p0", "p1")} == {"local"}


@pytest.mark.parametrize("other", [{"is_active": False}, {"password": "!none"}, {"authority": "ad"}])
def test_one_who_cannot_sign_in_here_is_no_other(source, other):
    assign(person("p0"), roles.GLOBAL)
    assign(make_person("ada@riverside.example", "Ada Rivers", **other), roles.GLOBAL)
    run_of(move(source), PEOPLE, brakes=False)
    assert person("p0").check_password(PASSWORD)


def test_the_other_one_may_go_at_the_same_moment(source, monkeypatch):
    """Between comparing and writing somebody else is no Global Administrator any more."""
    assign(person("p0"), roles.GLOBAL)
    ada = make_person("ada@riverside.example", "Ada Rivers", authority="local")
    assign(ada, roles.GLOBAL)
    bob = make_person("bob@riverside.example", "Bob Rivers", authority="ad")
    assign(bob, roles.GLOBAL)
    before = runs._Running._write

    def write(running, *args):
        RoleAssignment.objects.filter(user=ada).delete()
        before(running, *args)

    monkeypatch.setattr(runs._Running, "_write", write)
    with pytest.raises(RosterError, match="last Global Administrator whose password is kept here"):
        run_of(move(source), PEOPLE, brakes=False)
    assert person("p0").check_password(PASSWORD) and administrators.lasting()
