"""How strong a password is, as a word and a number: an estimate of the guesses it takes.

Source of the scale: D. Wheeler, "zxcvbn: Low-Budget Password Strength Estimation", USENIX Security 2016. It
only advises: what is refused is the policy's business.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from zxcvbn_rs_py import zxcvbn

MOST = 48  # characters looked at; time grows faster than they do, and so many are strong or repeat themselves
WORDS = [_("very weak"), _("weak"), _("fair"), _("good"), _("strong")]


@dataclass(frozen=True)
class Strength:
    """A score of 0 to 4, and its word."""

    score: int

    @property
    def word(self) -> str:
        return WORDS[self.score]


def strength(password: str, words: Iterable[str] = ()) -> Strength:
    """How strong it is, the words (small letters: parts of names) taken as those that are tried first."""
    return Strength(int(zxcvbn(password[:MOST], list(words)).score))
