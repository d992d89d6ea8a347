"""MyStaff's programs as they run in production: web server and worker, each in processes of its own."""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

from mystaff.demo.processes import Processes
from mystaff.own_files import PROJECT

HOST = "127.0.0.1"
WEB = ("--interface", "wsgi", "--workers", "2", "--blocking-threads", "1", "--log-level", "error")
PATIENCE = 60  # seconds: only what fails waits that long, and machines may be busy


def wait_until(true: Callable[[], object]):
    """What it gives as soon as that is true; fails after PATIENCE."""
    end = time.monotonic() + PATIENCE
    while not (value := true()):
        assert time.monotonic() < end, "This did not happen in time."
        time.sleep(0.05)
    return value


class Programs:
    """Starts them with a test's settings, kills them, and leaves none behind."""

    def __init__(self, processes: Processes) -> None:
        self.processes = processes
        self._started = 0

    def web(self) -> "Web":
        """A web server that answers."""
        port = _free_port()
        granian = (sys.executable, "-m", "granian", *WEB, "--host", HOST, "--port", str(port))
        return Web(self._start("web server", *granian, "mystaff.wsgi:application"), port)

    def worker(self) -> "Program":
        """A worker that is about to look for jobs."""
        return Program(self._start("worker", sys.executable, str(PROJECT / "manage.py"), "worker"))

    def _start(self, name: str, *command: str) -> int:
        self._started += 1
        return self.processes.start(f"{name} {self._started}", *command)


class Program:
    """One of them, known by its process id."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def kill(self) -> None:
        """End it and its children as the system does when memory runs out: nothing of it runs any more."""
        os.killpg(self.pid, signal.SIGKILL)
        wait_until(lambda: not self.is_alive())

    def ask_to_end(self) -> None:
        """What a service manager sends first."""
        os.kill(self.pid, signal.SIGTERM)

    def is_alive(self) -> bool:
        """Whether it runs; one that has ended and waits to be collected does not."""
        try:
            return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except (FileNotFoundError, ProcessLookupError):
            return False


class Web(Program):
    """A web server on a port of its own."""

    def __init__(self, pid: int, port: int) -> None:
        super().__init__(pid)
        self.port = port
        wait_until(self._listens)

    def _listens(self) -> bool:
        assert self.is_alive(), "The web server did not start."
        with socket.socket() as probe:
            return probe.connect_ex((HOST, self.port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]
