"""A process that runs a source once, so that a test can kill it: its argument is the tenant's id."""

import sys
from collections.abc import Iterator
from uuid import UUID

from directory import roles
from directory.sync.facts import (
    Fact,
    GrantFact,
    GroupFact,
    GroupMemberFact,
    PersonFact,
    UnitFact,
    UnitMemberFact,
)

PEOPLE = 300


def facts(year: int) -> Iterator[Fact]:
    """A school; in the second year a fifth is new, a fifth has left, and everybody is somewhere else."""
    gone = PEOPLE // 5 * (year - 1)
    yield UnitFact("s", "School", "school")
    yield GroupFact("g", f"Managers {year}", is_role_assignable=True)
    yield GrantFact("s", roles.PASSWORD, group="g")
    for number in range(10):
        yield UnitFact(f"{year}-{number}", f"Class {number} of {year}", "class", "s")
        yield GrantFact(f"{year}-{number}", roles.PASSWORD, f"p{gone + number}")
        yield GroupMemberFact("g", f"p{gone + number}")
    for number in range(gone, gone + PEOPLE):
        upn = f"p{number}@riverside.example"
        yield PersonFact(f"p{number}", upn, f"Pupil {number} Year{year}", "Pupil", f"Year{year}")
        yield UnitMemberFact(f"{year}-{number % 10}", f"p{number}")
        yield UnitMemberFact("s", f"p{number}")


def main() -> None:
    import django

    django.setup()
    from directory.models import Run, Source
    from directory.sync import runs
    from directory.sync.facts import Reading
    from tenants import scopes

    with scopes.scope(UUID(sys.argv[1])):
        run = Run.objects.create(source=Source.objects.get())
        print("begins", flush=True)
        runs.carry_out(run, read=lambda *_: Reading(facts(2)), brakes=False)


if __name__ == "__main__":
    main()
