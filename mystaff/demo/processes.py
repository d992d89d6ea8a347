"""Programs that live and die together: whatever ends us, none of them stays behind."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable

from mystaff.own_files import PROJECT

PATIENCE = 5  # seconds between asking a program to end and ending it
PR_SET_PDEATHSIG = 1  # Linux, prctl(2)


class Ended(RuntimeError):
    """A program ended by itself, with a sentence that says which."""


class Processes:
    """Named programs, each in a process group of its own: the terminal's Ctrl-C reaches only us."""

    def __init__(self) -> None:
        self._running: dict[str, subprocess.Popen] = {}

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, *error) -> None:
        self.stop()

    def start(self, name: str, *command: str) -> int:
        """Start one and give its process id; if we are killed outright, the system ends it for us."""
        self._running[name] = subprocess.Popen(
            command,
            cwd=PROJECT,  # whatever folder the demo was started in
            stdin=subprocess.DEVNULL,
            process_group=0,
            preexec_fn=_die_with(os.getpid()),
        )
        return self._running[name].pid

    def watch(self) -> None:
        """Raise Ended if one of them has ended."""
        for name, process in self._running.items():
            if process.poll() is not None:
                raise Ended(f"The {name} ended by itself (status {process.returncode}).")

    def watch_until(self, done: Callable[[], bool], seconds: float) -> bool:
        """Whether done became true in time; raises Ended like watch."""
        end = time.monotonic() + seconds
        while not done():
            self.watch()
            if time.monotonic() > end:
                return False
            time.sleep(0.1)
        return True

    def stop(self) -> None:
        """Ask all to end, the last one started first, and end what has not after PATIENCE."""
        for process in reversed(self._running.values()):
            _signal(process.terminate)
        end = time.monotonic() + PATIENCE
        for process in self._running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, end - time.monotonic()))
            # Whoever is left of its group, its own children too.
            _signal(lambda group=process.pid: os.killpg(group, signal.SIGKILL))
            process.wait()


def _signal(send: Callable[[], None]) -> None:
    with contextlib.suppress(ProcessLookupError):
        send()


def _die_with(parent: int) -> Callable[[], None]:
    """Runs in the new process before its program does; the library is loaded here, before the fork."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def ask_the_system() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it was gone before we could ask
            os._exit(1)

    return ask_the_system
