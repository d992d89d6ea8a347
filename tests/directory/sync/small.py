"""A small source to bend: a school with a class, a teacher, a pupil, and a group of those who help."""

from directory import roles
from directory.sync.facts import GrantFact, GroupFact, GroupMemberFact, UnitFact, UnitMemberFact
from tests.directory.sync.states import fact

SCHOOL = UnitFact("s", "Lincoln", "school")
ALGEBRA = UnitFact("c", "Algebra", "class", "s")
TOM, NORA = fact("tom", "Tom Baker"), fact("nora", "Nora Field", employee_id="2001", job_title="Student")
FACTS = [
    UnitMemberFact("c", "nora"),
    GrantFact("c", roles.PASSWORD, person="tom"),
    GrantFact("s", roles.PASSWORD, group="g"),
    GroupMemberFact("g", "tom"),
    ALGEBRA,
    SCHOOL,
    TOM,
    NORA,
    GroupFact("g", "Lincoln managers", is_role_assignable=True),
]


def grant(unit, role=roles.PASSWORD, **values):
    return GrantFact(unit, role, **values)


def swap(facts, **changes):
    """The facts with some persons replaced, or (None) left out with all that is theirs."""
    return [
        changes.get(getattr(one, "key", None), one)
        for one in facts
        if changes.get(getattr(one, "person", "") or getattr(one, "key", ""), one) is not None
    ]
