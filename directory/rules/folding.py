"""Characters that differ in case only, one for one: the same here as in the database.

Unicode's simple case folding ("CaseFolding.txt", C and S): it knows no language and keeps the length, so "ß"
is not "ss", and the Turkish dotless ı and dotted İ are letters of their own. What lower() does in PostgreSQL
hangs on how the database was made.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache

LAST = 0x1E944  # no letter with a case comes after it


def fold_character(character: str) -> str:
    """The one character that stands for it and its other cases."""
    for other in (character.casefold(), character.lower()):
        if len(other) == 1:
            return other
    return character


def fold(text: str) -> str:
    """The text with one case only; as long as it was."""
    return "".join(map(fold_character, text))


@cache
def _families() -> dict[str, str]:
    found = defaultdict(list)
    for code in range(LAST):
        character = chr(code)
        if (folded := fold_character(character)) != character:
            found[folded].append(character)
    return {folded: "".join(others) for folded, others in found.items()}


def variants(character: str) -> str:
    """The character, its folded form first, and all that differ from it in case only."""
    folded = fold_character(character)
    return folded + _families().get(folded, "")
