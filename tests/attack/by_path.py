"""Every URL with every method, everywhere; every foreign row's id in every URL that takes one."""

from __future__ import annotations

from collections.abc import Iterator

from tests.attack.kinds import Attack, Attacker
from tests.attack.targets import ID, INSIDE, OUTSIDE, Mount, Target

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE")
OTHERS = 8  # ids of rows of tables that the URL does not ask for
FEW = ("own host", "other host", "operators")  # the same URLs by another way: GET and POST tell enough
REGISTERS = ("admin:tenants_",)
# Whom each may see and yet not help: their roles are higher, or it is they themselves.
UNREACHABLE = {
    "teacher": ["ivan", "tom"],
    "manager": ["maria", "rolf"],
    "helpdesk": ["ada", "maria", "rolf", "helen", "rita", "gina at riverside"],
    "admin": ["ada", "gina at riverside"],
    "guest": ["maria", "rolf"],
}


def urls(attacker: Attacker) -> Iterator[Attack]:
    """Every URL of every mount, by every method."""
    for mount in attacker.mounts:
        few = attacker.actor.ended or mount.name in FEW
        for target in mount.targets:
            for method in METHODS[::3] if few else METHODS:
                if not _is_rightful(attacker, mount, target, method):
                    yield _one("urls", attacker, mount, target, method)


def _is_rightful(attacker: Attacker, mount: Mount, target: Target, method: str) -> bool:
    """What the actor may change: an operator the registers."""
    register = target.name.startswith(REGISTERS) and attacker.actor.name == "operator"
    return register and mount.urlconf == OUTSIDE and method == "POST"


def _one(kind: str, attacker: Attacker, mount: Mount, target: Target, method: str) -> Attack:
    if ID not in target.route:
        return attacker.alone(kind, mount, target, method)
    row = attacker.row(target.table)
    return attacker.twins(kind, mount, target, method, row.pk, form=attacker.deed(row.pk))


def ids(attacker: Attacker) -> Iterator[Attack]:
    """All foreign ids of the right table, and one of every other, where this actor is at home."""
    if attacker.actor.ended:
        return
    mount = attacker.home
    for target in mount.targets:
        if ID in target.route:
            yield from _ids_of(attacker, mount, target)


def _ids_of(attacker: Attacker, mount: Mount, target: Target) -> Iterator[Attack]:
    right = attacker.foreign.get(target.table, [])
    others = [
        attacker.random.choice(rows) for table, rows in attacker.foreign.items() if table != target.table
    ]
    for row in right + attacker.random.sample(others, OTHERS):
        for method in ("GET", "POST"):
            if not _is_rightful(attacker, mount, target, method):
                form = attacker.deed(row.pk)
                yield attacker.twins("ids", mount, target, method, row.pk, form=form)


def unreachable(attacker: Attacker) -> Iterator[Attack]:
    """Deeds on people who are seen and out of reach."""
    mount = attacker.home
    for target in mount.targets:
        if target.table == "directory_user" and ID in target.route and mount.urlconf == INSIDE:
            # Guests are nobody's to help, and a Global Administrator's to remove.
            removes = attacker.actor.name == "admin" and target.name.startswith("admin:directory_guest")
            for name in [] if removes else UNREACHABLE.get(attacker.actor.name, []):
                person = attacker.world.people[name]
                form = attacker.deed(str(person.pk))
                for extra in (form, form[1:], form[1:] + (("new_password", "Amber-Kettle-93"),)):
                    yield attacker.alone("out of reach", mount, target, "POST", str(person.pk), form=extra)
