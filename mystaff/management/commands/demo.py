"""One command from nothing to a running demo: database, demo data, web server and worker."""

import signal
import socket
import sys
import time
import urllib.error
import urllib.request

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from mystaff import own_files
from mystaff.demo.processes import Ended, Processes
from tenants.checks import refuse_unsafe_role

START = 60  # seconds that the web server may take until it answers
# The time limit: asked to end, an idle process of granian's hangs now and then.
TO_THE_END = ("--workers-kill-timeout", "2")
THREADS = 16  # of each process: most wait for something, a directory outside up to 5 seconds
WEB = (
    "--interface",
    "wsgi",
    "--workers",
    "2",
    "--blocking-threads",
    str(THREADS),
    "--log-level",
    "warning",
    *TO_THE_END,
)


class Command(BaseCommand):
    """Runs until Ctrl-C, a signal, or the end of one of its programs."""

    help = "Start the demo: database, demo data, web server and worker. PORT=… moves it."
    requires_system_checks = []

    def handle(self, *args, **options) -> None:
        # SIGINT too: a shell that starts us in the background has it ignored.
        for end in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(end, _as_interrupt)
        self.host, self.port = settings.MYSTAFF_LISTEN
        try:
            self._refuse_taken_port()
            self._prepare()
            self._run()
        except KeyboardInterrupt:
            self._say("\nMyStaff has stopped.")
        except Ended as error:
            raise CommandError(f"{error} MyStaff has stopped.") from None

    def _refuse_taken_port(self) -> None:
        """Asked here: the web server shares its port with whoever else is willing to."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                raise CommandError(
                    f"Port {self.port} cannot be used ({error.strerror}); PORT={self.port + 1} takes another."
                ) from None

    def _prepare(self) -> None:
        from mystaff.demo import data

        self._say("Preparing the database ...")
        call_command("migrate", verbosity=0)
        _refuse_outdated_tables()
        refuse_unsafe_role()
        data.load(self._say)
        if _files_have_changed():
            self._say("Collecting the style sheets and scripts ...")
            call_command("collectstatic", interactive=False, clear=True, verbosity=0)

    def _run(self) -> None:
        self._say("Starting the web server and the worker ...")
        with Processes() as processes:
            granian = (sys.executable, "-m", "granian", *WEB, "--host", self.host, "--port", str(self.port))
            processes.start("web server", *granian, "mystaff.wsgi:application")
            processes.start("worker", sys.executable, str(own_files.PROJECT / "manage.py"), "worker")
            if not processes.watch_until(self._answers, START):
                raise CommandError(f"The web server did not answer within {START} seconds.")
            self._welcome()
            while True:
                processes.watch()
                time.sleep(0.2)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self._address}health/", timeout=5) as answer:  # noqa: S310  our own
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def _welcome(self) -> None:
        from mystaff.demo import data

        self._say(f"\nSample sign-ins, all with the password {data.PASSWORD}:")
        for name, who in data.sign_ins():
            self._say(f"  {name:32} {who}")
        self._say(f"\nMyStaff is ready: {self._address}")

    @property
    def _address(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/"

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _as_interrupt(number, frame) -> None:
    raise KeyboardInterrupt


def _refuse_outdated_tables() -> None:
    """Until the first release migrations are written anew, and none mends what an earlier one made."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT table_name, column_name FROM information_schema.columns")
        there = set(cursor.fetchall())
    models = [model._meta for model in apps.get_models() if model._meta.managed]
    if any((model.db_table, field.column) not in there for model in models for field in model.local_fields):
        raise CommandError(
            "The demo's database was made by an earlier version of MyStaff. make clean removes it, with "
            "everything in it; make demo then makes a new one."
        )


def _files_have_changed() -> bool:
    """Whether a static file is younger than the collection of them."""
    manifest = settings.STATIC_ROOT / "staticfiles.json"
    if not manifest.exists():
        return True
    made = manifest.stat().st_mtime
    return any(_changed(storage, path) > made for f in get_finders() for path, storage in f.list([]))


def _changed(storage, path: str) -> float:
    return storage.get_modified_time(path).timestamp()
