"""Words to find rows by: case-folded, accent-free, compared by range.

A range on a "C" collated column keeps its index under row-level security; LIKE and lower() lose theirs.
"""

import re
import unicodedata

LONGEST = 64  # letters of a word that are kept
_LAST = "\U0010ffff"
_SEPARATORS = re.compile(r"[^\w]+|_+", re.UNICODE)


def normalise(text: str) -> str:
    """The text without case, accents and zeros (PostgreSQL takes none): “Ángel” and “angel” are one."""
    apart = unicodedata.normalize("NFKD", text.replace("\0", "").casefold())
    return "".join(c for c in apart if not unicodedata.combining(c)).casefold()


def words_of(*texts: str) -> set[str]:
    """Every word by whose beginning something can be found; the whole user name counts as one."""
    found = set()
    for text in filter(None, map(normalise, texts)):
        found.update(word[:LONGEST] for word in _SEPARATORS.split(text) if word)
        if "@" in text:
            found.add(text.partition("@")[0][:LONGEST])
    return found


def beginning_with(text: str) -> tuple[str, str]:
    """The range of all words that begin so: from the first (in it) to the second (not in it)."""
    return text, text + _LAST
