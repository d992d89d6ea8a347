"""The trail of a run: what gives or takes power, or leads elsewhere, is an entry of its own."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Entry
from audit.verification import Verification
from directory import roles
from directory.models import ConnectedDirectory, Group, GroupMember, Source, User
from directory.sync import runs
from directory.sync.facts import GrantFact, GroupFact, GroupMemberFact, UnitFact
from tests.conftest import assign
from tests.directory.sync.states import fact, make_source, run_of

TOM, NORA = fact("tom", "Tom Baker", employee_id="1"), fact("nora", "Nora Field", employee_id="2")
MANAGERS, CLUB = GroupFact("g", "Managers", is_role_assignable=True), GroupFact("k", "Club")
SCHOOL = UnitFact("s", "Lincoln", "school")
POWER = GrantFact("s", roles.PASSWORD, group="g")
IN = GroupMemberFact("g", "tom")
ALL = [TOM, NORA, MANAGERS, CLUB, SCHOOL, POWER, IN, GroupMemberFact("k", "nora")]


@pytest.fixture
def source(riverside):
    with riverside.scope():
        yield make_source()


def told(run) -> list[tuple]:
    """Of the entries of a run, but for the run's own: what, whom, and what was before and after."""
    found = Entry.objects.filter(correlation_id=run.pk).exclude(activity="Import roster")
    return sorted(
        (
            one.activity,
            one.target_principal_name or one.target_name,
            *((p["name"], p["oldValue"], p["newValue"]) for p in one.modified_properties),
        )
        for one in found
    )


def without(*gone):
    return [one for one in ALL if one not in gone]


def test_a_changed_user_name(source):
    run_of(source, ALL)
    run = run_of(source, [*without(NORA), replace(NORA, user_principal_name="field@riverside.example")])
    old, new = "nora@riverside.example", "field@riverside.example"
    assert told(run) == [("Update user", old, ("userPrincipalName", old, new))]
    entry = Entry.objects.get(correlation_id=run.pk, activity="Update user")
    assert (entry.category, entry.actor_name, entry.target_name) == ("UserManagement", "sis", "Nora Field")
    assert entry.target_id == User.objects.get(source_id="nora").pk


def test_another_id(source):
    run_of(source, [NORA])
    run = run_of(source, [replace(NORA, key="9")])
    assert told(run) == [("Update user", "nora@riverside.example", ("SourceAnchor", "nora", "9"))]


def test_a_password_that_moves(source):
    run_of(source, [NORA])
    source.authority = ConnectedDirectory.objects.create(key="ad", name="AD", kind="ad")
    source.save()
    run = run_of(source, [replace(NORA, user_principal_name="field@riverside.example")])
    changes = ("userPrincipalName", NORA.user_principal_name, "field@riverside.example"), (
        "Authority", "local", "ad",
    )  # fmt: skip
    assert told(run) == [("Update user", NORA.user_principal_name, *changes)]


def test_other_changes_are_counted_only(source):
    run_of(source, [NORA])
    assert told(run_of(source, [replace(NORA, surname="Meadow", department="Lincoln")])) == []


def test_power_by_a_group(source):
    run = run_of(source, ALL)
    join = ("Add member to group", TOM.user_principal_name, ("Group.DisplayName", None, "Managers"))
    assert [one[:2] for one in told(run)] == [join[:2], ("Add scoped member to role", "Managers")]
    assert told(run)[0] == join
    run = run_of(source, without(IN))
    leave = ("Remove member from group", TOM.user_principal_name, ("Group.DisplayName", "Managers", None))
    assert told(run) == [leave]
    assert told(run_of(source, ALL)) == [join]
    run = run_of(source, without(TOM, IN))
    assert told(run) == [("Disable account", TOM.user_principal_name, ("accountEnabled", True, False)), leave]


def test_a_role_of_a_group_that_a_person_gave(source):
    run_of(source, without(POWER))
    group, tom = Group.objects.get(name="Managers"), User.objects.get(source_id="tom")
    assert told(run_of(source, without(POWER, IN))) == []
    assign(group, roles.HELPDESK, starts_at=timezone.now() + timedelta(days=1))
    GroupMember.objects.create(group=group, user=tom, source=source.key)
    run = run_of(source, without(POWER, IN))
    assert [one[0] for one in told(run)] == ["Remove member from group"]


def test_nobody_is_told_to_be_where_a_source_puts_nobody(source):
    run_of(source, without(POWER, IN))
    assign(Group.objects.get(name="Managers"), roles.GLOBAL)
    assert told(run_of(source, without(POWER))) == []


def test_a_role_that_goes_with_its_person(source):
    run_of(source, ALL)
    tom = User.objects.get(source_id="tom")
    assign(tom, roles.GLOBAL_READER)
    board = Group.objects.create(name="Board", is_role_assignable=True)
    GroupMember.objects.create(group=board, user=tom)
    assign(board, roles.HELPDESK)
    run_of(source, without(TOM, IN))
    User.objects.filter(pk=tom.pk).update(vanished_at=timezone.now() - timedelta(days=9))
    Source.objects.update(remove_after_days=1)
    source.refresh_from_db()
    run = run_of(source, without(TOM, IN))
    assert told(run) == [
        ("Delete user", TOM.user_principal_name),
        ("Remove member from group", TOM.user_principal_name, ("Group.DisplayName", "Board", None)),
        (
            "Remove member from role",
            TOM.user_principal_name,
            ("Role.DisplayName", roles.GLOBAL_READER, None),
        ),
    ]


def test_what_somebody_else_did_meanwhile_is_not_told_as_the_sources(source, monkeypatch):
    run_of(source, ALL)
    before = runs._Running._write

    def write(running, *args):
        User.objects.filter(source_id="nora").update(is_active=False)
        before(running, *args)

    monkeypatch.setattr(runs._Running, "_write", write)
    assert told(run_of(source, without(NORA, ALL[-1]))) == []


def test_the_chain_holds_with_all_of_them(source):
    run_of(source, ALL)
    run_of(source, [*without(NORA), replace(NORA, user_principal_name="field@riverside.example")])
    run_of(source, without(IN))
    assert not list(Verification().findings()) and Entry.objects.count() > 5
