"""What is wrong with a rule, as a sentence that names the place."""

from __future__ import annotations

from django.utils.translation import gettext as _

SHOWN = 40  # characters of a word


class RuleError(Exception):
    """The rule cannot be taken; `character` counts from 1."""

    def __init__(self, sentence: str, position: int, word: str = "") -> None:
        self.character = position + 1
        said = word if len(word) <= SHOWN else word[: SHOWN - 1] + "…"
        where = {"number": self.character, "word": said, "sentence": sentence}
        super().__init__(
            _("Character %(number)d, “%(word)s”: %(sentence)s") % where
            if said
            else _("Character %(number)d: %(sentence)s") % where
        )
