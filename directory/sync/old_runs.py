"""Old runs: their names go, their counts stay."""

from __future__ import annotations

from datetime import datetime

from directory.models import Run, RunChange


def forget_names(before: datetime) -> None:
    """Of runs that were asked for before this moment, in the tenant whose scope we are in."""
    RunChange.objects.filter(run__made_at__lt=before).delete()
    old = Run.objects.filter(made_at__lt=before).exclude(problems=[], warnings=[])
    old.update(problems=[], warnings=[])
