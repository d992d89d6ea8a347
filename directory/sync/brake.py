"""The brake: no export gone wrong locks a district out. A run that would waits for a person's word.

Of people it counts a day together: else a run an hour would do in small steps what none may do at once.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from directory.models import Run, RunState, Source
from directory.sync import changes
from directory.sync.plan import Plan

FEW = 5  # this many never need a word
DAY = timedelta(days=1)


def stops(plan: Plan, source: Source, confirmed: Run | None = None) -> bool:
    """Whether the run must wait; `confirmed` is one that somebody has looked at and said yes to."""
    percent = source.brake_percent
    too_much = {
        what: lost
        for what, (lost, stored) in _losses(plan, _lost_lately(plan, source)).items()
        if lost > FEW and lost * 100 > stored * percent
    }
    seen = confirmed.counts if confirmed else {}
    return bool(too_much) and not (seen and not _exceeds(plan.counts, seen))


def _lost_lately(plan: Plan, source: Source) -> int:
    """How many people its other runs of a day have taken away, those aside to which somebody said yes."""
    done = Run.objects.filter(source=source, state=RunState.DONE, is_dry=False, confirms=None)
    found = done.filter(ended_at__gt=timezone.now() - DAY).values_list("counts", flat=True)
    lost = [_people(counts) - counts.get(changes.ENABLED.word, 0) for counts in found]
    before = plan.stored["people"] + sum(lost)
    # What is too much by itself was let through at a shell.
    return max(sum(n for n in lost if n <= FEW or n * 100 <= before * source.brake_percent), 0)


def _losses(plan: Plan, lately: int) -> dict[str, tuple[int, int]]:
    """Of each kind how many are lost on balance, and of how many: a new school year swaps nearly all."""
    counts, stored = plan.counts, plan.stored
    people = _people(counts)
    grants = counts[changes.GRANTS_REMOVED.word] - plan.over - counts[changes.GRANTS_ADDED.word]
    return {
        "people": (people and people + lately, stored["people"] + lately),
        "members": (_members(counts), stored["members"]),
        "group members": (_group_members(counts), stored["group members"]),
        "grants": (grants, stored["grants"]),
    }


def _exceeds(counts: dict[str, int], seen: dict[str, int]) -> bool:
    """Whether more would be done now than was said when it was confirmed."""
    measures = (_people, _members, _group_members, _grants)
    return any(measure(counts) > measure(seen) for measure in measures)


def _people(counts: dict[str, int]) -> int:
    return counts.get(changes.DISABLED.word, 0) + counts.get(changes.REMOVED.word, 0)


def _members(counts: dict[str, int]) -> int:
    return counts.get(changes.MEMBERS_REMOVED.word, 0) - counts.get(changes.MEMBERS_ADDED.word, 0)


def _group_members(counts: dict[str, int]) -> int:
    added = counts.get(changes.GROUP_MEMBERS_ADDED.word, 0)
    return counts.get(changes.GROUP_MEMBERS_REMOVED.word, 0) - added


def _grants(counts: dict[str, int]) -> int:
    return counts.get(changes.GRANTS_REMOVED.word, 0) - counts.get(changes.GRANTS_ADDED.word, 0)
