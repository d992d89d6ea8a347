"""Whether a tenant's trail is still what was written: every entry, its place, and the end of the chain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Subquery
from django.utils.translation import gettext as _

from audit import chain
from audit.models import Entry, Head

AT_ONCE = 2000  # entries in memory


@dataclass(frozen=True)
class Finding:
    """What is not as it was written: at which number, which entry (if there is one), and how so."""

    sequence: int
    id: str
    what: str

    def __str__(self) -> str:
        where = _("Entry %(number)s") % {"number": self.sequence}
        return f"{where} ({self.id}): {self.what}" if self.id else f"{where}: {self.what}"


@dataclass(frozen=True)
class End:
    """How far the chain goes."""

    sequence: int = 0
    hash: str = chain.START
    id: str = ""


class Verification:
    """Goes over the trail of the tenant whose scope we are in; `end` is the last entry that was seen."""

    def __init__(self) -> None:
        self.end = End()
        self.count = 0

    def findings(self) -> Iterator[Finding]:
        """Everything that is wrong, in the order of the numbers; constant memory."""
        head = _end_of(Head.objects.values("sequence", "hash").first())
        with transaction.atomic():
            for entry in _entries():
                # Of the same moment as the entries: while this runs others are added.
                head = _end_of({"sequence": entry.head_sequence, "hash": entry.head_hash})
                yield from self._entry(entry, head)
        yield from self._last(head)

    def _entry(self, entry: Entry, head: End | None) -> Iterator[Finding]:
        self.count += 1
        number, pk, before = entry.sequence, str(entry.pk), self.end
        if number <= before.sequence or (head and number > head.sequence):
            yield Finding(number, pk, _("was put in: this number was never given."))
            return
        if chain.digest(entry) != entry.hash:
            yield Finding(number, pk, _("was changed: its hash belongs to other values."))
        if number > before.sequence + 1:
            yield _missing(before.sequence + 1, number - 1)
        elif entry.previous_hash != before.hash:
            yield Finding(number, pk, _("was not written after the entry that stands before it now."))
        self.end = End(number, entry.hash, pk)

    def _last(self, head: End | None) -> Iterator[Finding]:
        last = self.end
        if head is None and self.count:
            yield Finding(last.sequence, last.id, _("may not be the last: the end of the chain was removed."))
        elif head and head.sequence > last.sequence:
            yield _missing(last.sequence + 1, head.sequence)
        elif head and head.hash != last.hash:
            yield Finding(last.sequence, last.id, _("is not the entry that was written last."))


def _entries() -> Iterator[Entry]:
    head = Head.objects.all()
    entries = Entry.objects.order_by("sequence", "pk").annotate(
        head_sequence=Subquery(head.values("sequence")[:1]), head_hash=Subquery(head.values("hash")[:1])
    )
    return entries.iterator(chunk_size=AT_ONCE)


def _end_of(values: dict | None) -> End | None:
    return End(**values) if values and values["sequence"] is not None else None


def _missing(first: int, last: int) -> Finding:
    if first == last:
        return Finding(first, "", _("was removed."))
    return Finding(first, "", _("was removed, and all after it up to %(number)s.") % {"number": last})
