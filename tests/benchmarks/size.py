"""How much the bench makes, known before Django is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """How many tenants, and people in all of them."""

    tenants: int = 200
    people: int = 1_000_000
    even: bool = False  # whether all tenants are alike
    entries: int = 0  # of one tenant's trail, where that is all there is

    @property
    def of_each(self) -> list[int]:
        """People of each tenant: a fifth of all in the first, the rest alike."""
        big = self.people // (self.tenants if self.even else 5)
        return [big] + [(self.people - big) // (self.tenants - 1)] * (self.tenants - 1)


def slug_of(number: int) -> str:
    """The short name of the tenant of this number; 0 is the big one."""
    return f"t{number:03}"
