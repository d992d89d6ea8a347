"""The words to find entries by: of names, of user names, of network addresses."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from tenants.words import LONGEST, beginning_with, normalise, words_of

if TYPE_CHECKING:
    from audit.models import Entry

# Before the whole user name of who did it, and of whom it was done to. No word begins so by itself.
ACTOR, TARGET = "<", ">"
AT_MOST = 5  # words of what is typed that are looked for
ADDRESS = re.compile(r"\d{1,3}\.\d{1,3}(\.\d{0,3}){0,2}|[0-9a-f]*:[0-9a-f.:]*")  # or the beginning of one
FIRST_DAY = date(1970, 1, 1)

Ranges = list[list[tuple[str, str]]]  # for each word, the ranges of which one must hold it
NOTHING: Ranges = [[("", "")]]


def day_of(moment: datetime) -> int:
    """The number of the day, in UTC, since 1970."""
    return (moment.astimezone(UTC).date() - FIRST_DAY).days


def start_of(day: int) -> datetime:
    """When the day of this number begins."""
    return datetime.combine(FIRST_DAY + timedelta(days=day), time(), UTC)


def words_of_entry(entry: Entry) -> set[str]:
    """Every word by whose beginning this entry is found."""
    actor, target = (normalise(name) for name in (entry.actor_principal_name, entry.target_principal_name))
    # Not the domains of user names: nearly every entry has the same.
    texts = (entry.actor_name, entry.target_name, actor.partition("@")[0], target.partition("@")[0])
    whole = [(ACTOR, actor or normalise(entry.actor_name)), (TARGET, target or normalise(entry.target_name))]
    found = {(mark + name)[:LONGEST] for mark, name in whole if name}
    found.update(words_of(*texts), {entry.ip_address} if entry.ip_address else ())
    return found


def ranges_of(text: str) -> Ranges:
    """What an entry must hold for this text: a word for each one typed, beginning so."""
    found: Ranges = []
    for word in normalise(text).split():
        if "@" in word:
            found.append([range_of_actor(word), range_of_target(word)])
        elif ADDRESS.fullmatch(word):
            found.append([beginning_with(word[:LONGEST])])
        else:
            found += [[beginning_with(part)] for part in sorted(words_of(word))]
    if text.strip() and not found:
        return NOTHING
    return sorted(found, key=lambda ranges: len(ranges[0][0]), reverse=True)[:AT_MOST]


def range_of_actor(name: str) -> tuple[str, str]:
    """Entries by whoever's user name (a program's name) begins so."""
    return beginning_with((ACTOR + normalise(name))[:LONGEST])


def range_of_target(name: str) -> tuple[str, str]:
    """Entries about whoever's user name (or the name of a thing) begins so."""
    return beginning_with((TARGET + normalise(name))[:LONGEST])
