"""Temporary passwords that a child can read aloud, copy by hand and type.

**Never ambiguous.** No password of any style holds a character of AMBIGUOUS: 0 O o, 1 l I |, 2 Z, 5 S, 8 B.
Both halves of every pair are out, so nobody needs to know which of the two we would have used. What follows:

- words with `l` or `o` in them, or that would begin with a capital B, I, O, S or Z, are not used;
- the small letters b, i, s and z stay in words: they are read as part of a word, in a group without digits,
  and the digits that they resemble (8, 1, 5, 2) never appear; so do g, q and G beside 6 and 9;
- `strong` has no words to help the reader, so it also leaves out 6 and what resembles its other digits or 6
  (g q b G), letters of one shape in both cases (c j k p u v w x y), those that run together (i, small m), and
  all vowels, with which chance would write words that nobody has read beforehand.

**Fit for children.** The words are the EFF's lists for passphrases (short, special and long; CC BY 3.0 US) as
the package xkcdpass carries them, 3 to 6 letters, without those in not_for_children.txt and in
hard_to_dictate.txt (words that sound alike, among others). Every word that is left was read; a test pins the
list, so that no new version of the package adds words unread. A number never holds 69 or 666.

**Entropy**, in bits, where every choice is made by `secrets` and all passwords of a style are equally likely;
W = 537 words, 5 digits (3 4 6 7 9), N = 543 four-digit numbers (of 5^4 = 625, those with 69 or 666 left out):

- `words`, Kite-Fern-Dusk-7: log2(W (W-1) (W-2)) + log2(5) = 27.20 + 2.32 = 29.52 bits
- `word-and-digits`, Kite-4736-Fern: log2(W (W-1)) + log2(N) = 18.13 + 9.08 = 27.22 bits
- `strong`, Rt4d-TDh7-9nFr-hR3M: 16 characters of 18, 16 log2(18) = 66.72 bits

NIST SP 800-63B (revision 3, section 5.1.2.1) asks for at least 20 bits of secrets that are handed out for one
use. At 10 tries in 5 minutes, the most that the lockout lets pass, the weakest style takes 74 years on
average.
"""

import secrets
from dataclasses import replace
from functools import cache
from itertools import product
from math import log2, perm
from pathlib import Path

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from xkcdpass.xkcd_password import generate_wordlist

from directory.passwords.policy import problems

LISTS = "eff-short,eff-special,eff-long"
AMBIGUOUS = "0Oo1lI|2Z5S8B"
DIGITS = "34679"
NUMBERS = tuple(n for n in map("".join, product(DIGITS, repeat=4)) if "69" not in n and "666" not in n)
STRONG_ALPHABET = "DFHLMNRT" + "dfhnrt" + "3479"
STRONG_LENGTH = 16
ATTEMPTS = 100
FOLDER = Path(__file__).parent


class Style(TextChoices):
    """What a tenant or unit wants its temporary passwords to look like."""

    WORDS = "words", _("Three words and a digit")
    WORD_AND_DIGITS = "word-and-digits", _("Two words and four digits")
    STRONG = "strong", _("Random characters")


def generate(style, policy, **names):
    """A new temporary password in that style that the policy accepts.

    `names` are the keyword arguments of `problems()`: a password with the person's name in it is thrown away,
    whatever the policy says of names. Raises ValueError for an unknown style, RuntimeError where the names
    leave nothing to choose from.
    """
    make, lengthen = MAKERS[Style(style)]
    policy = replace(policy, names=True)
    for attempt in range(ATTEMPTS):
        password = make()
        # Later ones a little longer: it makes up for it where an organization has banned most words of ours.
        while len(password) < min(policy.shortest + attempt // 4, policy.longest):
            password = lengthen(password)
        if not problems(password, policy, **names):
            return password
    raise RuntimeError("the names and banned words leave no temporary password")


def entropy(style):
    """Bits of entropy of a password of that style, as derived at the top of this file."""
    words = len(word_list())
    return {
        Style.WORDS: log2(perm(words, 3)) + log2(len(DIGITS)),
        Style.WORD_AND_DIGITS: log2(perm(words, 2)) + log2(len(NUMBERS)),
        Style.STRONG: STRONG_LENGTH * log2(len(STRONG_ALPHABET)),
    }[Style(style)]


@cache
def word_list():
    """The words to choose from, small letters, sorted; read once per process (about 10 ms)."""
    every = generate_wordlist(LISTS, min_length=3, max_length=6, valid_chars="[a-z]")
    refused = _listed("not_for_children.txt") | _listed("hard_to_dictate.txt")
    clear = {word for word in every if not set(word + word.capitalize()) & set(AMBIGUOUS)}
    return tuple(sorted(clear - refused))


def _listed(name):
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return {word for line in lines if not line.startswith("#") for word in line.split()}


def _words(count):
    return [word.capitalize() for word in secrets.SystemRandom().sample(word_list(), count)]


def _three_words():
    return "-".join([*_words(3), secrets.choice(DIGITS)])


def _word_and_digits():
    first, last = _words(2)
    return f"{first}-{secrets.choice(NUMBERS)}-{last}"


def _strong():
    return "-".join(_random(4) for _n in range(STRONG_LENGTH // 4))


def _random(count):
    return "".join(secrets.choice(STRONG_ALPHABET) for _n in range(count))


def _with_a_word(password):
    return f"{_words(1)[0]}-{password}"


def _with_a_group(password):
    return f"{password}-{_random(4)}"


# How each is made, and made longer where the policy asks for that: a choice more, so never less entropy.
MAKERS = {
    Style.WORDS: (_three_words, _with_a_word),
    Style.WORD_AND_DIGITS: (_word_and_digits, _with_a_word),
    Style.STRONG: (_strong, _with_a_group),
}
