"""Which sources somebody should look at: failed, braked, overdue; and when one was last brought in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.models import Rhythm, Run, RunState, Source
from directory.source_kinds import READS_FILES
from directory.sync.progress import GOING

UNDER_WAY = (RunState.WAITING, *GOING)
UNHEARD = timedelta(hours=1)  # that a run waits for a worker
# From one run to the next, and half as long again: then a source is late.
LATE = {Rhythm.HOURLY: timedelta(minutes=90), Rhythm.DAILY: timedelta(hours=36)}


def last_done(key: str) -> datetime | None:
    """When a source of this short name was last brought in, all of it; None where it never was."""
    done = Run.objects.filter(source__key=key, state=RunState.DONE, is_dry=False)
    return done.order_by("-ended_at").values_list("ended_at", flat=True).first()


@dataclass(frozen=True)
class Notice:
    """One source that somebody should look at, and why."""

    source: Source
    sentence: str
    run: Run | None


def notices() -> list[Notice]:
    """Those of all sources that are on."""
    newest = Run.objects.filter(source=OuterRef("pk"), is_dry=False)
    sources = (
        Source.objects.defer("secret").filter(enabled=True).annotate(newest=Subquery(newest.values("pk")[:1]))
    )
    runs = Run.objects.defer("content", "warnings", "problems").in_bulk(
        [source.newest for source in sources if source.newest]
    )
    found = [_notice(source, runs.get(source.newest)) for source in sources]
    return [notice for notice in found if notice]


def _notice(source: Source, run: Run | None) -> Notice | None:
    sentences = {
        RunState.FAILED: _("The last run failed."),
        RunState.BROKEN_OFF: _("The last run broke off."),
        RunState.BRAKED: _("A run waits until somebody confirms it."),
    }
    if run and run.state in sentences:
        return Notice(source, sentences[run.state], run)
    if run and run.state == RunState.WAITING and run.made_at < timezone.now() - UNHEARD:
        return Notice(source, _("A run waits, and no worker takes it up."), run)
    if source.rhythm in LATE and _is_late(source, run):
        return Notice(source, _("It is overdue: no run has ended for too long."), run)
    return None


def _is_late(source: Source, run: Run | None) -> bool:
    """Since its last run, or since it should have had its first; files are brought by somebody."""
    if run is None and source.kind in READS_FILES:
        return False
    since = (run.ended_at or run.made_at) if run else source.scheduled_at
    return since < timezone.now() - LATE[Rhythm(source.rhythm)]
