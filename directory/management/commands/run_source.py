"""Run a source of one tenant, now and here."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from uuid import UUID

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from directory import command_line, verbs
from directory.actions import runs as asking
from directory.connectors import Refused
from directory.models import Run, RunState, Source
from directory.sync import changes, runs
from directory.sync.plan import told

TOLD_BY_NAME = 1000  # of each kind
BY_NAME = {
    changes.DISABLED: gettext_noop("disabled: %(name)s"),
    changes.RENAMED: gettext_noop("user name changed: %(name)s"),
    changes.HELD: gettext_noop("user name held back: %(name)s"),
    changes.MOVED: gettext_noop("password moves: %(name)s"),
}


class Command(command_line.Command):
    """Prints what changes; what cannot be read ends with status 1, its lines on stderr, and no change."""

    help = "Run a source of a tenant now. Where its kind reads files, name one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", help="short name of the tenant, as in its path")
        parser.add_argument("key", help="short name of the source")
        parser.add_argument("file", nargs="?", help="what it is to read, where its kind reads files")
        parser.add_argument(
            "--dry-run", action="store_true", help="show what would change, and change nothing"
        )
        parser.add_argument("--confirm", metavar="RUN", help="the run that was stopped, and is right")
        parser.add_argument(
            "--change-held-names",
            action="store_true",
            help="with --confirm: change the user names too that it said are held back",
        )
        self.add_by(parser)

    def handle(self, *args, tenant: str, key: str, by: str | None, **options) -> None:
        with command_line.tenant_called(tenant).scope():
            initiator = command_line.allowed(by, verbs.IMPORT_ROSTER)
            source = Source.objects.filter(key=key).first()
            if source is None:
                command_line.refuse(_("there is no source {key}").format(key=key))
            how = {
                "content": _content(options["file"]),
                "is_dry": options["dry_run"],
                "confirms": _run(options["confirm"]),
                "changes_held": options["change_held_names"],
            }
            try:
                with transaction.atomic():
                    run = asking.make(source, user=initiator.user, **how)
                runs.carry_out(run, by=initiator)
            except Refused as error:
                command_line.refuse(str(error))
            except runs.Busy:
                command_line.refuse(_("another run goes on, wait for its end"))
            except runs.RosterError:
                pass  # the run says it
            self._end(run)

    def _end(self, run: Run) -> None:
        for problem in run.problems:
            self.stderr.write(problem)
        if run.state == RunState.FAILED:
            self.stderr.write(_("Nothing was changed."))
            sys.exit(1)
        report(self, run)
        if run.state == RunState.BRAKED:
            said = _("Stopped: that is too much without a word. If it is right, add --confirm {run}.")
            self.stderr.write(said.format(run=run.pk))
            sys.exit(1)


def report(command: BaseCommand, run: Run) -> None:
    """Print what a run has changed, or would."""
    for warning in run.warnings:
        command.stdout.write(_("warning: %(text)s") % {"text": warning})
    is_done = run.state == RunState.DONE and not run.is_dry
    command.stdout.write(_("Changed:") if is_done else _("This would change:"))
    for line in told(run.counts):
        command.stdout.write(line)
    with run.source.tenant.scope():
        for kind, text in BY_NAME.items():
            found = run.changes.filter(kind=kind.word).first()
            for name in found.names[:TOLD_BY_NAME] if found else ():
                command.stdout.write(_(text) % {"name": name})


def _content(file: str | None) -> bytes | None:
    if file is None:
        return None
    try:
        return Path(file).read_bytes()
    except OSError as error:
        command_line.refuse(_("{file} cannot be opened: {why}").format(file=file, why=error.strerror))


def _run(key: str | None) -> Run | None:
    if key is None:
        return None
    try:
        found = Run.objects.filter(pk=UUID(key)).first()
    except ValueError:
        found = None
    return found or command_line.refuse(_("there is no run {run}").format(run=key))
