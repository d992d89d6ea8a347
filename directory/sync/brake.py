"""The brake: no export gone wrong locks a district out. A run that would waits for a person's word."""

from __future__ import annotations

from directory.models import Run, Source
from directory.sync import changes
from directory.sync.plan import Plan

FEW = 5  # this many never need a word


def stops(plan: Plan, source: Source, confirmed: Run | None = None) -> bool:
    """Whether the run must wait; `confirmed` is one that somebody has looked at and said yes to."""
    percent = source.brake_percent
    too_much = {
        what: lost
        for what, (lost, stored) in _losses(plan).items()
        if lost > FEW and lost * 100 > stored * percent
    }
    seen = confirmed.counts if confirmed else {}
    return bool(too_much) and not (seen and not _exceeds(plan.counts, seen))


def _losses(plan: Plan) -> dict[str, tuple[int, int]]:
    """Of each kind how many are lost on balance, and of how many: a new school year swaps nearly all."""
    counts, stored = plan.counts, plan.stored
    grants = counts[changes.GRANTS_REMOVED.word] - plan.over - counts[changes.GRANTS_ADDED.word]
    return {
        "people": (_people(counts), stored["people"]),
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
