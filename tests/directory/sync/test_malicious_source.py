"""A source that somebody else writes: it gets no further than its own people and roles over locations."""

import pytest
from django.utils import timezone

from directory import granting, roles
from directory.models import (
    ConnectedDirectory,
    Group,
    GroupMember,
    Invitation,
    RoleAssignment,
    RunState,
    User,
)
from directory.sync import runs
from directory.sync.facts import GrantFact, GroupFact, GroupMemberFact, UnitFact, UnitMemberFact
from directory.sync.findings import RosterError
from tests.conftest import assign, make_person
from tests.directory.sync.states import changed, fact, make_source, run_of, said, state

TOM = fact("tom", "Tom Baker")
MANAGERS = GroupFact("g", "Managers", is_role_assignable=True)


@pytest.fixture
def source(riverside):
    with riverside.scope():
        yield make_source()


@pytest.fixture
def ada(source):
    person = make_person("admin@riverside.example", "Ada Rivers")
    assign(person, roles.GLOBAL)
    return person


@pytest.mark.parametrize("sign", ["\u200b", "\u202e", "\u00ad", "\u2066"])
def test_no_user_name_looks_like_another_by_signs_that_nobody_sees(source, sign):
    with pytest.raises(RosterError, match="The user name holds a character that nobody sees"):
        run_of(source, [TOM, fact("eve", upn=f"to{sign}m@riverside.example")])
    assert not User.objects.exists()


@pytest.mark.parametrize("role", sorted(set(roles.EVERY_ROLE) - roles.UNIT_SCOPABLE) + [roles.OPERATOR, "x"])
def test_it_gives_no_role_that_is_not_held_over_a_location(source, role):
    with pytest.raises(RosterError, match="cannot give the role"):
        run_of(source, [TOM, UnitFact("u", "U"), GrantFact("u", role, "tom")])
    assert not RoleAssignment.objects.exists() and not User.objects.exists()


def test_it_gives_no_role_over_everything(source):
    with pytest.raises(RosterError, match="A role needs a location"):
        run_of(source, [TOM, GrantFact("", roles.PASSWORD, "tom")])


def test_it_cannot_become_an_administrator_who_was_made_by_hand(source, ada):
    """By the same name, the same number, the same key: the row stays, with its password and its roles."""
    before = User.objects.values().get(pk=ada.pk)
    User.objects.filter(pk=ada.pk).update(source_id="tom", employee_id="E1")
    same = fact("tom", "Ada Rivers", upn=ada.user_principal_name, employee_id="E1")
    run = run_of(source, [same, UnitFact("u", "U"), GrantFact("u", roles.PASSWORD, "tom")])
    assert changed(run) == {"locations added": 1} and "held back" in run.warnings[0]
    after = User.objects.values().get(pk=ada.pk)
    assert after | {"source_id": "", "employee_id": ""} == before


def test_it_cannot_rename_its_people_to_those_of_others(source, ada):
    run_of(source, [TOM])
    run_of(source, [fact("tom", "Tom Baker", upn="ADMIN@riverside.example ")])
    assert User.objects.get(source_id="tom").user_principal_name == "tom@riverside.example"


def test_it_reaches_no_person_location_or_group_of_another_source(source):
    other = make_source("other")
    theirs = [fact("lee"), UnitFact("u", "Theirs"), GroupFact("g", "Their group", True)]
    run_of(other, [*theirs, UnitMemberFact("u", "lee"), GroupMemberFact("g", "lee")])
    before = state()
    for bad in (
        UnitMemberFact("u", "tom"),
        GroupMemberFact("g", "tom"),
        GrantFact("u", roles.PASSWORD, "tom"),
    ):
        with pytest.raises(RosterError):
            run_of(source, [TOM, bad])
    for bad in (UnitMemberFact("mine", "lee"), GrantFact("mine", roles.PASSWORD, "lee")):
        with pytest.raises(RosterError, match="nobody with the key"):
            run_of(source, [UnitFact("mine", "Mine"), bad])
    assert state() == before
    run_of(source, [])
    assert state() == before


def test_it_puts_nobody_into_a_group_that_holds_power_over_everything(source, ada):
    """However the role came there: by an older version, or at a shell."""
    run_of(source, [MANAGERS, TOM])
    group = Group.objects.get()
    assign(group, roles.GLOBAL)
    run = run_of(source, [MANAGERS, TOM, GroupMemberFact("g", "tom")])
    assert not GroupMember.objects.exists() and "nobody is put into it" in run.warnings[0]
    assert granting.refusal_to_give(ada, roles.HELPDESK, group, is_tenant_wide=True)


def test_it_makes_no_plain_group_one_that_holds_roles(source):
    run_of(source, [GroupFact("g", "Managers"), TOM, GroupMemberFact("g", "tom")])
    run_of(source, [MANAGERS, TOM, UnitFact("u", "U"), GrantFact("u", roles.PASSWORD, group="g")])
    assert not Group.objects.get().is_role_assignable and not RoleAssignment.objects.exists()


def test_it_does_not_disable_the_last_global_administrator(source):
    run_of(source, [TOM], password_hash="x")
    assign(User.objects.get(), roles.GLOBAL)
    with pytest.raises(RosterError, match="This is the last Global Administrator"):
        run_of(source, [])
    assert User.objects.get().is_active and source.runs.first().state == RunState.FAILED


def test_it_does_not_enable_whom_a_person_has_disabled(source):
    run_of(source, [TOM])
    User.objects.update(is_active=False)
    for says in ([], [TOM], [fact("tom", "Tom Baker", is_active=False)], [TOM]):
        run_of(source, says)
        assert not User.objects.get().is_active


def test_what_it_says_cannot_leave_its_column_or_its_line(source):
    evil = "x\\.\\nN'); DROP TABLE directory_user; --%(source)s{}"
    run_of(source, [fact("e", evil, department=evil), UnitFact(evil, evil), UnitMemberFact(evil, "e")])
    person = User.objects.get()
    assert (person.display_name, person.department) == (evil, evil)
    assert person.unit_memberships.get().unit.name == evil


def test_it_puts_nobody_into_a_group_that_gets_such_power_while_it_runs(source, monkeypatch):
    """Between comparing and writing somebody else gives the role."""
    run_of(source, [MANAGERS, TOM])
    before = runs._Running._write

    def write(running, *args):
        assign(Group.objects.get(), roles.GLOBAL)
        before(running, *args)

    monkeypatch.setattr(runs._Running, "_write", write)
    run_of(source, [MANAGERS, TOM, GroupMemberFact("g", "tom")])
    assert not GroupMember.objects.exists()


def swapped():
    """An administrator and a pupil, each by the other's user name; their names and ids are as they were."""
    return [fact("tom", "Tom Baker", upn="pip@riverside.example"), fact("pip", upn="x@riverside.example")]


@pytest.fixture
def tom(source, ada):
    """He holds a role, and his password lives in a directory, where it is found by his user name."""
    source.authority = ConnectedDirectory.objects.create(
        key="ad", name="AD", kind="ad", checks_passwords=True
    )
    source.save()
    run_of(source, [TOM, fact("pip")])
    tom = User.objects.get(source_id="tom")
    assign(tom, roles.GLOBAL)
    return tom


def test_nobody_signs_in_to_an_account_with_power_because_it_is_called_like_theirs(source, tom):
    """Passwords live in a directory, where people are found by user name."""
    run = run_of(source, swapped())
    tom.refresh_from_db()
    assert tom.user_principal_name == "tom@riverside.example"
    assert "would be “pip@riverside.example” holds a role and keeps the old name" in run.warnings[0]
    RoleAssignment.objects.filter(user=tom).delete()
    run_of(source, swapped())
    tom.refresh_from_db()
    assert tom.user_principal_name == "pip@riverside.example"


MARRIED = [fact("tom", "Tom Mill", upn="mill@riverside.example"), fact("pip")]


def test_a_person_may_say_that_who_holds_a_role_is_called_otherwise(source, tom):
    dry = run_of(source, MARRIED, is_dry=True)
    assert said(dry, "user names held back") == ["Tom Baker (tom@riverside.example) → mill@riverside.example"]
    assert "until a dry run that says so is confirmed" in dry.warnings[0]
    done = run_of(source, MARRIED, confirms=dry, changes_held=True)
    tom.refresh_from_db()
    assert (tom.user_principal_name, done.warnings) == ("mill@riverside.example", [])


def test_who_is_a_guest_elsewhere_may_hold_one_there(source, tom, lakeshore):
    RoleAssignment.objects.filter(user=tom).delete()
    Invitation.objects.create(user=tom, host=lakeshore, guest_id=tom.pk, accepted_at=timezone.now())
    run_of(source, MARRIED)
    tom.refresh_from_db()
    assert tom.user_principal_name == "tom@riverside.example"


def test_who_gets_a_role_while_it_runs_keeps_the_name(source, tom, monkeypatch):
    RoleAssignment.objects.filter(user=tom).delete()
    before = runs._Running._write

    def write(running, *args):
        assign(tom, roles.HELPDESK)
        before(running, *args)

    monkeypatch.setattr(runs._Running, "_write", write)
    with pytest.raises(RosterError, match="at this moment"):
        run_of(source, MARRIED)
    tom.refresh_from_db()
    assert tom.user_principal_name == "tom@riverside.example"


def test_a_word_about_other_things_is_none_about_it(source, tom):
    """Whoever confirms what the brake has stopped has not said so."""
    dry = run_of(source, MARRIED, is_dry=True)
    for how in ({"confirms": dry}, {"changes_held": True}):
        run_of(source, MARRIED, **how)
        tom.refresh_from_db()
        assert tom.user_principal_name == "tom@riverside.example"


def test_nor_one_about_another_name(source, tom):
    dry = run_of(source, MARRIED, is_dry=True)
    other = [fact("tom", "Tom Mill", upn="pip@riverside.example"), fact("pip", upn="x@riverside.example")]
    run = run_of(source, other, confirms=dry, changes_held=True)
    tom.refresh_from_db()
    assert (run.state, tom.user_principal_name) == (RunState.BRAKED, "tom@riverside.example")
    assert "This is not what was confirmed. Look at it again." in run.warnings


def test_through_a_group_too(source, ada):
    source.authority = ConnectedDirectory.objects.create(
        key="ad", name="AD", kind="ad", checks_passwords=True
    )
    source.save()
    run_of(source, [TOM, MANAGERS, fact("pip")])
    group, tom = (
        Group.objects.create(name="Board", is_role_assignable=True),
        User.objects.get(source_id="tom"),
    )
    GroupMember.objects.create(group=group, user=tom)
    assign(group, roles.HELPDESK)
    run_of(source, [*swapped(), MANAGERS])
    tom.refresh_from_db()
    assert tom.user_principal_name == "tom@riverside.example"
