"""Banned words, as Entra scores them: how much of a password is words that are tried first?

Source: "Eliminate bad passwords using Microsoft Entra Password Protection", *How are passwords evaluated*.
"""

import re
import unicodedata
from functools import cache, lru_cache

from django.contrib.auth.password_validation import CommonPasswordValidator

TERM_LENGTHS = range(4, 17)  # characters of a banned word; others are ignored
COMMON_LENGTH = 6  # shorter common passwords are everyday words, and would make any phrase look weak
NAME_LENGTH = 4  # shorter parts of names are too often parts of words
SUBSTITUTIONS = str.maketrans("01$@", "olsa")
FEW = 3
SERVICE = "MyStaff"
HOLE = "\0"  # in a pattern: any one character


def score(password, banned=()):
    """Points: 1 for each banned word in it, 1 for each character besides; the cheapest reading counts.

    `banned` words match at edit distance 1 too, the common passwords only exactly: with 18,000 of those,
    nearly every word is one letter away from one.
    """
    text = normalised(password)
    patterns = _patterns(tuple(banned))
    points = [0]  # points[n]: of the first n characters
    for end in range(1, len(text) + 1):
        starts = range(max(0, end - TERM_LENGTHS.stop), end - TERM_LENGTHS.start + 2)
        words = [points[start] for start in starts if _is_banned(text[start:end], patterns)]
        points.append(1 + min([points[-1], *words]))
    return points[-1]


def is_common(password):
    """Whether it is on Django's list of common passwords, as typed or with the substitutions undone.

    One of them or a few characters again and again count as that: passwordpassword, aaaaaaaa, x7-x7-x7-x7-.
    """
    once = _said_once(password)
    return _is_on_the_list(password) or _is_on_the_list(once) or len(once) <= min(FEW, len(password) - 1)


def _is_on_the_list(text):
    return text.casefold() in _common_as_published() or normalised(text) in _common_terms()


def _said_once(text):
    """What the text consists of several times over, else the whole text."""
    return text[: (text + text).find(text, 1)]


def is_expected(password, names, banned=()):
    """Whether the whole password is one of the names or banned words and nothing else.

    Source: NIST SP 800-63B-4, section 3.1.1.2: "context-specific words, such as the name of the service, the
    username, and derivatives thereof". Case, accents, substitutions and all but letters and digits aside.
    """
    text = _letters(password)
    return bool(text) and (text in _all_letters(tuple(banned)) or text in map(_letters, names))


@lru_cache(maxsize=16)  # a full list takes several milliseconds
def _all_letters(banned):
    return frozenset(_letters(word) for word in (*banned, SERVICE))


def _letters(text):
    return "".join(c for c in normalised(text) if c.isalnum())


def has_name(password, names):
    """Whether a part of a name, of four letters or more, is in the password, accents and case aside."""
    text = normalised(password)
    return any(part in text for part in name_parts(names))


def name_parts(names):
    """The parts of names that has_name() looks for, normalised and sorted."""
    parts = {part for name in names for part in re.findall(r"[^\W\d_]+", _folded(name))}
    return sorted(normalised(part) for part in parts if len(part) >= NAME_LENGTH)


def normalised(text):
    """Without case and accents, and with the substitutions undone: 0 to o, 1 to l, $ to s, @ to a."""
    return _folded(text).translate(SUBSTITUTIONS)


def _folded(text):
    letters = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", "".join(c for c in letters if not unicodedata.combining(c)))


def _is_banned(piece, patterns):
    if piece in patterns or (len(piece) >= COMMON_LENGTH and piece in _common_terms()):
        return True
    return bool(patterns) and any(piece[:i] + HOLE + piece[i + 1 :] in patterns for i in range(len(piece)))


@lru_cache(maxsize=16)  # a full list takes several megabytes
def _patterns(banned):
    """Every spelling at edit distance 1 from the banned words, as a set of texts with at most one HOLE."""
    terms = {normalised(term.strip()) for term in banned}
    return frozenset(p for term in terms if len(term) in TERM_LENGTHS for p in _near(term))


def _near(term):
    """The term; with a letter missing; with a letter changed; with a letter put in.

    Not one put in before or after it: that letter is a character besides, worth its point (Entra's example
    ContoS0Bl@nkf9! counts the f after *blank*).
    """
    yield term
    for i in range(len(term)):
        yield term[:i] + term[i + 1 :]
        yield term[:i] + HOLE + term[i + 1 :]
        if i:
            yield term[:i] + HOLE + term[i:]


@cache
def _common_as_published():
    return frozenset(CommonPasswordValidator().passwords)


@cache
def _common_terms():
    return frozenset(normalised(word) for word in _common_as_published() if len(word) >= COMMON_LENGTH)
