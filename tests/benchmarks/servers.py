"""Web servers as they run in production, for a while."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mystaff.demo.processes import Processes
from mystaff.management.commands.demo import THREADS
from tests.benchmarks.client import HOST

OURS, BARE = "mystaff.wsgi:application", "tests.benchmarks.bare:application"
WEB = ("--interface", "wsgi", "--blocking-threads", str(THREADS), "--log-level", "error")
START = 60  # seconds until it answers, at most


class Server:
    """A granian with so many server processes, of as many threads as in production; the bare site too."""

    def __init__(self, processes: Processes, application: str, workers: int) -> None:
        self.port = _free_port()
        name = f"{application} x {workers}"
        granian = (sys.executable, "-m", "granian", *WEB, "--workers", str(workers))
        self._main = processes.start(name, *granian, "--host", HOST, "--port", str(self.port), application)
        if not processes.watch_until(self._listens, START):
            raise TimeoutError(f"{name} did not start.")

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return len(self.workers) > 0 and probe.connect_ex((HOST, self.port)) == 0

    @property
    def workers(self) -> list[int]:
        """Process ids of those that serve."""
        task = Path(f"/proc/{self._main}/task/{self._main}/children")
        return [int(pid) for pid in task.read_text().split() if _serves(pid)]

    def memory(self) -> int:
        """Resident bytes of all that serve."""
        return sum(resident(pid) for pid in self.workers)


def _serves(pid: str) -> bool:
    # Python's resource tracker is a child too.
    return b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()


def resident(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS")), 0)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


@contextmanager
def running(workers: int, *applications: str) -> Iterator[list[Server]]:
    """These sites, each on a server of its own."""
    os.environ["PYTHONPATH"] = os.getcwd()
    with Processes() as processes:
        yield [Server(processes, application, workers) for application in applications]
