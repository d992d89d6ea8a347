"""Random directories for the oracle: small, but crowded with everything the rule speaks of."""

from hypothesis import strategies as st

from tests.directory.oracle import FILE, Assignment, Directory, Group, Person, Unit

SCOPABLE = sorted(FILE["unit_scopable_roles"])
HELPERS = sorted(role for role, cells in FILE["reset_password"].items() if any(cells.values()))
HELPERS_OF_UNITS = [role for role in HELPERS if role in SCOPABLE]
# Roles without any power of ours, listed in the tables and not; some fit a unit.
OTHERS = ["Directory Readers", "Reports Reader", "Global Reader", "Groups Administrator"]
OTHERS += ["Printer Administrator", "Privileged Role Administrator", "Authentication Policy Administrator"]
# (start, end) in days from now; most roles are in force.
ALWAYS, ENDED, LATER = (None, None), (-30, -1), (1, 30)
DATES = [ALWAYS, ALWAYS, ALWAYS, ALWAYS, (-1, 1), (None, 1), (-1, None), (1, None), LATER, ENDED, (None, -1)]


def rarely(one_in: int) -> st.SearchStrategy[bool]:
    return st.integers(0, one_in - 1).map(lambda number: number == one_in - 1)


def some_of(count: int, most: int, least: int = 0) -> st.SearchStrategy[frozenset[int]]:
    """A few of the first `count` numbers."""
    some = st.frozensets(st.integers(0, count - 1), min_size=least, max_size=most)
    return some if count else st.just(frozenset())


@st.composite
def trees(draw) -> list[Unit]:
    """Units that nest, in any shape, rather deep than flat; parents come first."""
    units = []
    for number in range(draw(st.sampled_from([0, 2, 3, 3, 4, 4, 5]))):
        parent = draw(st.sampled_from([number - 1, number - 1, *range(number), None])) if number else None
        units.append(Unit(parent, restricted=draw(rarely(6))))
    return units


def people_in(units: int) -> st.SearchStrategy[list[Person]]:
    places = some_of(units, 1, least=min(units, 1)) | some_of(units, 3)
    person = st.builds(Person, units=places, guest=rarely(12), disabled=rarely(12))
    return st.lists(person, min_size=3, max_size=4)


def groups_of(people: int) -> st.SearchStrategy[list[Group]]:
    several = some_of(people, 3)
    assignable = rarely(4).map(lambda ordinary: not ordinary)
    return st.lists(st.builds(Group, assignable, members=several, owners=some_of(people, 2)), max_size=2)


@st.composite
def assignments_to(draw, principals: list[dict], units: int) -> Assignment:
    """A role of somebody or of a group, over a unit where the role and the directory allow one."""
    dates = dict(zip(("start", "end"), draw(st.sampled_from(DATES)), strict=True))
    principal = draw(st.sampled_from(principals)) | dates
    if units and not draw(rarely(6)):
        role = draw(st.sampled_from(HELPERS_OF_UNITS * 3 + ["Printer Administrator", "Groups Administrator"]))
        return Assignment(role, draw(st.integers(0, units - 1)), **principal)
    return Assignment(draw(st.sampled_from(HELPERS + OTHERS)), **principal)


@st.composite
def directories(draw) -> Directory:
    units = draw(trees())
    people = draw(people_in(len(units)))
    groups = draw(groups_of(len(people)))
    principals = [{"person": number} for number in range(len(people))]
    principals += [{"group": number} for number, group in enumerate(groups) if group.role_assignable]
    roles = draw(st.lists(assignments_to(principals, len(units)), min_size=3, max_size=7))
    return Directory(units, people, groups, roles)
