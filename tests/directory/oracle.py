"""The permission rule once more: slow, obvious, from tests/data/roles.json and the design alone.

Plain Python over plain data. Sources: the file's tables and its "rules"; the design's rows on escalation,
groups that carry roles, which table for which deed, and restricted units.
"""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

FILE = json.loads((Path(__file__).parents[1] / "data" / "roles.json").read_text())
TABLES = {deed: FILE[deed] for deed in ("reset_password", "authentication_methods", "sensitive_actions")}
RESET, METHODS, SENSITIVE = TABLES

NO_ROLE = "User (no admin role)"
CARRYING_GROUP = "User (no admin role, but member or owner of a role-assignable group)"
RESTRICTED_ROLE = "User with a role scoped to a restricted management administrative unit"
OTHER_ROLE = "All other built-in and custom roles"
ROWS = FILE[RESET]["Password Administrator"]

OWN, GUEST, NO_POWER, ELSEWHERE, RESTRICTED, HOLDS, GROUP = (
    "own account",
    "guest",
    "role does not include",
    "not in your locations",
    "restricted location",
    "holds",
    "group that carries roles",
)


@dataclass
class Unit:
    parent: int | None = None
    restricted: bool = False


@dataclass
class Person:
    units: frozenset[int] = frozenset()
    guest: bool = False
    disabled: bool = False


@dataclass
class Group:
    role_assignable: bool = False
    members: frozenset[int] = frozenset()
    owners: frozenset[int] = frozenset()


@dataclass
class Assignment:
    """A role of a person or of a group; unit None is the whole tenant; days from now, None is no bound."""

    role: str
    unit: int | None = None
    person: int | None = None
    group: int | None = None
    start: int | None = None
    end: int | None = None


@dataclass
class Directory:
    """One tenant; units, people and groups are known by their place in the list."""

    units: list[Unit] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)

    def up(self, unit: int | None) -> list[int]:
        """The unit itself, its parent, and so on to the top."""
        path = []
        while unit is not None:
            path.append(unit)
            unit = self.units[unit].parent
        return path


def ended(assignment: Assignment) -> bool:
    return assignment.end is not None and assignment.end <= 0


def in_force(assignment: Assignment) -> bool:
    return not ended(assignment) and (assignment.start is None or assignment.start <= 0)


def powers(directory: Directory, actor: int) -> list[Assignment]:
    """What the actor may act with: in force now, their own or as a member of a role-assignable group."""
    if directory.people[actor].disabled:
        return []
    found = []
    for assignment in directory.assignments:
        group = None if assignment.group is None else directory.groups[assignment.group]
        through_group = group is not None and group.role_assignable and actor in group.members
        if in_force(assignment) and (assignment.person == actor or through_group):
            found.append(assignment)
    return found


def holdings(directory: Directory, person: int) -> tuple[list[Assignment], bool]:
    """What protects a person, now or in future: roles held, and whether the row for groups is theirs too."""
    lasting = [a for a in directory.assignments if not ended(a)]
    held = [a for a in lasting if a.person == person]
    carrying_group = False
    for number, group in enumerate(directory.groups):
        if not group.role_assignable or person not in group.members | group.owners:
            continue
        of_group = [a for a in lasting if a.group == number]
        if of_group and all(a.unit is not None for a in of_group):
            held += of_group
            continue
        carrying_group = True
        if person in group.members:
            held += of_group
    return held, carrying_group


def row(assignment: Assignment) -> str:
    return assignment.role if assignment.role in ROWS else OTHER_ROLE


def under_restriction(directory: Directory, unit: int | None) -> bool:
    """A restricted unit or one below it: what protects people "in and below" makes no halt at a sub-unit."""
    return any(directory.units[u].restricted for u in directory.up(unit))


def _restrictions(directory: Directory, unit: int | None) -> set[int]:
    return {u for u in directory.up(unit) if directory.units[u].restricted}


def includes(deed: str, power: Assignment) -> bool:
    """The role reaches somebody by this deed: at the least, people without a role."""
    return TABLES[deed].get(power.role, {}).get(NO_ROLE, False)


def covers(directory: Directory, power: Assignment, person: int) -> bool:
    """The person is somewhere in the power's scope."""
    if power.unit is None:
        return True
    return any(power.unit in directory.up(unit) for unit in directory.people[person].units)


def walls(directory: Directory, person: int) -> set[int]:
    """The restricted units that the person is in or below."""
    above = {u for unit in directory.people[person].units for u in directory.up(unit)}
    return {u for u in above if directory.units[u].restricted}


def kept_out(directory: Directory, power: Assignment, person: int) -> bool:
    """Some restricted unit protects the person, and the power is not scoped at or below it."""
    return not walls(directory, person) <= set(directory.up(power.unit))


def in_the_way(directory: Directory, deed: str, power: Assignment, held: Assignment) -> bool:
    """This one role of the person's is out of this power's reach."""
    table = TABLES[deed][power.role]
    if not table[row(held)]:
        return True
    if under_restriction(directory, held.unit) and not table[RESTRICTED_ROLE]:
        return True
    if power.unit is not None and not _restrictions(directory, held.unit) <= set(directory.up(power.unit)):
        return True  # else its administrator would let the actor into a restricted unit that keeps them out
    strictly_below = power.unit in directory.up(held.unit) and held.unit != power.unit
    return power.unit is not None and not strictly_below


def group_in_the_way(deed: str, power: Assignment, carrying_group: bool) -> bool:
    """The row for groups is no role below any unit, so it stops every power that is scoped to one."""
    return carrying_group and (power.unit is not None or not TABLES[deed][power.role][CARRYING_GROUP])


def obstacles(directory: Directory, deed: str, power: Assignment, person: int) -> set[tuple[str, str]]:
    """What the person holds that stops this power: {(HOLDS, role), (GROUP, "")}."""
    held, carrying_group = holdings(directory, person)
    found = {(HOLDS, a.role) for a in held if in_the_way(directory, deed, power, a)}
    return found | ({(GROUP, "")} if group_in_the_way(deed, power, carrying_group) else set())


def reasons(directory: Directory, deed: str, actor: int, person: int) -> set[tuple[str, str]]:
    """Every true reason for a refusal at the first step that refuses; empty where the deed is allowed."""
    if actor == person:
        return {(OWN, "")}
    if directory.people[person].guest:
        return {(GUEST, "")}
    able = [p for p in powers(directory, actor) if includes(deed, p)]
    if not able:
        return {(NO_POWER, "")}
    near = [p for p in able if covers(directory, p, person)]
    if not near:
        return {(ELSEWHERE, "")}
    let_in = [p for p in near if not kept_out(directory, p, person)]
    if not let_in:
        return {(RESTRICTED, "")}
    by_power = [obstacles(directory, deed, p, person) for p in let_in]
    return set().union(*by_power) if all(by_power) else set()


def reach(directory: Directory, deed: str, actor: int) -> set[int]:
    """Everybody whom the actor may do this to."""
    everybody = range(len(directory.people))
    return {person for person in everybody if not reasons(directory, deed, actor, person)}


def sight(directory: Directory, actor: int) -> set[int]:
    """Everybody in the scope of a role that helps people at all, guests and the actor too."""
    able = [p for p in powers(directory, actor) if any(includes(deed, p) for deed in TABLES)]
    everybody = range(len(directory.people))
    return {person for person in everybody if any(covers(directory, p, person) for p in able)}


def power(directory: Directory, actor: int) -> set[tuple[str, int]]:
    """Everything that whoever is signed in as the actor may do: {(deed, person)}."""
    return {(deed, person) for deed in TABLES for person in reach(directory, deed, actor)}


def in_time(directory: Directory, holder: int) -> Directory:
    """The same, with every role that the holder will ever have in force already."""
    groups = {n for n, group in enumerate(directory.groups) if holder in group.members}
    theirs = [a for a in directory.assignments if a.person == holder or a.group in groups]
    started = [replace(a, start=None) if a in theirs else a for a in directory.assignments]
    return replace(directory, assignments=started)


def taken_over(directory: Directory, actor: int) -> set[int]:
    """Everybody as whom the actor can sign in, by any sequence of resets and phones that get codes."""
    taken, news = {actor}, {actor}
    while news:
        news = {person for one in news for _deed, person in power(directory, one)} - taken
        taken |= news
    return taken


def opens_restricted(directory: Directory, actor: int) -> bool:
    """The actor holds, over the tenant, a role that the tables let act on those who rule such units."""
    mine = powers(directory, actor)
    mine = [a for a in mine if a.unit is None]
    return any(TABLES[deed].get(a.role, {}).get(RESTRICTED_ROLE) for deed in TABLES for a in mine)
