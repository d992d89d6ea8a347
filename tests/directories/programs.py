"""What the real directories need of the machine; and starting them, ending them by their process id."""

import os
import shutil
import socket
import ssl
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PACKAGES = "samba samba-ad-provision samba-dsdb-modules samba-vfs-modules winbind krb5-user ldap-utils slapd"
SBIN = "/usr/sbin:/usr/bin:/sbin:/bin"


def program(name: str) -> str:
    """Its path. Without it the tests are skipped, with one loud line; .ci/run requires it."""
    found = shutil.which(name, path=SBIN)
    if found and os.geteuid() == 0:
        return found
    missing = f"no real directories: install {PACKAGES}" if not found else "no real directories without root"
    if os.environ.get("MYSTAFF_REQUIRE_DIRECTORIES"):
        pytest.fail(missing)
    warnings.warn(f"NOT TESTED: {missing}", stacklevel=2)
    pytest.skip(missing)


@contextmanager
def running(command: list[str], address: tuple[str, int], log: Path) -> Iterator[subprocess.Popen]:
    """The program while it runs; it answers over TLS at this address once we go on."""
    with log.open("wb") as written:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=written, stderr=written)
    try:
        _wait(process, address, log)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen, address: tuple[str, int], log: Path) -> None:
    end = time.monotonic() + 60
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # that it answers is enough here
    while process.poll() is None and time.monotonic() < end:
        try:
            with socket.create_connection(address, 2) as link, context.wrap_socket(link):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"No answer at {address}:\n{log.read_text(errors='replace')[-3000:]}")


def own_address() -> str:
    """A loopback address of this process' own: Samba's ports are fixed, and runs come side by side."""
    number = os.getpid()
    return f"127.{100 + number // 62500 % 100}.{number // 250 % 250}.{number % 250 + 2}"


def free_port(address: str = "127.0.0.1") -> int:
    with socket.socket() as listening:
        listening.bind((address, 0))
        return listening.getsockname()[1]
