"""Compares what a source says with what is stored of it; writes nothing but temporary tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from directory.models import LOCAL, Source
from directory.source_kinds import READS as DIRECTORIES
from directory.sync import changes, checks, held_back, temporary
from directory.sync.findings import Findings
from directory.sync.group_plan import plan_groups
from directory.sync.kept import keeps_jobs
from directory.sync.leftovers import plan_leftovers
from directory.sync.member_plan import plan_grants, plan_members
from directory.sync.people_plan import plan_people
from directory.sync.unit_plan import plan_tree, plan_units

LONG_AGO = datetime.min.replace(year=1900, tzinfo=timezone.get_default_timezone())
IN_FORCE = "coalesce(starts_at, '-infinity') <= now() AND coalesce(ends_at, 'infinity') > now()"
DISABLED = """
    SELECT id, upn, display_name FROM plan_people WHERE is_disabled
    UNION ALL SELECT id, upn, display_name FROM plan_vanished WHERE is_active
"""


@dataclass(frozen=True)
class Plan:
    """How much there is to change, and of how much; what it is stands in the temporary tables."""

    counts: dict[str, int] = field(default_factory=dict)
    stored: dict[str, int] = field(default_factory=dict)  # what there is of the source: see _stored
    lapsing: int = 0  # roles in force that go, less those that come and are in force at once
    moves_power: bool = False  # what a role hangs on will be elsewhere, or somebody else's

    @property
    def is_empty(self) -> bool:
        return not any(self.counts.values())

    def lines(self) -> list[str]:
        """The plan for a person to read."""
        return told(self.counts)


def told(counts: dict[str, int]) -> list[str]:
    """Counts of a run for a person to read."""
    lines = [f"{count:>7,} {_(what)}" for what, count in counts.items() if count]
    return lines or [_("Nothing to change.")]


def make_plan(
    source: Source, findings: Findings, *, is_delta: bool = False, changes_held: bool = False
) -> Plan:
    """The difference between the staged facts and what is stored; it lies in temporary tables.

    Raises RosterError for facts that contradict themselves, or what is stored, with all their lines.
    `findings` gets who is held back; `changes_held` changes those names all the same that lead to power.
    """
    about = {"source": source.key, "is_delta": is_delta}
    if source.kind in DIRECTORIES:
        held_back.keep_names(findings, source.key)
    checks.refuse_twice(findings)
    findings.stop_if_refused()
    plan_units(findings, **about)
    plan_groups(findings, **about)
    plan_people(
        findings,
        authority=source.authority.key if source.authority else LOCAL,
        is_found_by_name=is_found_by_name(source),
        changes_held=changes_held,
        keeps_jobs=keeps_jobs(source),
        remove_before=_remove_before(source),
        **about,
    )
    checks.refuse_nowhere(findings)
    checks.refuse_unassignable(findings)
    findings.stop_if_refused()
    plan_members(findings, **about)
    plan_grants(findings, **about)
    plan_tree(findings)
    findings.stop_if_refused()
    plan_leftovers()
    temporary.make("plan_disabled", DISABLED)
    return Plan({kind.word: kind.count() for kind in changes.KINDS}, _stored(), _lapsing(), _moves_power())


def is_found_by_name(source: Source) -> bool:
    """Whether passwords live in a directory that does not know its people by the source's keys."""
    return source.authority_id not in (None, source.directory_id)


def _remove_before(source: Source) -> datetime:
    days = source.remove_after_days
    return timezone.now() - timedelta(days=days) if days else LONG_AGO


def _stored() -> dict[str, int]:
    [(people, members, group_members, grants)] = temporary.rows(
        f"""
        SELECT (SELECT count(*) FROM stored_people WHERE is_active),
            (SELECT count(*) FROM stored_members WHERE is_ours),
            (SELECT count(*) FROM stored_group_members WHERE is_ours),
            (SELECT count(*) FROM stored_grants WHERE {IN_FORCE})
        """  # noqa: S608
    )
    return {"people": people, "members": members, "group members": group_members, "grants": grants}


def _moves_power() -> bool:
    tables = ("moved_with_power", "known_with_power")
    return any(temporary.number(f"SELECT count(*) FROM {table}") for table in tables)  # noqa: S608


def _lapsing() -> int:
    """Next year's roles help nobody today: a roster that comes too early takes this year's away."""
    gone, new = (
        temporary.number(f"SELECT count(*) FROM {table} WHERE {IN_FORCE}")  # noqa: S608
        for table in ("gone_grants", "new_grants")
    )
    return gone - new
