"""Giving and taking roles brings a Privileged Role Administrator nothing: shown on the oracle.

Whoever gives roles could reset somebody's password first and make them an administrator afterwards, or take
away first what protects somebody. So for every actor with that role, and every deed of granting.py that they
may do: those as whom they can sign in already reach nobody afterwards whom they did not reach before.
"""

from collections import Counter
from dataclasses import replace

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from directory import granting, roles
from directory.models import Group as GroupRow
from directory.models import RoleAssignment, User
from tests.directory import oracle
from tests.directory.oracle import Assignment, Directory
from tests.directory.oracle_directories import HELPERS, HELPERS_OF_UNITS, OTHERS, directories
from tests.directory.oracle_rows import key, write

EXAMPLES = 400
PATIENT = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


def reach(directory: Directory, identities: set[int]) -> set[int]:
    """Whom these reach by any deed, now or when later roles of theirs begin."""
    found = set(identities)
    for one in identities:
        found |= {person for _deed, person in oracle.power(oracle.in_time(directory, one), one)}
    return found


def row(assignment: Assignment):
    """The principal's row."""
    if assignment.group is not None:
        return GroupRow.objects.get(pk=key("group", assignment.group))
    return User.objects.get(pk=key("person", assignment.person))


def gifts(draw, directory: Directory) -> Assignment:
    """A role to give to somebody, or to a group."""
    whom = [{"person": n} for n in range(len(directory.people))]
    whom += [{"group": n} for n, group in enumerate(directory.groups) if group.role_assignable]
    unit = draw(st.sampled_from([None, *range(len(directory.units))]))
    role = draw(st.sampled_from(HELPERS + OTHERS if unit is None else HELPERS_OF_UNITS))
    return Assignment(role, unit, **draw(st.sampled_from(whom)))


def memberships(directory: Directory):
    """Every change of one member of a role-assignable group: (giving, group, person, directory after)."""
    for number, group in enumerate(directory.groups):
        for person in range(len(directory.people)) if group.role_assignable else ():
            members = group.members ^ {person}
            groups = [replace(g, members=members) if g is group else g for g in directory.groups]
            yield person in members, number, person, replace(directory, groups=groups)


def without(directory: Directory, gone: Assignment) -> Directory:
    return replace(directory, assignments=[one for one in directory.assignments if one is not gone])


def allowed(directory: Directory, actor: User, gift: Assignment):
    """What the actor may do of all that is tried: (what, directory after)."""
    if granting.refusal_to_give(actor, gift.role, row(gift)) is None:
        yield "give", replace(directory, assignments=[*directory.assignments, gift])
    for held in directory.assignments:
        if granting.refusal_to_take(actor, held.role, row(held)) is None:
            yield "take", without(directory, held)
    for giving, group, person, after in memberships(directory):
        rows = (GroupRow.objects.get(pk=key("group", group)), User.objects.get(pk=key("person", person)))
        if granting.refusal_in_group(actor, *rows, giving=giving) is None:
            yield "in" if giving else "out", after


@pytest.mark.slow
def test_no_gift_comes_back(riverside, lakeshore):
    seen: Counter = Counter()

    @seed(7)
    @PATIENT
    @given(st.data())
    def check(data):
        drawn = data.draw(directories())
        number = data.draw(st.integers(0, len(drawn.people) - 1))
        mine = Assignment(roles.PRIVILEGED_ROLE, None, person=number)
        directory = replace(drawn, assignments=[*drawn.assignments, mine])
        with transaction.atomic():
            actor = write(directory, lakeshore)[number]
            if not actor.holds(roles.GLOBAL):
                hold(directory, number, actor, gifts(data.draw, directory), seen)
            transaction.set_rollback(True)

    with riverside.scope():
        check()
    assert min(seen[what] for what in ("give", "take", "in", "out")) > EXAMPLES / 40, seen
    assert seen["helper"] > EXAMPLES / 10, seen


def hold(directory: Directory, number: int, actor: User, gift: Assignment, seen: Counter) -> None:
    """Hold everything that this actor may do against what they could do before."""
    mine = oracle.in_time(directory, number)
    identities = oracle.taken_over(mine, number)
    seen["helper"] += len(identities) > 1
    before = reach(mine, identities)
    for what, after in allowed(directory, actor, gift):
        gained = reach(after, identities) - before
        assert not gained, (what, number, gained, gift, directory)
        seen[what] += 1


def test_it_would_notice(riverside, lakeshore, monkeypatch):
    """The control: with the rule about people whom another role covers left out, somebody gains."""
    monkeypatch.setattr(granting, "_covered_by", lambda actor: granting.permissions.NOBODY)
    people = [oracle.Person(), oracle.Person(frozenset({0})), oracle.Person()]
    held = [
        Assignment(roles.PRIVILEGED_ROLE, None, person=0),
        Assignment(roles.HELPDESK, 0, person=0),
    ]
    directory = Directory([oracle.Unit()], people, [], held)
    gift = Assignment(roles.USER, None, person=1)
    with riverside.scope():
        actor = write(directory, lakeshore)[0]
        with pytest.raises(AssertionError):
            hold(directory, 0, actor, gift, Counter())
        assert RoleAssignment.objects.count() == 2
