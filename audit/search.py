"""Entries as somebody asks for them: filtered, by words, newest first, a page at a time.

No page costs more the deeper it lies: each begins where the one before it ended. Words are looked for day by
day, from the newest: a common one fills a page from the first days, and a rare one is looked up once a day.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.db.models import Q, QuerySet

from audit.models import Entry, EntryWord
from audit.words import Ranges, day_of, start_of
from tenants.planning import planned_anew

FIRST_DAYS, MORE = 2, 4  # days with hits that are read at first; so many times more at each further step


class Found:
    """The entries of a queryset in which all these words stand, in the scope of their tenant."""

    def __init__(self, entries: QuerySet[Entry], words: Ranges = ()) -> None:
        self._entries = entries.order_by("-activity_at", "-sequence")
        self._words = list(words)

    def page(self, size: int, before: Entry | None = None) -> list[Entry]:
        """So many entries at most: the newest, or those that stand below this one."""
        found: list[Entry] = []
        with planned_anew():
            for part in self._parts(before):
                found += part[: size - len(found)]
                if len(found) >= size:
                    break
        return found

    def count(self, limit: int) -> int:
        """How many there are; counting stops at the limit."""
        number = 0
        with planned_anew():
            for part in self._parts(None):
                number += part[: limit - number].count()  # in order: else all tenants are read
                if number >= limit:
                    break
        return number

    def batches(self, size: int) -> Iterator[list[Entry]]:
        """All of them, so many in memory at once; what is added meanwhile is not among them."""
        batch = self.page(size)
        while batch:
            yield batch
            batch = self.page(size, batch[-1]) if len(batch) == size else []

    def _parts(self, before: Entry | None) -> Iterator[QuerySet[Entry]]:
        """Querysets that hold, one after the other, all that was asked for."""
        entries = _below(self._entries, before)
        if not self._words:
            yield entries
            return
        for days in self._days(entries):
            part = entries.filter(activity_at__gte=start_of(days[-1]), activity_at__lt=start_of(days[0] + 1))
            # Intersected before an entry is looked up: PostgreSQL cannot know how few remain.
            first, *others = (_holding(word, days) for word in self._words)
            yield part.filter(sequence__in=first.intersection(*others) if others else first)

    def _days(self, entries: QuerySet[Entry]) -> Iterator[list[int]]:
        """The days, newest first, on which each of the words occurs: a few, then more and more."""
        newest = entries.values_list("activity_at", flat=True).first()
        oldest = entries.reverse().values_list("activity_at", flat=True).first()
        if newest is None or oldest is None:
            return
        day, number = day_of(newest), FIRST_DAYS
        more = True
        while more and (days := self._days_with_hits(day, day_of(oldest), number)):
            yield days
            more = len(days) == number
            day, number = days[-1] - 1, number * MORE

    def _days_with_hits(self, newest: int, oldest: int, number: int) -> list[int]:
        hits = " ".join(f"CROSS JOIN LATERAL ({_hit(word)}) w{n}" for n, word in enumerate(self._words))
        bounds = [bound for word in self._words for both in word for bound in both]
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT d.day FROM generate_series(%s::int, %s::int, -1) d (day) {hits} LIMIT %s",  # noqa: S608  no input in it
                [newest, oldest, *bounds, number],
            )
            return [day for (day,) in cursor.fetchall()]


def _hit(word: list[tuple[str, str]]) -> str:
    """One hit of a day: the limits keep PostgreSQL from reading all of them, and OR would take the index."""
    table = EntryWord._meta.db_table
    one = f"(SELECT 1 FROM {table} WHERE day = d.day AND word >= %s AND word < %s LIMIT 1)"  # noqa: S608  no input in it
    return f"SELECT FROM ({' UNION ALL '.join([one] * len(word))}) hit LIMIT 1"  # noqa: S608  no input in it


def _below(entries: QuerySet[Entry], before: Entry | None) -> QuerySet[Entry]:
    if before is None:
        return entries
    # The first condition is what the index is walked by; the second takes those of the same moment apart.
    here = Q(activity_at=before.activity_at, sequence__gte=before.sequence)
    return entries.filter(activity_at__lte=before.activity_at).exclude(here)


def _holding(word: list[tuple[str, str]], days: list[int]) -> QuerySet[EntryWord]:
    """The numbers of the entries of these days that hold it."""
    first, *others = (
        EntryWord.objects.filter(day__in=days, word__gte=first, word__lt=end).values("sequence")
        for first, end in word
    )
    return first.union(*others) if others else first


ACTIVITIES = """
    WITH RECURSIVE found (activity) AS (
        (SELECT activity FROM audit_entry ORDER BY activity LIMIT 1)
        UNION ALL
        SELECT (SELECT activity FROM audit_entry e WHERE e.activity > f.activity ORDER BY e.activity LIMIT 1)
        FROM found f WHERE f.activity IS NOT NULL
    )
    SELECT activity FROM found WHERE activity IS NOT NULL
"""


def activities() -> list[str]:
    """The names of all activities in the trail, each looked up once: DISTINCT would read every entry."""
    with connection.cursor() as cursor:
        cursor.execute(ACTIVITIES)
        return [activity for (activity,) in cursor.fetchall()]
