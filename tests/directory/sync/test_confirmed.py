"""What somebody has confirmed is done, and nothing that only counts the same."""

from dataclasses import replace

import pytest

from directory import roles
from directory.models import RunState, UnitMembership, User
from directory.sync.facts import GrantFact, UnitFact, UnitMemberFact
from tests.directory.sync.states import fact, make_source, run_of

UNIT = UnitFact("c", "Algebra", "class")
ALL = range(40)


def class_of(*numbers):
    return [UNIT, *(one for n in numbers for one in (fact(f"p{n}"), UnitMemberFact("c", f"p{n}")))]


@pytest.fixture
def source(riverside):
    with riverside.scope():
        source = make_source()
        run_of(source, class_of(*ALL))
        yield source


def active():
    return set(User.objects.filter(is_active=True).values_list("source_id", flat=True))


def test_others_than_those_shown_are_not_disabled(source):
    seen = run_of(source, class_of(*range(20)))
    other = run_of(source, class_of(*range(20, 40)), confirms=seen)
    assert other.state == RunState.BRAKED and len(active()) == 40
    assert other.warnings == ["This is not what was confirmed. Look at it again."]
    assert run_of(source, class_of(*range(20, 40)), confirms=other).state == RunState.DONE
    assert active() == {f"p{n}" for n in range(20, 40)}


@pytest.mark.parametrize("left", [19, 21])
def test_neither_more_nor_fewer(source, left):
    seen = run_of(source, class_of(*range(20)))
    assert run_of(source, class_of(*range(left)), confirms=seen).state == RunState.BRAKED
    assert run_of(source, class_of(*range(20)), confirms=seen).state == RunState.DONE


def test_who_comes_new_meanwhile_changes_nothing_about_it(source):
    seen = run_of(source, class_of(*range(20)))
    done = run_of(source, class_of(*range(20), 99), confirms=seen)
    assert done.state == RunState.DONE and "p99" in active() and not done.warnings


def test_what_is_confirmed_of_a_dry_run_too(source):
    dry = run_of(source, class_of(*range(20)), is_dry=True)
    assert dry.state == RunState.BRAKED and len(active()) == 40
    assert run_of(source, class_of(*range(1, 21)), confirms=dry).state == RunState.BRAKED
    assert run_of(source, class_of(*range(20)), confirms=dry).state == RunState.DONE


def test_what_the_brake_would_let_pass_needs_no_same(source):
    dry = run_of(source, class_of(*range(39)), is_dry=True)
    assert run_of(source, class_of(*range(38)), confirms=dry).state == RunState.DONE


def names(turn):
    people = [fact(f"p{n}") for n in ALL]
    named = [people[(n + turn) % len(people)].user_principal_name for n in ALL]
    return [replace(one, user_principal_name=name) for one, name in zip(people, named, strict=True)]


def test_other_names_for_the_same_people_are_not_the_same(source):
    facts = [one for one in class_of(*ALL) if not hasattr(one, "user_principal_name")]
    seen = run_of(source, [*facts, *names(1)])
    assert seen.state == RunState.BRAKED
    assert run_of(source, [*facts, *names(2)], confirms=seen).state == RunState.BRAKED
    assert run_of(source, [*facts, *names(1)], confirms=seen).state == RunState.DONE


def test_other_members_and_roles_are_not_the_same(source):
    grants = [GrantFact("c", roles.PASSWORD, f"p{n}") for n in ALL]
    run_of(source, [*class_of(*ALL), *grants])
    people = [one for one in class_of(*ALL) if not isinstance(one, UnitMemberFact)]
    members = [one for one in class_of(*ALL) if isinstance(one, UnitMemberFact)]
    for what in (members, grants):
        rest = [*people, *(grants if what is members else members)]
        seen = run_of(source, [*rest, *what[:20]])
        assert seen.state == RunState.BRAKED
        assert run_of(source, [*rest, *what[20:]], confirms=seen).state == RunState.BRAKED
        assert run_of(source, [*rest, *what[:20]], confirms=seen).state == RunState.DONE
        run_of(source, [*class_of(*ALL), *grants])
    assert UnitMembership.objects.count() == 40


def test_more_of_it_on_balance_is_not_the_same(source):
    """The same memberships go, and those that were to come in their place do not come."""
    biology = [UnitFact("b", "Biology", "class"), *(UnitMemberFact("b", f"p{n}") for n in range(10))]
    people = [one for one in class_of(*ALL) if not isinstance(one, UnitMemberFact)]
    seen = run_of(source, [*people, *biology])
    assert seen.state == RunState.BRAKED
    assert run_of(source, people, confirms=seen).state == RunState.BRAKED
