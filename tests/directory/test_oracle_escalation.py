"""No sequence of allowed deeds gives anybody new power: shown on the oracle, which the product equals.

Who resets a password can sign in as that person, and who sets a phone can have a code sent to it; so whoever
reaches P gains all that P may do, now and when P's later roles begin. For every actor A and every P that A
reaches by any deed:

    power(P, now or later)  is within  power(A) and A's own account

where power(X) is every (deed, person) that X may do; disabling, renaming and removing are deeds too. It
follows, deed after deed, that nobody can ever sign in as anyone but those they reached to begin with. Why it
holds: P is judged by one assignment (R, S) of A's; all roles of P are allowed to R, and the tables are
transitive; where S is a unit, they lie strictly below S, so whoever they reach lies below S too. Inside one
tenant: what a person holds elsewhere as a guest is no row of this tenant's. What giving and taking roles
could bring, test_oracle_granting.py shows.

One row of the tables breaks it, on purpose: "User with a role scoped to a restricted management
administrative unit" is open to the Privileged Authentication and the Global Administrator of the whole
tenant, who are kept out of the restricted unit itself. Through its administrator they come in; the last tests
say how far. Scoped to a unit, nobody comes in so.
"""

import pytest
from hypothesis import HealthCheck, given, seed, settings

from tests.directory import oracle
from tests.directory.oracle import Assignment, Directory, Person, Unit
from tests.directory.oracle_directories import directories

PRIVILEGED, PASSWORD = "Privileged Authentication Administrator", "Password Administrator"
QUICK = settings(max_examples=1000, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def gained(directory: Directory, actor: int, person: int) -> set[tuple[str, int]]:
    """What the actor can do as this person, today or later, and could not as themselves."""
    theirs = oracle.power(oracle.in_time(directory, person), person)
    mine = oracle.power(directory, actor) | {(deed, actor) for deed in oracle.TABLES}
    return theirs - mine


def hold(directory: Directory, actor: int) -> bool:
    """Check all that this actor can take over; returns whether there was anything to gain by it."""
    reached = {person for _deed, person in oracle.power(directory, actor)}
    for person in reached:
        for _deed, third in gained(directory, actor, person):
            assert oracle.opens_restricted(directory, actor), (actor, person, third, directory)
            assert oracle.walls(directory, third), (actor, person, third, directory)
    if not oracle.opens_restricted(directory, actor):
        assert oracle.taken_over(directory, actor) == reached | {actor}, (actor, directory)
    return any(oracle.power(directory, person) for person in reached)


@pytest.mark.slow
@pytest.mark.parametrize("shard", range(2))
def test_no_sequence_of_deeds_gives_new_power(shard):
    chains = []

    @seed(100 + shard)
    @QUICK
    @given(directories())
    def check(directory):
        chains.extend(actor for actor in range(len(directory.people)) if hold(directory, actor))

    check()
    assert len(chains) > 20  # people who reach people who reach people


@pytest.mark.parametrize("deed", oracle.TABLES)
def test_the_tables_are_transitive(deed):
    """Whatever a role may act on by any table, its masters may act on by the same."""
    for role, cells in oracle.TABLES[deed].items():
        for master, rows in oracle.TABLES[oracle.RESET].items():
            if rows.get(role):
                mine = oracle.TABLES[deed].get(master, {})
                assert all(mine.get(row) for row, allowed in cells.items() if allowed), (master, role)


# The exception: a school (0), closed rooms in it (1), a closet in those (2)

HOUSE = [Unit(), Unit(0, restricted=True), Unit(1, restricted=True)]


def house(first: Assignment, *others: Assignment, where=(0, 1, 2)) -> Directory:
    people = [Person(), *(Person(frozenset({unit})) for unit in where)]
    return Directory(HOUSE, people, [], [first, *others])


@pytest.mark.parametrize("role", sorted(oracle.TABLES[oracle.RESET]))
def test_only_the_privileged_of_the_tenant_reach_who_rules_a_restricted_unit(role):
    for unit in (0, None) if role in oracle.FILE["unit_scopable_roles"] else (None,):
        directory = house(Assignment(role, unit, person=0), Assignment(PASSWORD, 1, person=1))
        privileged = unit is None and role in (PRIVILEGED, "Global Administrator")
        assert (1 in oracle.reach(directory, oracle.RESET, 0)) == privileged
        assert 2 not in oracle.reach(directory, oracle.RESET, 0)
        assert (2 in oracle.taken_over(directory, 0)) == privileged


@pytest.mark.parametrize(("unit", "taken"), [(None, {0, 1}), (0, {0})])
def test_nobody_comes_through_restricted_units_one_in_another(unit, taken):
    """Over the tenant one deed leads to who rules the rooms, by Entra's table, and no further."""
    rooms, closet = Assignment(PRIVILEGED, 1, person=1), Assignment(PASSWORD, 2, person=2)
    directory = house(Assignment(PRIVILEGED, unit, person=0), rooms, closet)
    assert oracle.taken_over(directory, 0) == taken
