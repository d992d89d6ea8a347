"""The permission rule against an oracle that knows nothing of the product, on random directories."""

from collections import Counter
from itertools import product

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, seed, settings

from directory import administration, permissions, refusals, verbs
from directory.models import User
from tests.directory import oracle
from tests.directory.oracle import Assignment, Directory, Group, Person, Unit
from tests.directory.oracle_directories import directories
from tests.directory.oracle_rows import write, write_look_alikes

DEEDS = {
    oracle.RESET: verbs.RESET_PASSWORD,
    oracle.METHODS: verbs.CHANGE_PHONE,
    oracle.SENSITIVE: administration.DISABLE_ACCOUNT,
}
SHARDS, EXAMPLES = 4, 500
PATIENT = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
SENTENCES = {
    "This is your own account.": oracle.OWN,
    "{name} is a guest: their own organization looks after the account.": oracle.GUEST,
    "Your role does not include this.": oracle.NO_POWER,
    "{name} is not in your locations.": oracle.ELSEWHERE,
    "{name} is in a restricted location.": oracle.RESTRICTED,
    "{name} belongs to a group that carries roles.": oracle.GROUP,
}


# What the product says, in the oracle's words


def kind_of(sentence: str, person: User) -> tuple[str, str]:
    """The kind of a refusal, and the role it names."""
    before, _holds, role = sentence.partition(" holds ")
    if role:
        assert before == person.first_name
        return oracle.HOLDS, role.removesuffix(".")
    kinds = {pattern.format(name=person.first_name): kind for pattern, kind in SENTENCES.items()}
    return kinds[sentence], ""


def compare(directory: Directory, people: list[User]) -> dict[tuple[str, int], set]:
    """Hold the lists of every actor, by every deed, against the oracle; returns them."""
    lists = {}
    for actor, user in enumerate(people):
        for deed, action in DEEDS.items():
            reached = lists[deed, actor] = set(
                permissions.reachable(user, action).values_list("pk", flat=True)
            )
            expected = {people[n].pk for n in oracle.reach(directory, deed, actor)}
            assert reached == expected, (deed, actor, directory)
        compare_view(directory, actor, people)
    return lists


def compare_view(directory: Directory, actor: int, people: list[User]) -> None:
    """Hold whom a manager sees against the oracle: as people, and as the ids that lists begin with."""
    expected = {people[n].pk for n in oracle.sight(directory, actor)}
    seen = set(permissions.reachable(people[actor], verbs.VIEW).values_list("pk", flat=True))
    ids = permissions.ids_of_own(people[actor])
    listed = {person.pk for person in people} if ids is None else set(ids.values_list("user_id", flat=True))
    assert seen == listed == expected, (actor, directory)


def compare_refusal(directory: Directory, deed: str, pair: tuple[int, int], people: list[User], lists) -> str:
    """Hold the reason why one is refused, or that none is, against the oracle; returns its kind."""
    true = oracle.reasons(directory, deed, *pair)
    actor, target = (people[number] for number in pair)
    reached = target.pk in lists[deed, pair[0]]
    assert reached == (not true), (deed, pair, true, directory)
    if reached:
        return "reached"
    sentence = refusals.reason(actor, DEEDS[deed], target)
    kind = kind_of(sentence, target)
    assert kind in true, (deed, pair, sentence, true, directory)
    return kind[0]


def compare_whole(directory: Directory, deed: str, pair: tuple[int, int], people: list[User], lists) -> None:
    """Hold what managers are told against list and reason, of which it is made."""
    actor, target = (people[number] for number in pair)
    reached = target.pk in lists[deed, pair[0]]
    expected = None if reached else refusals.reason(actor, DEEDS[deed], target)
    assert refusals.refusal(actor, DEEDS[deed], target) == expected, (deed, pair, directory)


def pairs(directory: Directory) -> list[tuple[int, int]]:
    return list(product(range(len(directory.people)), repeat=2))


def deed_for(directory: Directory, pair: tuple[int, int]) -> str:
    """One of them, in turn: asking why costs more than the list, and each pair has its list by all."""
    return list(DEEDS)[(sum(pair) + len(directory.assignments)) % len(DEEDS)]


@pytest.mark.slow
@pytest.mark.parametrize("shard", range(SHARDS))
def test_the_rule_is_the_oracles(riverside, lakeshore, shard):
    """Everybody against everybody: the lists by all tables, and for each pair the reason of a refusal."""
    seen: Counter = Counter()

    @seed(shard)
    @PATIENT
    @given(directories())
    def check(directory):
        with transaction.atomic():
            people = write(directory, lakeshore)
            lists = compare(directory, people)
            asked = [(deed_for(directory, pair), pair) for pair in pairs(directory)]
            seen.update(compare_refusal(directory, *question, people, lists) for question in asked)
            compare_whole(directory, *asked[seen.total() % len(asked)], people, lists)
            transaction.set_rollback(True)

    with lakeshore.scope():
        write_look_alikes()
    with riverside.scope():
        check()
    kinds = {"reached", oracle.HOLDS, oracle.NO_POWER, *SENTENCES.values()}
    assert min(seen[kind] for kind in kinds) > EXAMPLES / 20, seen


# Corners that random directories visit too seldom

SCHOOL, ROOMS, CLOSET, OTHER = 0, 1, 2, 3
PLACES = [Unit(), Unit(SCHOOL, restricted=True), Unit(ROOMS, restricted=True), Unit()]
PRIVILEGED, PASSWORD, USERS = (
    "Privileged Authentication Administrator",
    "Password Administrator",
    "User Administrator",
)


def corner(target: Person, *roles: Assignment, group: Group | None = None) -> Directory:
    """Person 0 acts, person 1 is acted on, person 2 is a member of the closet."""
    people = [Person(), target, Person(frozenset({CLOSET}))]
    return Directory(PLACES, people, [group] if group else [], list(roles))


IN_SCHOOL, IN_ROOMS = Person(frozenset({SCHOOL})), Person(frozenset({ROOMS}))
THEIRS = Group(role_assignable=True, members=frozenset({1}))
OWNED = Group(role_assignable=True, owners=frozenset({1}))


def acting(role: str, unit: int | None = None) -> Assignment:
    return Assignment(role, unit, person=0)


CORNERS = {
    "a role below a restricted unit counts as one over it": corner(
        IN_SCHOOL, acting(USERS, SCHOOL), Assignment(PASSWORD, CLOSET, person=1)
    ),
    "so it does for those who are inside": corner(
        IN_ROOMS, acting(USERS, ROOMS), Assignment(PASSWORD, CLOSET, person=1)
    ),
    "privileged over the school, a role over the rooms": corner(
        IN_SCHOOL, acting(PRIVILEGED, SCHOOL), Assignment(PASSWORD, ROOMS, person=1)
    ),
    "privileged over the tenant, a role over the rooms": corner(
        IN_SCHOOL, acting(PRIVILEGED), Assignment(PASSWORD, ROOMS, person=1)
    ),
    "a group without roles, privileged over the school": corner(
        IN_SCHOOL, acting(PRIVILEGED, SCHOOL), group=THEIRS
    ),
    "a group without roles, privileged over the tenant": corner(IN_SCHOOL, acting(PRIVILEGED), group=OWNED),
    "a group's roles that are over": corner(
        IN_SCHOOL, acting(USERS, SCHOOL), Assignment(PASSWORD, ROOMS, group=0, end=-1), group=THEIRS
    ),
    "a group whose roles all lie below": corner(
        IN_SCHOOL, acting(PRIVILEGED, SCHOOL), Assignment(USERS, ROOMS, group=0), group=OWNED
    ),
    "in two restricted units, the actor in one": corner(
        Person(frozenset({ROOMS, CLOSET})), acting(USERS, ROOMS), acting(USERS, CLOSET)
    ),
}


def write_and_compare(directory: Directory, away) -> None:
    people = write(directory, away)
    lists = compare(directory, people)
    for question in product(DEEDS, pairs(directory)):
        compare_refusal(directory, *question, people, lists)
        compare_whole(directory, *question, people, lists)


@pytest.mark.parametrize("name", CORNERS)
def test_corners(riverside, lakeshore, name):
    with riverside.scope():
        write_and_compare(CORNERS[name], lakeshore)


def test_an_owner_of_a_group_over_the_tenant_holds_nothing(riverside, lakeshore):
    everywhere = Assignment("Reports Reader", group=0)
    with riverside.scope():
        write_and_compare(corner(IN_SCHOOL, acting(PASSWORD), everywhere, group=OWNED), lakeshore)


def test_a_role_named_stops_an_assignment_that_is_let_in(riverside, lakeshore):
    powers = acting(PASSWORD), acting(PRIVILEGED, ROOMS)
    directory = corner(IN_ROOMS, *powers, Assignment(USERS, CLOSET, person=1), group=THEIRS)
    with riverside.scope():
        write_and_compare(directory, lakeshore)
