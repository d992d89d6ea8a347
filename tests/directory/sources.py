"""Sources, their runs and connected directories, as tests need them."""

from datetime import timedelta

from django.utils import timezone

from directory.models import ConnectedDirectory, Run, RunState, Source

SECRET = "hunter2-and-more"


def make_directory(key: str = "ad", **fields) -> ConnectedDirectory:
    fields = {
        "name": "Riverside AD",
        "kind": "ad",
        "servers": "dc1.riverside.example:636",
        "base_dn": "DC=riverside,DC=example",
        "account": "CN=mystaff,DC=riverside,DC=example",
        "secret": SECRET,
    } | fields
    return ConnectedDirectory(key=key, **fields)


def make_source(key: str = "roster", kind: str = "oneroster-csv", **fields) -> Source:
    return Source.objects.create(key=key, kind=kind, **{"name": "Student roster"} | fields)


def make_run(source: Source, state: str = RunState.DONE, *, ago: timedelta = timedelta(), **fields) -> Run:
    """One that was asked for, and ended, so long ago."""
    run = Run.objects.create(source=source, state=state, **fields)
    at = timezone.now() - ago
    Run.objects.filter(pk=run.pk).update(made_at=at, ended_at=at if state == RunState.DONE else None)
    run.refresh_from_db()
    return run
