"""Words to find people by: case-folded, accent-free, compared by range.

A range on a "C" collated column keeps its index under row-level security; LIKE and lower() lose theirs.
"""

import re
import unicodedata

from django.db import models

from tenants.models import TenantModel

_LAST = "\U0010ffff"
_SEPARATORS = re.compile(r"[^\w]+|_+", re.UNICODE)


def normalise(text: str) -> str:
    """The text without case, accents and zeros (PostgreSQL takes none): “Ángel” and “angel” are one."""
    apart = unicodedata.normalize("NFKD", text.replace("\0", "").casefold())
    return "".join(c for c in apart if not unicodedata.combining(c)).casefold()


def words_of(*texts: str) -> set[str]:
    """Every word by whose beginning a person can be found; the whole user name counts as one."""
    found = set()
    for text in filter(None, map(normalise, texts)):
        found.update(word[:64] for word in _SEPARATORS.split(text) if word)
        if "@" in text:
            found.add(text.partition("@")[0][:64])
    return found


class SearchWord(TenantModel):
    """One word of one person."""

    user = models.ForeignKey("directory.User", models.CASCADE, related_name="words", db_index=False)
    word = models.CharField(max_length=64, db_collation="C")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "word", "user"], name="word_once_per_person"),
        ]
        indexes = [models.Index(fields=["user"], name="words_of_person")]

    @classmethod
    def search(cls, text: str, inside: models.QuerySet | None = None) -> models.QuerySet:
        """Ids of the people with, for every word typed, a word that begins so; of those inside, if given.

        Once or several times each.

        Sets of ids are intersected before anybody is looked up: PostgreSQL, which cannot know how few
        remain, would rather look up everyone in a school one by one.
        """
        words = sorted(words_of(text), key=len, reverse=True)[:5]
        if not words:
            return cls.objects.none().values("user_id")
        first, *rest = map(cls.matching, words)
        rest += [] if inside is None else [inside]
        return first.intersection(*rest) if rest else first

    @classmethod
    def matching(cls, beginning: str) -> models.QuerySet:
        """Ids of the people with a word that begins so."""
        return cls.objects.filter(word__gte=beginning, word__lt=beginning + _LAST).values("user_id")
