"""What an attack is, and the tools that all kinds of it share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from random import Random

from mystaff.portal.once import ticket
from tests.attack.actors import Actor
from tests.attack.canaries import Row, random_like
from tests.attack.client import Request
from tests.attack.targets import ID, MOUNTS, Mount, Target
from tests.attack.world import World

NUMBER = "+1 425-555-0177"
OWN = "{own}"  # the cookie that the actor has by then: some attacks end the session


@dataclass(frozen=True)
class Attack:
    """A request, who may see what of the answer, and its twin: the same with an id that no row has."""

    kind: str
    request: Request
    actor: Actor  # as whom the answer is judged
    place: str  # whose pages were asked for: a tenant's id
    ids: tuple[str, str] = ("", "")
    twin: Request | None = None


class Attacker:
    """One actor at work, with what they know: all ids and names of everybody else."""

    def __init__(self, world: World, actor: Actor, cookie: str, seed: int) -> None:
        self.world, self.actor, self.key = world, actor, cookie.partition("=")[2]
        self.random = Random(f"{seed} {actor.name}")
        self._tickets: dict[str, str] = {}

    @cached_property
    def foreign(self) -> dict[str, list[Row]]:
        """Rows that are not there for this actor, by table."""
        found: dict[str, list[Row]] = {}
        for row in self.world.rows:
            if not self.actor.knows(row):
                found.setdefault(row.table, []).append(row)
        return found

    @cached_property
    def words(self) -> list[str]:
        """Names that this actor must not find."""
        cells = self.world.canaries.cells.items()
        return [
            word
            for word, cell in cells
            if word.startswith("zq") and cell.row.table == "directory_user" and not self.actor.knows(cell.row)
        ]

    @property
    def mounts(self) -> tuple[Mount, ...]:
        return MOUNTS

    @property
    def home(self) -> Mount:
        """Where this actor belongs."""
        return MOUNTS[4] if self.actor.name == "operator" else MOUNTS[0]

    def place(self, mount: Mount) -> str:
        return str(self.world.tenants[mount.slug].pk)

    def row(self, table: str) -> Row:
        """A foreign row of this table, or of people where the actor knows all of it."""
        rows = self.foreign.get(table) or self.foreign["directory_user"]
        return self.random.choice(rows)

    def at(self, mount: Mount, target: Target, method: str, key: str = "", **more) -> Request:
        path = f"{mount.prefix}/{target.route}".replace(ID, key)
        more.setdefault("cookie", OWN)
        return Request(method, path, host=more.pop("host", mount.host), **more)

    def twins(self, kind: str, mount: Mount, target: Target, method: str, key: str, **more) -> Attack:
        """The attack with a foreign id (or word), and its twin."""
        other = random_like(key, self.random)
        first = self.at(mount, target, method, key, **_filled(more, key))
        second = self.at(mount, target, method, other, **_filled(more, other))
        return Attack(kind, first, self.actor, self.place(mount), (key, other), second)

    def alone(self, kind: str, mount: Mount, target: Target, method: str, key: str = "", **more) -> Attack:
        request = self.at(mount, target, method, key, **_filled(more, key))
        return Attack(kind, request, self.actor, self.place(mount))

    def ticket(self, key: str) -> str:
        """What a page of the person's own manager would have carried: the best that could be stolen."""
        person = next((p for p in self.world.people.values() if str(p.pk) == key), self.world.people["ivy"])
        return self._tickets.setdefault(key, ticket(person))

    def deed(self, key: str) -> tuple[tuple[str, str], ...]:
        """A form that does every deed there is, wherever it is sent."""
        return (
            ("generate", "1"),
            ("ticket", self.ticket(key)),
            ("phone_number", NUMBER),
            ("on", "1"),
            ("kind", "standard"),
            ("post", "yes"),
            ("_save", "Save"),
        )


def _filled(more: dict, key: str) -> dict:
    """The same with the id put in, wherever {id} stands."""
    filled = dict(more)
    for name in ("form", "headers"):
        filled[name] = tuple((k, v.replace(ID, key)) for k, v in more.get(name, ()))
    return filled


def spread(attacks: list[Attack], limit: int) -> Iterator[Attack]:
    """At most so many, evenly over all of them; 0 is all."""
    step = max(1, len(attacks) / limit) if limit else 1
    yield from (attacks[int(n * step)] for n in range(int(len(attacks) / step)))
