"""A run of a source from beginning to end: read, compare, write; and what is kept of it."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import Result
from directory import administrators, dynamic_units
from directory.connectors import AuthorityError
from directory.door import Initiator
from directory.models import Run, RunState, Source
from directory.sync import brake, changes, run_entries, temporary
from directory.sync.apply import apply
from directory.sync.facts import Reading
from directory.sync.findings import Finding, Findings, RosterError
from directory.sync.fingerprint import fingerprint
from directory.sync.held_back import refuse_power_given_meanwhile
from directory.sync.plan import Plan, is_found_by_name, make_plan
from directory.sync.progress import GOING, Busy, Progress, mark_dead
from directory.sync.readers import Reader, reader_of
from directory.sync.run_entries import Somebody, record_run
from directory.sync.staging import stage
from directory.sync.turn import wait_for_turn
from tenants import keys, scopes
from tenants.models import EmailDomain

__all__ = ["Busy", "RosterError", "carry_out", "execute"]
STOPPED = (RunState.WAITING, *GOING)  # from which a run begins: for the first time, or once more


def execute(run: Run) -> None:
    """Do a run that waits, or one whose process died; how it ends is told by its state.

    Raises Busy while another run of the tenant goes on, and what nobody foresaw; then nothing was written.
    """
    with suppress(RosterError):
        carry_out(run)


def carry_out(
    run: Run,
    *,
    read: Reader | None = None,
    by: Somebody = None,
    password_hash: str | None = None,
    brakes: bool = True,
) -> None:
    """The same; raises RosterError besides, with every problem, for what ends as failed.

    `read` reads instead of the source's reader; new people get the hash given, or no password; who runs it
    at a shell may take the brake off.
    """
    with Progress(run) as progress:
        mark_dead(Run.objects.exclude(pk=run.pk))
        run.refresh_from_db()
        run.source = _source_now(run.source_id)
        if run.state not in STOPPED:
            return
        by = by or (Initiator(run.asked_by) if run.asked_by else None)
        _begin(run)
        try:
            if read is None and not run.source.enabled:
                raise RosterError([Finding("", 0, _("This source is switched off."))])
            _Running(run, progress, by, password_hash, brakes).all(read or reader_of(run.source.kind))
        except RosterError as error:
            _fail(run, by, [str(problem) for problem in error.problems])
            raise
        except AuthorityError as error:
            _fail(run, by, [str(error)])
            raise RosterError([Finding("", 0, str(error))]) from error
        except Exception:
            # What libraries say may hold what was sent: it is said in our words.
            _fail(run, by, [_("Something went wrong here, and nothing was changed. Run it again.")])
            raise
        finally:
            with suppress(DatabaseError):  # a lost connection has taken them along
                temporary.forget()


def _begin(run: Run) -> None:
    run.state, run.began_at = RunState.READING, timezone.now()
    run.sign_of_life, run.done, run.total, run.ended_at = run.began_at, 0, None, None
    run.save(update_fields=["state", "began_at", "sign_of_life", "done", "total", "ended_at"])


class _Running:
    def __init__(
        self, run: Run, progress: Progress, by: Somebody, password_hash: str | None, brakes: bool
    ) -> None:
        self.run, self.progress, self.by = run, progress, by
        self.password_hash, self.brakes, self.findings = password_hash, brakes, Findings()
        self.moved: list[dynamic_units.Moved] = []  # who came into locations by their rules, and who went

    def all(self, read: Reader) -> None:
        """Reading waits for nobody and nobody for it; what follows is one transaction."""
        source = self.run.source
        reading = read(source, _content(self.run), self.findings)
        domains = EmailDomain.objects.filter(tenant=scopes.require()).values_list("domain", flat=True)
        stage(reading.facts, self.findings, set(domains), self.progress.reads)
        self.findings.stop_if_refused()
        self.progress.says(RunState.COMPARING)
        with _taken_meanwhile(), transaction.atomic():
            wait_for_turn()
            _refuse_if_changed(source)
            temporary.run("SET LOCAL work_mem = '64MB'")
            self._compare_and_write(reading)

    def _compare_and_write(self, reading: Reading) -> None:
        run, source = self.run, self.run.source
        with_held = run.changes_held and run.confirms is not None
        plan = make_plan(source, self.findings, is_delta=reading.is_delta, changes_held=with_held)
        run.counts, run.state = plan.counts, RunState.DONE
        changes.keep(run, plan.counts)
        if self._waits(plan):
            run.state = RunState.BRAKED
        if run.is_dry or run.state == RunState.BRAKED:
            self._end(plan)
            return
        self.progress.says(RunState.WRITING)
        self._write(reading.cursor(), plan)
        self._end(plan)

    def _waits(self, plan: Plan) -> bool:
        """Whether it is too much, and not just what somebody has confirmed."""
        run, seen = self.run, self.run.confirms
        stops = self.brakes and brake.stops(plan, run.source)
        if not (stops or run.is_dry or run.changes_held):
            return False
        run.fingerprint = fingerprint()
        if seen is None or not (stops or run.changes_held):
            return stops
        is_same = run.fingerprint == seen.fingerprint and not brake.exceeds(plan.counts, seen.counts)
        if not is_same:
            self.findings.warn("", 0, _("This is not what was confirmed. Look at it again."))
        return not is_same

    def _write(self, cursor: str, plan: Plan) -> None:
        moves = plan.counts[changes.MOVED.word]
        with administrators.keeping_one_here() if moves else administrators.keeping_one():
            dynamic_units.hold(alone=True)
            if is_found_by_name(self.run.source) and not self.run.changes_held:
                refuse_power_given_meanwhile(self.run.source.key)
            run_entries.note()
            apply(self.run.source, password_hash=self.password_hash, tell=self.progress.writes)
            self.moved = dynamic_units.keep_current()
        if cursor != self.run.source.cursor:
            self.run.source.cursor = cursor
            self.run.source.save(update_fields=["cursor"])

    def _end(self, plan: Plan) -> None:
        """The row of the run, and at last the trail."""
        run = self.run
        run.warnings = [str(warning) for warning in self.findings.warnings]
        run.ended_at = run.sign_of_life = timezone.now()
        if run.state == RunState.DONE and not run.is_dry:
            run.content = None
        run.done = run.total = run.total or 1
        run.save()
        if run.is_dry:
            return
        if run.state == RunState.BRAKED:
            reason = _("It would disable or remove too much, and waits until somebody confirms it.")
            record_run(run, plan.counts, Result.DENIED, reason, by=self.by)
            return
        run_entries.record_changes(run, self.moved)
        record_run(run, plan.counts, by=self.by)


def _content(run: Run) -> bytes | None:
    """The file that was uploaded for it; raises RosterError where its key is lost, or that of the secret."""
    said = _("The secret of the source cannot be read any more. Type it again.")
    try:
        run.source.secret  # noqa: B018  decrypted now
        said = _("The file cannot be read any more. Upload it again.")
        return run.content
    except (keys.NoKeys, keys.Undecryptable):
        raise RosterError([Finding("", 0, said)]) from None


# What somebody may change while a run reads, and what then would be done as it was before. How it is called
# and when it runs is not asked.
SETTINGS = (
    "enabled", "directory_id", "authority_id", "address", "roles", "columns", "groups", "unit_prefix",
    "managers_suffix", "managers_groups", "brake_percent", "remove_after_days",
)  # fmt: skip


# Of the directory that is read: what it said to another account, or from another server, is not what it says.
WAY = (
    "enabled",
    "servers",
    "ca_certificates",
    "base_dn",
    "match_attribute",
    "directory_id",
    "account",
    "acts_for",
)


def _source_now(pk: UUID) -> Source | None:
    """With what it reads; secrets are decrypted only by who needs them."""
    rows = Source.objects.defer("secret", "directory__secret").select_related("directory")
    return rows.filter(pk=pk).first()


def _refuse_if_changed(source: Source) -> None:
    """Raise RosterError where the source, or the directory that it reads, was switched off, changed or
    deleted since the run began.
    """
    now = _source_now(source.pk)
    if now is None or _differ(now, source, SETTINGS) or _differ(now.directory, source.directory, WAY):
        said = _("The source was changed while it was read. Run it again.")
        raise RosterError([Finding("", 0, said)])


def _differ(now: Model | None, then: Model | None, names: Iterable[str]) -> bool:
    return any(getattr(now, name, None) != getattr(then, name, None) for name in names)


class _taken_meanwhile:
    """Turns what somebody else has taken or removed since the comparison into a sentence."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, IntegrityError):
            said = _("Somebody changed the same rows at this moment. Run it again.")
            raise RosterError([Finding("", 0, said)]) from error


def _fail(run: Run, by: Somebody, problems: list[str]) -> None:
    run.state, run.problems, run.ended_at = RunState.FAILED, problems, timezone.now()
    run.counts, run.content = {}, None
    run.save(update_fields=["state", "problems", "ended_at", "counts", "content"])
    if not run.is_dry:
        record_run(run, {"problems": len(problems)}, Result.FAILURE, problems[0], by=by)
