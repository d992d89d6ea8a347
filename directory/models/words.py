"""Words to find people by; how texts become words stands in tenants/words.py."""

from django.db import models

from tenants.models import TenantModel
from tenants.words import beginning_with, words_of


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
        first, end = beginning_with(beginning)
        return cls.objects.filter(word__gte=first, word__lt=end).values("user_id")
