"""The brake: no export gone wrong locks a district out. A run that would waits for a person's word.

Of people it counts a day together: else a run an hour would do in small steps what none may do at once.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from directory.models import Run, RunState, Source
from directory.sync import changes
from directory.sync.plan import Plan

Counts = dict[str, int]
FEW = 5  # this many never need a word
DAY = timedelta(days=1)


def stops(plan: Plan, source: Source) -> bool:
    """Whether it is too much to be done without a word; about power none is too few."""
    return plan.moves_power or any(
        lost > FEW and lost * 100 > stored * source.brake_percent
        for lost, stored in _losses(plan, source).values()
    )


def exceeds(counts: Counts, seen: Counts) -> bool:
    """Whether more would go on balance than was said when it was confirmed; who goes says fingerprint.py."""
    return any(measure(counts) > measure(seen) for measure in (_members, _group_members, _grants))


def _losses(plan: Plan, source: Source) -> dict[str, tuple[int, int]]:
    """Of each kind how many are lost on balance, and of how many: a new school year swaps nearly all.

    Whoever is called otherwise, or has their password elsewhere, is not lost, and may not get in any more.
    """
    counts, stored = plan.counts, plan.stored
    return _of_people(plan, source) | {
        "members": (_members(counts), stored["members"]),
        "group members": (_group_members(counts), stored["group members"]),
        "grants": (plan.lapsing, stored["grants"]),
    }


def _of_people(plan: Plan, source: Source) -> dict[str, tuple[int, int]]:
    """The same of people, with what the other runs of a day did. Who has gone since was among them."""
    past, stored = _past(source), plan.stored["people"]
    before = stored + sum(map(_lost, past))
    lately = {
        what: _lately([then(counts) for counts in past], before, source)
        for what, (_now, then) in OF_PEOPLE.items()
    }
    found = {what: now(plan.counts) for what, (now, _then) in OF_PEOPLE.items()}
    return {what: (n and n + lately[what], stored + lately["people"]) for what, n in found.items()}


def _past(source: Source) -> list[Counts]:
    """What its runs of a day have done, those aside to which somebody said yes."""
    done = Run.objects.filter(source=source, state=RunState.DONE, is_dry=False, confirms=None)
    return list(done.filter(ended_at__gt=timezone.now() - DAY).values_list("counts", flat=True))


def _lately(each: list[int], before: int, source: Source) -> int:
    """How many these were. What is too much by itself was let through at a shell, and counts no more."""
    return max(sum(n for n in each if n <= FEW or n * 100 <= before * source.brake_percent), 0)


def _people(counts: Counts) -> int:
    return counts.get(changes.DISABLED.word, 0) + counts.get(changes.REMOVED.word, 0)


def _lost(counts: Counts) -> int:
    """Of a run that is over: who came back is not lost."""
    return _people(counts) - counts.get(changes.ENABLED.word, 0)


def _renamed(counts: Counts) -> int:
    return counts.get(changes.RENAMED.word, 0)


def _moved(counts: Counts) -> int:
    return counts.get(changes.MOVED.word, 0)


# How many of a run now, and of one of the past.
OF_PEOPLE = {"people": (_people, _lost), "user names": (_renamed, _renamed), "passwords": (_moved, _moved)}


def _members(counts: Counts) -> int:
    return counts.get(changes.MEMBERS_REMOVED.word, 0) - counts.get(changes.MEMBERS_ADDED.word, 0)


def _group_members(counts: Counts) -> int:
    added = counts.get(changes.GROUP_MEMBERS_ADDED.word, 0)
    return counts.get(changes.GROUP_MEMBERS_REMOVED.word, 0) - added


def _grants(counts: Counts) -> int:
    return counts.get(changes.GRANTS_REMOVED.word, 0) - counts.get(changes.GRANTS_ADDED.word, 0)
