"""From text to a tree whose words nobody has looked at yet; what cannot be read is said with its place."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext as _
from lark import Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput

from directory.rules.errors import RuleError
from directory.rules.grammar import parser
from directory.rules.tree import DEEPEST, MOST_CHARACTERS

ESCAPED = re.compile(r"`([`\"'])|''")


@dataclass
class Comparison:
    """`name operator value`; a list of values for -in."""

    name: Token
    operator: Token
    value: Token | list[Token]
    depth = 1


@dataclass
class Joined:
    """Parts joined by `how`: and, or, not; for -any and -all with the name of what has several values."""

    how: str
    parts: list[Comparison | Joined]
    name: Token | None = None
    depth: int = 0

    def __post_init__(self) -> None:
        self.depth = 1 + max(part.depth for part in self.parts)
        if self.depth > DEEPEST:
            raise _TooDeep


class _TooDeep(Exception):
    pass


@v_args(inline=True)
class _Building(Transformer):
    def start(self, root):
        return root

    def either(self, *parts):
        return Joined("or", list(parts))

    def both(self, *parts):
        return Joined("and", list(parts))

    def negation(self, part):
        return Joined("not", [part])

    def comparison(self, name, operator, value):
        return Comparison(name, operator, value)

    def each(self, name, quantifier, part):
        return Joined(quantifier.type.lower(), [part], name)

    def list(self, *values):
        return [value for value in values if value is not None]


BUILDING = _Building()


def read(text: str) -> Comparison | Joined:
    """The tree of a rule; raises RuleError."""
    if len(text) > MOST_CHARACTERS:
        most = {"most": MOST_CHARACTERS}
        raise RuleError(_("A rule has at most %(most)d characters.") % most, MOST_CHARACTERS)
    _refuse_odd_characters(text)
    try:
        return parser(BUILDING).parse(text)
    except UnexpectedInput as error:
        raise _said(error, text) from None
    except _TooDeep:
        raise RuleError(_("Too much stands inside of something else. Make it simpler."), 0) from None


def _refuse_odd_characters(text: str) -> None:
    for position, character in enumerate(text):
        if character not in "\t\r\n" and unicodedata.category(character) in ("Cc", "Cs"):
            raise RuleError(_("This character is no text."), position)


def _said(error: UnexpectedInput, text: str) -> RuleError:
    token = getattr(error, "token", None)
    if isinstance(error, UnexpectedEOF) or (token is not None and token.type == "$END"):
        return RuleError(_("The rule ends too early: %(what)s is missing.") % _wanted(error), len(text))
    position = error.pos_in_stream or 0
    if isinstance(error, UnexpectedCharacters):
        return _said_of(text[position], position)
    return RuleError(_("%(what)s is expected here.") % _wanted(error), position, str(token))


def _said_of(character: str, position: int) -> RuleError:
    """Of a character that nothing begins with."""
    if character in "\"'":
        return RuleError(_("The text that begins here has no closing quote."), position, character)
    if unicodedata.category(character) in ("Pi", "Pf") or character in "„‚":
        return RuleError(_('Use straight quotes: "…".'), position, character)
    return RuleError(_("This is no part of a rule."), position, character)


def _wanted(error: UnexpectedInput) -> dict[str, str]:
    """What could stand there, in words; of several the one that a writer most likely means."""
    wanted = set(getattr(error, "accepts", None) or getattr(error, "expected", None) or ())
    words = {
        "OPERATOR": _("An operator, like -eq,"),
        "DOUBLE": _("A value"),
        "WORD": _("A property, like user.department,"),
        "_AND": _("-and, -or or the end"),
        "LPAR": _("An opening bracket"),
        "RPAR": _("A closing bracket"),
        "RSQB": _("A closing square bracket"),
        "$END": _("The end"),
    }
    if "_AND" in wanted and "RPAR" in wanted:
        return {"what": _("-and, -or or a closing bracket")}
    return {"what": next((words[name] for name in words if name in wanted), _("Something else"))}


def unquoted(token: Token) -> str:
    """The text between the quotes. A backtick takes the next quote as it is; '' is one apostrophe."""
    return ESCAPED.sub(lambda found: found[1] or "'", token[1:-1])
