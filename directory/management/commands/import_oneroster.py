"""Import a OneRoster export into one tenant."""

import sys
from argparse import ArgumentParser

from django.utils.translation import gettext as _

from directory import command_line, verbs
from directory.management.commands.run_source import report
from directory.sync.findings import RosterError
from directory.sync.run import import_oneroster
from directory.sync.runs import Busy


class Command(command_line.Command):
    """Prints what changes; bad input ends with status 1, its lines on stderr, and no change."""

    help = "Import a OneRoster 1.1 or 1.2 export (a zip of CSV files) into a tenant."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", help="short name of the tenant, as in its path")
        parser.add_argument("path", help="the zip file")
        parser.add_argument(
            "--dry-run", action="store_true", help="show what would change, and change nothing"
        )
        parser.add_argument(
            "--accept-removals",
            action="store_true",
            help="disable people who are missing even if they are many",
        )

        self.add_by(parser)

    def handle(self, *args, tenant: str, path: str, by: str | None, **options) -> None:
        found = command_line.tenant_called(tenant)
        with found.scope():
            initiator = command_line.allowed(by, verbs.IMPORT_ROSTER)
        how = {name: options[name] for name in ("dry_run", "accept_removals")}
        try:
            run = import_oneroster(found, path, by=initiator, **how)
        except RosterError as error:
            for problem in error.problems:
                self.stderr.write(str(problem))
            self.stderr.write(_("Nothing was changed."))
            sys.exit(1)
        except Busy:
            command_line.refuse(_("another run goes on, wait for its end"))
        report(self, run)
