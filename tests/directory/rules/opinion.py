"""A second opinion on what a rule means: plain Python over one person, with nothing of the database's."""

import re
from dataclasses import dataclass, field
from uuid import UUID

from directory.rules.tree import Both, Each, Either, Negation, Rule, Test


@dataclass(frozen=True)
class Facts:
    """What there is to know about one person."""

    id: UUID
    texts: dict[str, str]  # by Entra's names; one that is missing is empty
    enabled: bool = True
    is_guest: bool = False
    groups: frozenset[UUID] = field(default_factory=frozenset)


def finds(rule: Rule, person: Facts) -> bool:
    """Whether a rule finds this person."""
    if person.is_guest and "userType" not in rule.properties:
        return False
    return holds(rule.root, person, None)


def holds(node, person: Facts, each) -> bool:
    match node:
        case Both(parts):
            return all(holds(part, person, each) for part in parts)
        case Either(parts):
            return any(holds(part, person, each) for part in parts)
        case Negation(of):
            return not holds(of, person, each)
        case Each(of=of, every=every):
            several = person.groups if node.property.name == "memberOf" else addresses(person)
            return (all if every else any)(holds(of, person, one) for one in several)
        case Test():
            return compared(node, value_of(node.property.name, person, each)) != node.negated


def addresses(person: Facts) -> list[str]:
    return [address for address in [person.texts.get("otherMails", "")] if address]


def value_of(name: str, person: Facts, each):
    special = {"objectId": person.id, "accountEnabled": person.enabled, "_": each, "group.objectid": each}
    special["userType"] = "Guest" if person.is_guest else "Member"
    return special[name] if name in special else person.texts.get(name, "")


def compared(node: Test, mine) -> bool:
    if not isinstance(mine, str):
        return mine in node.values
    if node.operator == "eq" and not node.values[0]:
        return mine == ""
    if mine == "" and node.property.name in ("mobile", "telephoneNumber", "otherMails"):
        return False
    mine = folded(mine)
    return any(OPERATORS[node.operator](mine, folded(value)) for value in node.values)


OPERATORS = {
    "eq": lambda mine, value: mine == value,
    "in": lambda mine, value: mine == value,
    "startsWith": lambda mine, value: mine.startswith(value),
    "endsWith": lambda mine, value: mine.endswith(value),
    "contains": lambda mine, value: value in mine,
    "match": lambda mine, value: bool(re.search(value.replace("$", r"\Z"), mine, re.DOTALL)),
}


def folded(text: str) -> str:
    """Characters one by one: those whose folding is longer than one stay what they are in small letters."""
    return "".join(next((o for o in (c.casefold(), c.lower()) if len(o) == 1), c) for c in text)
