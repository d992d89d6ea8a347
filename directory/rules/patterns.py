r"""Patterns of -match: the simple ones, which cost no engine much and mean the same in each.

What is taken is read here and spelled anew for PostgreSQL, character by character, so that case is as in
folding.py and nothing of its own dialect gets through. Refused is what can take long (repetitions in one
another, large ones), what looks around or back, and what languages understand differently (\w, \b).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from django.utils.translation import gettext as _
from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedInput, VisitError

from directory.rules.folding import variants

MOST_CHARACTERS = 200
LARGEST = 500  # characters that a pattern stands for, repetitions counted as often as they may occur
WIDEST = 1000  # characters between the two of [a-z]
DEEPEST = 5
TIMES = re.compile(r"\{(\d+)(,?)(\d*)\}")

GRAMMAR = r"""
    start: branches
    branches: branch ("|" branch)*
    branch: piece*
    ?piece: atom | repeated | anchor
    anchor: START | END
    repeated: atom TIMES
    ?atom: character | any | digit | set | group
    group: _OPEN branches ")"
    any: "."
    digit: DIGIT
    character: ESCAPED | PLAIN
    set: (IN | NOT_IN) item+ "]"
    item: _member ["-" _member] | DIGIT
    _member: ESCAPED | INSIDE

    START: "^"
    END: "$"
    TIMES: /([*+?]|\{\d{1,3}(,\d{0,3})?\})\??/
    _OPEN: /\((\?:)?(?!\?)/
    IN.1: "["
    NOT_IN.2: "[^"
    DIGIT.3: "\\d"
    ESCAPED.2: /\\[^A-Za-z0-9]/s
    PLAIN: /[^\\^$.|?*+()\[\]{}]/s
    INSIDE: /[^\\\[\]-]/s
"""


class NotSimple(Exception):
    """The pattern is none of those that are taken; the text says why."""


@dataclass(frozen=True)
class Part:
    """A part as PostgreSQL spells it, and what is counted of it."""

    text: str
    size: int = 0
    depth: int = 0
    repeats: bool = False


@lru_cache(maxsize=2048)
def read(pattern: str) -> str:
    """The pattern as PostgreSQL's advanced regular expression; raises NotSimple with a sentence."""
    if len(pattern) > MOST_CHARACTERS:
        raise NotSimple(_("A pattern has at most %(most)d characters.") % {"most": MOST_CHARACTERS})
    try:
        found = _parser().parse(pattern)
    except UnexpectedInput as error:
        place = len(pattern) if (error.pos_in_stream or 0) < 0 else (error.pos_in_stream or 0)
        said = _("This pattern is none of the simple ones, from its character %(number)d on.")
        raise NotSimple(said % {"number": place + 1}) from None
    except VisitError as error:
        raise error.orig_exc from None
    if found.size > LARGEST:
        raise NotSimple(_("This pattern stands for too many characters."))
    return found.text


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", transformer=_Spelling())


def _character(token: Token) -> str:
    return token[-1]  # without the stroke that escapes it


def _spelled(characters: str) -> str:
    """The characters for a place between square brackets, or one of them by itself."""
    return "".join(
        c if c.isascii() and c.isalnum() else f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}"
        for c in characters
    )


@v_args(inline=True)
class _Spelling(Transformer):
    def start(self, branches: Part) -> Part:
        return branches

    def branches(self, *parts: Part) -> Part:
        return _joined("|", parts)

    def branch(self, *parts: Part) -> Part:
        return _joined("", parts)

    def anchor(self, token: Token) -> Part:
        return Part(str(token))

    def any(self) -> Part:
        return Part(".", 1)

    def digit(self, _token: Token) -> Part:
        return Part("[0-9]", 1)

    def character(self, token: Token) -> Part:
        same = variants(_character(token))
        return Part(f"[{_spelled(same)}]" if len(same) > 1 else _spelled(same), 1)

    def group(self, inside: Part) -> Part:
        if inside.depth >= DEEPEST:
            raise NotSimple(_("There are too many brackets in one another in the pattern."))
        return Part(f"(?:{inside.text})", inside.size, inside.depth + 1, inside.repeats)

    def repeated(self, atom: Part, token: Token) -> Part:
        if atom.repeats:
            raise NotSimple(_("What repeats in the pattern stands in what repeats. Make it simpler."))
        times = token.rstrip("?") or "?"
        most = 1
        if counted := TIMES.fullmatch(times):
            least, comma, last = counted.groups()
            most = int(last or least)
            if comma and last and int(last) < int(least):
                raise NotSimple(_("In the pattern a repetition ends before it begins."))
        return Part(atom.text + times, atom.size * most + 1, atom.depth, times != "?")

    def item(self, first: Token, last: Token | None = None) -> str:
        if first.type == "DIGIT":
            return "0123456789"
        begin, end = ord(_character(first)), ord(_character(last or first))
        if not begin <= end < begin + WIDEST:
            raise NotSimple(_("The pattern has a range that is too wide or turned around."))
        return "".join(map(chr, range(begin, end + 1)))

    def set(self, opening: Token, *items: str) -> Part:
        characters = "".join(sorted({same for c in "".join(items) for same in variants(c)}))
        return Part(f"{opening}{_spelled(characters)}]", 1)


def _joined(how: str, parts: tuple[Part, ...]) -> Part:
    return Part(
        how.join(part.text for part in parts),
        sum(part.size for part in parts),
        max((part.depth for part in parts), default=0),
        any(part.repeats for part in parts),
    )
