"""The system's Chromium, told to mind its own business."""

import shutil

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Whatever a page asks for elsewhere is refused before it leaves the machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
MISSING = "Chromium is not installed (apt-get install chromium)."


def path() -> str | None:
    """Where it is, if it is there."""
    return _first("chromium", "chromium-browser", "google-chrome")


def quickest() -> str | None:
    """The same engine without a browser's windows (and cameras) around it, where Debian's package of that is
    there: it takes less than half of the time.
    """
    return path() and _first("chromium-headless-shell") or path()


def _first(*names: str) -> str | None:
    return next(filter(None, map(shutil.which, names)), None)
