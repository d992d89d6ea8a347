"""A OneRoster file on the server, by command and in the demo: over the same engine as every source."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from django.utils.translation import gettext as _

from directory.models import Run, RunState, Source, SourceKind
from directory.sync import oneroster, runs
from directory.sync.facts import Reading
from directory.sync.findings import Finding, Findings, RosterError
from directory.sync.run_entries import Somebody
from tenants.models import Tenant

SOURCE = "oneroster"


def import_oneroster(
    tenant: Tenant,
    path: Path | str,
    *,
    password_hash: str | None = None,
    dry_run: bool = False,
    accept_removals: bool = False,
    by: Somebody = None,
) -> Run:
    """Import a OneRoster zip into a tenant; new people get the hash given, or no password. Done by the
    source itself where nobody is named, which is made if the tenant has none.

    Raises RosterError with every problem's file and line, also where the brake stops it; then nothing has
    been changed. Raises Busy while another run of the tenant goes on.
    """
    with tenant.scope():
        defaults = {"kind": SourceKind.ONEROSTER_CSV, "name": "OneRoster"}
        source, _made = Source.objects.get_or_create(key=SOURCE, defaults=defaults)
        run = Run.objects.create(source=source, is_dry=dry_run, asked_by=by.user if by else None)

        runs.carry_out(
            run,
            read=partial(_read, Path(path)),
            by=by,
            password_hash=password_hash,
            brakes=not accept_removals,
        )
        if run.state == RunState.BRAKED:
            raise RosterError([_braked(run)])
    return run


def _read(path: Path, source: Source, content: bytes | None, findings: Findings) -> Reading:
    try:
        content = path.read_bytes()
    except OSError as error:
        said = _("The file cannot be opened: %(why)s.") % {"why": error.strerror}
        raise RosterError([Finding(path.name, 1, said)]) from error
    return oneroster.read(source, content, findings)


def _braked(run: Run) -> Finding:
    text = _(
        "That is too much without a word: %(what)s. If it is right, run the import with --accept-removals."
    )
    what = ", ".join(f"{_(word)} {count}" for word, count in run.counts.items() if count)
    return Finding("", 0, text % {"what": what})
