"""Runs of sources, as people ask for them."""

from __future__ import annotations

from directory import tasks, verbs
from directory.door import Initiator, administering
from directory.models import Run, Source


def ask(
    source: Source,
    *,
    by: Initiator,
    content: bytes | None = None,
    is_dry: bool = False,
    confirms: Run | None = None,
) -> Run:
    """Ask for a run, which a worker begins. `confirms` is the stopped or dry one that it may not exceed."""
    target = {"id": source.pk, "type": "Source", "name": source.name}
    content = content or (confirms and confirms.content)
    with administering(by, verbs.IMPORT_ROSTER, target):
        run = Run.objects.create(
            source=source, asked_by=by.user, content=content, is_dry=is_dry, confirms=confirms
        )
        tasks.run_source(run=run.pk)
    return run
