"""Jobs in forked processes, two at a time."""

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

AT_ONCE = 2
PAUSE = 0.02  # seconds between two looks
# A mutant that loops is ended after so many looks, and counts as noticed. Not by the clock: what stops this
# process and its children for a while must not end them.
PATIENCE = 200 / PAUSE
TIMEOUT = -1
BROKEN = 70  # the job itself failed

Job, Done = Callable[[], int], Callable[[int, float], None]


@dataclass
class Child:
    """A process that runs one job; its code is what the job returned."""

    job: Job
    log: Path
    pid: int = 0
    looks: int = 0
    started: float = field(default_factory=time.monotonic)

    def start(self) -> None:
        self.pid = os.fork()
        if self.pid == 0:
            code = BROKEN
            try:
                os.setsid()
                self._redirect()
                code = self.job()
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(code)

    def _redirect(self) -> None:
        log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        for stream in (1, 2):
            os.dup2(log, stream)

    def ended(self) -> int | None:
        """Its code, None while it runs; it is ended if that takes too long."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        self.looks += 1
        if self.looks < PATIENCE:
            return None
        self.end()
        return TIMEOUT

    def end(self) -> None:
        os.killpg(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def run(jobs: list[tuple[Job, Done]], folder: Path) -> None:
    """Run the jobs, two at a time, and tell the second of each pair its code and how long it took."""
    waiting, running = list(reversed(jobs)), {}
    try:
        while waiting or running:
            while waiting and len(running) < AT_ONCE:
                job, done = waiting.pop()
                child = Child(job, folder / f"{len(waiting)}.log")
                child.start()
                running[child.pid] = child, done
            _see(running)
            time.sleep(PAUSE)
    finally:
        for child, _done in running.values():
            child.end()


def _see(running: dict[int, tuple[Child, Done]]) -> None:
    for child, done in list(running.values()):
        if (code := child.ended()) is not None:
            del running[child.pid]
            done(code, time.monotonic() - child.started)
