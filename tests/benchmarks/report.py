"""The table that the bench prints: what was measured, against what, and whether it holds."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mystaff.own_files import PROJECT


@dataclass(frozen=True)
class Row:
    """One figure. The ratio is measured / limit; without a goal, or both, it is only told."""

    what: str
    measured: str
    limit: str = "–"
    ratio: float | None = None
    goal: float | None = None

    def __str__(self) -> str:
        goal = f"≤ {self.goal:.2f}" if self.goal else "–"
        ratio = "–" if self.ratio is None else f"{self.ratio:.2f}"
        return f"{self.what:58} {self.measured:>24} {self.limit:>30} {ratio:>6} {goal:>7}  {self.verdict}"

    @property
    def verdict(self) -> str:
        if self.goal is None:
            return ""
        return "holds" if self.ratio <= self.goal else "FALLS SHORT"


HEAD = f"{'':58} {'measured':>24} {'limit':>30} {'ratio':>6} {'goal':>7}"


def share(values: Sequence[float], part: float) -> float:
    """The value that this part of all values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"


def percentiles(values: Sequence[float]) -> str:
    """The median and the 95th percentile of these seconds."""
    return f"{share(values, 0.5) * 1000:.2f} / {share(values, 0.95) * 1000:.2f} ms"


def section(title: str) -> None:
    """Say what comes now; the load of the machine tells how much to believe it."""
    print(f"\n{title} (load {os.getloadavg()[0]:.1f})\n{HEAD}", flush=True)


def show(row: Row) -> Row:
    print(row, flush=True)
    return row


def machine(postgres: str) -> str:
    """What it was measured on."""
    with open("/proc/meminfo") as file:
        memory = int(file.readline().split()[1]) / 1024**2
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, {memory:.0f} GiB, {_processor()}, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}, "
        f"PostgreSQL {postgres}, commit {_commit()}"
    )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "?")


def _commit() -> str:
    git = shutil.which("git") or "git"
    done = subprocess.run(
        [git, "describe", "--always", "--dirty"], cwd=PROJECT, capture_output=True, text=True
    )
    return done.stdout.strip() or "unknown"
