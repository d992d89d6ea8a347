"""Whether a rule makes sense: its properties, the operators that go with them, and the values."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from django.utils.translation import gettext as _
from lark import Token

from directory.rules import patterns, properties
from directory.rules.errors import RuleError
from directory.rules.grammar import DASHES
from directory.rules.parsing import Comparison, Joined, read, unquoted
from directory.rules.properties import Kind, Property
from directory.rules.tree import MOST_PATTERNS, OPERATORS, Both, Each, Either, Negation, Node, Rule, Test

TEXTS = (Kind.TEXT, Kind.METHOD)
PLAIN = {"eq", "in"}  # what can be asked of anything that is no text
KNOWN = {"names": "-eq, -ne, -in, -startsWith, -endsWith, -contains, -match, -notIn, -notContains …"}
CONSTANTS = {"null": None, "$null": None, "true": True, "$true": True, "false": False, "$false": False}


@lru_cache(maxsize=2048)
def parse(text: str) -> Rule:
    """The rule that a text says; raises RuleError with a sentence and the place."""
    checking = _Checking()
    root = checking.node(read(text), "user")
    return Rule(root, frozenset(checking.properties), frozenset(checking.groups))


def named_groups(text: str) -> frozenset[UUID]:
    """The ids of the groups that a stored rule names; none where it cannot be read any more."""
    try:
        return parse(text).groups if "memberof" in text.lower() else frozenset()
    except RuleError:
        return frozenset()


class _Checking:
    """Notes what a rule names on the way."""

    def __init__(self) -> None:
        self.properties: set[str] = set()
        self.groups: set[UUID] = set()
        self.patterns = 0

    def node(self, raw: Comparison | Joined, of: str) -> Node:
        """`of`: what is spoken of here: the user, `_` for each address, or a group."""
        if isinstance(raw, Comparison):
            return self._in_group(raw) if of == "group" else self._test(raw, of)
        if raw.name is not None:
            return self._each(raw, of)
        parts = tuple(self.node(part, of) for part in raw.parts)
        if raw.how == "not":
            return Negation(parts[0])
        return Both(parts) if raw.how == "and" else Either(parts)

    def _each(self, raw: Joined, of: str) -> Each:
        found = self._named(raw.name, of)
        if found.name not in (properties.OTHER_MAILS, properties.MEMBER_OF):
            raise RuleError(_("This has one value only: -any and -all go with otherMails."), *_at(raw.name))
        if found.kind is Kind.GROUPS and raw.how == "all":
            raise RuleError(_("Of groups it can be asked with -any only."), *_at(raw.name))
        inside = "group" if found.kind is Kind.GROUPS else "_"
        return Each(found, self.node(raw.parts[0], inside), raw.how == "all")

    def _test(self, raw: Comparison, of: str) -> Test:
        found = self._named(raw.name, of)
        if found.kind is Kind.GROUPS:
            raise RuleError(_("Write: user.memberOf -any (group.objectId -in ['…'])"), *_at(raw.name))
        operator, negated = _operator(raw.operator)
        if found.kind not in TEXTS and operator not in PLAIN:
            raise RuleError(_("This operator goes with texts only. Use -eq, -ne, -in."), *_at(raw.operator))
        self.patterns += operator == "match"
        if self.patterns > MOST_PATTERNS:
            most = {"most": MOST_PATTERNS}
            raise RuleError(_("A rule has at most %(most)d patterns.") % most, *_at(raw.operator))
        return Test(found, operator, _values(raw, operator, found), negated)

    def _named(self, name: Token, of: str) -> Property:
        if of == "_":
            if name != "_":
                raise RuleError(_("Within -any and -all write _ for the value."), *_at(name))
            return properties.EACH
        owner, dot, word = name.partition(".")
        found = properties.BY_NAME.get((word if dot else owner).lower())
        if found and owner.lower() != "user":
            raise RuleError(_("Write user.%(name)s.") % {"name": found.name}, *_at(name))
        if found is None or of != "user":
            names = {"names": ", ".join(properties.NAMES)}
            raise RuleError(_("There is no such property here. There are: %(names)s.") % names, *_at(name))
        self.properties.add(found.name)
        return found

    def _in_group(self, raw: Comparison) -> Test:
        if raw.name.lower() != properties.GROUP_ID:
            raise RuleError(_("Of a group only group.objectId can be asked."), *_at(raw.name))
        operator, negated = _operator(raw.operator)
        if negated or operator not in PLAIN:
            raise RuleError(_("Of a group's id it can be asked with -in or -eq only."), *_at(raw.operator))
        of_group = Property(properties.GROUP_ID, Kind.ID, "group_id")
        values = _values(raw, operator, of_group)
        if None in values:
            raise RuleError(_("Write the id of a group."), *_at(raw.name))
        self.groups |= set(values)
        return Test(of_group, operator, values)


def _at(token: Token) -> tuple[int, str]:
    return token.start_pos, str(token)


def _operator(token: Token) -> tuple[str, bool]:
    known = OPERATORS.get(token.lstrip(DASHES).lower())
    if known is None:
        raise RuleError(_("There is no such operator here. There are: %(names)s.") % KNOWN, *_at(token))
    return known


def _values(raw: Comparison, operator: str, of: Property) -> tuple:
    """What is compared with, as this property has it."""
    if operator != "in":
        if isinstance(raw.value, list):
            raise RuleError(_("A list goes with -in and -notIn only."), *_at(raw.operator))
        return (_value(raw.value, operator, of),)
    if not isinstance(raw.value, list):
        raise RuleError(_('Write a list: ["…", "…"].'), *_at(raw.value))
    if not raw.value:
        raise RuleError(_("The list is empty."), *_at(raw.operator))
    return tuple(_value(token, operator, of) for token in raw.value)


def _value(token: Token, operator: str, of: Property) -> str | bool | UUID | None:
    value = _constant(token) if token.type == "WORD" else unquoted(token)
    if value is None and operator != "eq":
        raise RuleError(_("null goes with -eq and -ne only."), *_at(token))
    if of.kind is Kind.BOOLEAN:
        return _boolean(token, value)
    if isinstance(value, bool):
        raise RuleError(_("true and false go with accountEnabled only. Put a text into quotes."), *_at(token))
    if value is None:
        return None
    if of.kind is Kind.TYPE and value.lower() not in properties.USER_TYPES:
        raise RuleError(_("This is “Member” or “Guest”."), *_at(token))
    return _id(token, value) if of.kind is Kind.ID else _text(token, value, operator)


def _constant(token: Token) -> bool | None:
    try:
        return CONSTANTS[token.lower()]
    except KeyError:
        raise RuleError(_('Put a text into quotes: "…".'), *_at(token)) from None


def _boolean(token: Token, value: str | bool | None) -> bool:
    if isinstance(value, str):  # quotes are left out, but need not be
        value = CONSTANTS.get(value.lower())
    if not isinstance(value, bool):
        raise RuleError(_("This is true or false."), *_at(token))
    return value


def _id(token: Token, value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        said = _("This is no id. One looks like 123e4567-e89b-12d3-a456-426614174000.")
        raise RuleError(said, *_at(token)) from None


def _text(token: Token, value: str, operator: str) -> str:
    if not value and operator != "eq":
        raise RuleError(_("There is nothing between the quotes."), *_at(token))
    if operator == "match":
        _pattern(token, value)
    return value


def _pattern(token: Token, value: str) -> None:
    try:
        patterns.read(value)
    except patterns.NotSimple as error:
        raise RuleError(str(error), *_at(token)) from None
