"""Runs of sources, asked for by a person or by the clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from threading import Lock
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directory import tasks, verbs
from directory.connectors import Refused
from directory.door import CommandLine, Initiator, administering
from directory.models import Rhythm, Run, RunState, Source, SourceKind, User
from directory.source_kinds import READS_FILES
from directory.sync.csv_files.unread import without_unread
from directory.sync.oneroster.passwords import without_passwords
from directory.sync.progress import GOING, break_off_dead
from tenants import keys, scopes

CONFIRMABLE = timedelta(days=1)  # as long is kept what was uploaded for a run that waits for a word
LOST = timedelta(hours=1)  # after which a run that waits has lost its job
MOST_AT_ONCE = 2  # files that a process takes in

_at_it: set[UUID] = set()  # tenants whose file is taken in now
_lock = Lock()


def ask(
    source: Source,
    *,
    by: Initiator | CommandLine,
    content: bytes | None = None,
    is_dry: bool = False,
    confirms: Run | None = None,
    changes_held: bool = False,
) -> Run:
    """Ask for a run of a source; a worker does it soon. `content` is the file, where the kind reads files.

    `confirms` is a run that was stopped, or a dry one: this one does what that said, and no more; with
    `changes_held` also the user names that it said are held back. Raises Denied, or Refused where it cannot
    run now.
    """
    target = {"id": source.pk, "type": "Source", "name": source.name}
    pk = uuid4()  # what the run leaves in the trail has it too
    with administering(by, verbs.START_IMPORT, target, correlation_id=pk) as deed:
        how = {"is_dry": is_dry, "confirms": confirms, "changes_held": changes_held}
        run = make(source, user=by.user, content=content, pk=pk, **how)
        if is_dry:
            deed.details["dry run"] = "yes"
        if confirms is not None:
            deed.details["confirms"] = str(confirms.pk)
        if run.changes_held:
            deed.details["user names held back"] = "changed"
        deed.details["Run"] = str(run.pk)
        tasks.run_source(run=run.pk)
    return run


def make(
    source: Source,
    *,
    user: User | None,
    content: bytes | None = None,
    is_dry: bool = False,
    confirms: Run | None = None,
    changes_held: bool = False,
    pk: UUID | None = None,
) -> Run:
    """The row of a run that waits; raises Refused as `ask` does."""
    rows = Source.objects.defer("secret")  # one whose key is lost makes a run that says so
    source = rows.select_for_update().get(pk=source.pk)  # of two who ask at once one is told
    break_off_dead()
    _refuse_unless_free(source)
    if confirms is not None:
        content = content or _content_of(source, confirms)
    if source.kind in READS_FILES and content is None:
        raise Refused(_("Choose a file: this source reads files."))
    if content is not None:
        content = _fit_to_keep(source, content)
    run = Run(pk=pk or uuid4(), source=source, asked_by=user, content=content)
    run.is_dry, run.confirms = is_dry, confirms
    run.changes_held = changes_held and confirms is not None
    run.save(force_insert=True)
    if confirms is not None:
        Run.objects.filter(pk=confirms.pk).update(content=None)
    return run


def start_due(now: datetime | None = None) -> None:
    """Start what its rhythm says is due in the tenant whose scope we are in: the source itself asks."""
    now = timezone.localtime(now)
    sources = Source.objects.defer("secret").filter(enabled=True)
    for source in sources.exclude(rhythm=Rhythm.NEVER).exclude(kind__in=READS_FILES):
        last = source.runs.filter(is_dry=False).order_by("-made_at").first()
        if last is None or last.made_at < _since(source, now):
            with suppress(Refused), transaction.atomic():
                tasks.run_source(run=make(source, user=None).pk)


def _since(source: Source, now: datetime) -> datetime:
    """When it was due last; to the hour, in the instance's time zone."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    if source.rhythm == Rhythm.HOURLY:
        return hour
    today = hour.replace(hour=source.hour)
    return today if today <= now else today - timedelta(days=1)


def forget_files() -> None:
    """Forget what was uploaded for runs that nobody confirmed, or no worker took up, within a day."""
    break_off_dead()
    old = Run.objects.filter(made_at__lt=timezone.now() - CONFIRMABLE).exclude(content=None)
    lost = old.filter(state=RunState.WAITING)
    lost.update(state=RunState.BROKEN_OFF, ended_at=timezone.now(), content=None)
    old.exclude(state__in=GOING).update(content=None)


def _refuse_unless_free(source: Source) -> None:
    if not source.enabled:
        raise Refused(_("This source is switched off."))
    waiting = source.runs.filter(state=RunState.WAITING, made_at__gt=timezone.now() - LOST)
    if waiting.exists() or source.runs.filter(state__in=GOING).exists():
        raise Refused(_("A run of this source goes on already."))


def _content_of(source: Source, confirms: Run) -> bytes | None:
    """What the run that is confirmed had read; raises Refused where there is nothing to confirm."""
    confirms = Run.objects.filter(pk=confirms.pk, source=source).defer("content").first()
    if confirms is None or not (confirms.state == RunState.BRAKED or confirms.is_dry):
        raise Refused(_("There is nothing to confirm about this run."))
    try:
        content = confirms.content
    except (keys.NoKeys, keys.Undecryptable):
        content = None
    if content is None and source.kind in READS_FILES:
        raise Refused(_("This run’s file is not kept any more. Upload it again."))
    return content


def _fit_to_keep(source: Source, content: bytes) -> bytes:
    """Without what nobody reads, passwords above all; raises Refused where no key would encrypt it."""
    try:
        keys.ring()
    except keys.NoKeys as error:
        raise Refused(str(error)) from None
    with _taking_in():
        if source.kind == SourceKind.ONEROSTER_CSV:
            return without_passwords(content)
        return without_unread(content, source) if source.kind == SourceKind.CSV else content


@contextmanager
def _taking_in() -> Iterator[None]:
    """One file of a tenant at a time, and few of all: a zip may take minutes, and a thread with it.

    Raises Refused where others are at it.
    """
    tenant = scopes.require()
    with _lock:
        if tenant in _at_it or len(_at_it) >= MOST_AT_ONCE:
            raise Refused(_("Other files are being taken in at this moment. Try again in a few minutes."))
        _at_it.add(tenant)
    try:
        yield
    finally:
        with _lock:
            _at_it.discard(tenant)
