"""Whole runs: what Microsoft and Google tell ends up here, and a password goes back to where it came from."""

import pytest

from directory import actions, roles
from directory.door import Initiator
from directory.models import (
    AdministrativeUnit,
    Group,
    RoleAssignment,
    Run,
    RunState,
    Source,
    UnitMembership,
    User,
)
from directory.sync import runs
from tests.cloud.servers import Says
from tests.cloud.test_google_source import READS, unit
from tests.directory.sync.states import changed, state

DOMAIN = "riverside.example"
NEW = "Maple-Bridge-93"


def run_of(source) -> Run:
    """A run as a worker does it."""
    run = Run.objects.create(source=source)
    source.refresh_from_db()
    runs.execute(run)
    run.refresh_from_db()
    return run


@pytest.fixture
def source(graph, entra) -> Source:
    """A school of twelve at Entra ID: two units, and a group of five."""
    for n in range(12):
        graph.users.put(
            f"u{n}", userPrincipalName=f"p{n}@{DOMAIN}", displayName=f"Person {n}", accountEnabled=True
        )
    for rows, key, name, people in (
        (graph.units, "a1", "North", range(6)),
        (graph.units, "a2", "South", range(6, 12)),
        (graph.groups, "g1", "AU-Robotics", range(5)),
    ):
        rows.put(key, displayName=name)
        for n in people:
            rows.member(key, f"u{n}")
    return Source.objects.create(
        key="entra-people", name="Entra ID", kind="entra", directory=entra, authority=entra
    )


def test_what_entra_tells_is_here_and_the_second_time_nothing_changes(source):
    run = run_of(source)
    assert (run.state, run.problems) == (RunState.DONE, [])
    assert changed(run) == {
        "locations added": 2,
        "groups added": 1,
        "people added": 12,
        "memberships added": 12,
        "group members added": 5,
    }
    before = state()
    second = run_of(source)
    assert (second.state, changed(second)) == (RunState.DONE, {})
    assert state() == before


def test_changes_come_as_changes(source, graph):
    run_of(source)
    asked = len(graph.asked)
    graph.users.remove("u1")
    graph.units.member("a1", "u2", present=False)
    graph.units.member("a2", "u2")
    graph.users.put("u12", userPrincipalName=f"p12@{DOMAIN}", displayName="New", accountEnabled=False)
    graph.groups.member("g1", "u12")
    run = run_of(source)
    assert run.state == RunState.DONE
    assert len(graph.asked) - asked < 8
    assert not User.objects.get(source_id="u1").is_active
    assert UnitMembership.objects.get(user__source_id="u2").unit.name == "South"
    assert Group.objects.get().members.filter(source_id="u12").exists()
    assert changed(run_of(source)) == {}


def test_a_lost_place_is_read_from_the_beginning_and_changes_nothing(source, graph):
    run_of(source)
    before = state()
    graph.lost = True
    run = run_of(source)
    assert (run.state, changed(run)) == (RunState.DONE, {})
    assert "everything is read again" in run.warnings[0]
    assert state() == before


@pytest.mark.parametrize("answers", range(1, 7))
def test_what_breaks_half_way_writes_nothing_and_the_next_run_is_whole(source, graph, answers):
    before = state()
    graph.script = [None] * answers + [Says(500, b"oops")]
    run = run_of(source)
    assert run.state == RunState.FAILED and "could not be read" in run.problems[0]
    assert state() == before
    source.refresh_from_db()
    assert source.cursor == ""
    assert run_of(source).state == RunState.DONE
    assert User.objects.filter(source=source.key).count() == 12


def test_a_group_becomes_a_location_with_its_managers(source, graph):
    source.groups, source.unit_prefix, source.managers_groups = "AU-*", "Club ", "guarded"
    source.save()
    graph.groups.put("g2", displayName="AU-Robotics password managers", isAssignableToRole=True)
    graph.groups.member("g2", "u11")
    graph.groups.put("g0", displayName="AU-Robotics password managers", groupTypes=["Unified"])
    graph.groups.member("g0", "u3")  # a pupil, who made it
    run = run_of(source)
    assert run.state == RunState.DONE
    club = AdministrativeUnit.objects.get(name="Club AU-Robotics")
    assert UnitMembership.objects.filter(unit=club).count() == 5
    held = RoleAssignment.objects.get(unit=club)
    assert held.role == roles.PASSWORD and held.group.members.get().source_id == "u11"
    graph.groups.member("g1", "u7")
    assert changed(run_of(source)) == {"memberships added": 1, "group members added": 1}


def test_who_came_from_entra_gets_their_password_back_there(source, graph, district):
    run_of(source)
    pupil = User.objects.get(source_id="u3")
    assert pupil.authority == "entra"
    actions.reset_password(pupil, NEW, by=Initiator(district.admin))
    assert graph.passwords["u3"]["password"] == NEW
    assert not any("%40" in deed for deed in graph.deeds())


def test_what_google_tells_is_here_and_the_second_time_nothing_changes(google, at_google):
    google.granted |= READS
    google.users.clear()
    unit(google, "/North")
    unit(google, "/North/Staff")
    for n in range(5):
        path = "/North/Staff" if n else "/"
        row = {"id": f"{n}", "primaryEmail": f"p{n}@{DOMAIN}", "name": {"fullName": f"Person {n}"}}
        google.users[f"{n}"] = row | {"suspended": n == 4, "orgUnitPath": path}
    google.groups["g"] = {"id": "g", "name": "Choir", "email": f"choir@{DOMAIN}"}
    google.members["g"] = [{"id": "1", "type": "USER"}, {"id": "4711", "type": "USER"}]
    source = Source.objects.create(key="workspace", name="Google", kind="google", directory=at_google)
    run = run_of(source)
    assert (run.state, run.problems) == (RunState.DONE, [])
    staff = AdministrativeUnit.objects.get(name="Staff", source="workspace")
    assert staff.parent.name == "North" and UnitMembership.objects.filter(unit=staff).count() == 4
    assert [one.source_id for one in Group.objects.get(name="Choir").members.all()] == ["1"]
    assert not User.objects.get(source_id="4").is_active
    assert changed(run_of(source)) == {}
