"""This copy's own folder: what is made once, on this machine, and belongs in no repository."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
VAR = Path(os.environ.get("MYSTAFF_VAR") or PROJECT / "var")


class NotOurs(RuntimeError):
    """The folder is somebody else's, with a sentence that says what to do."""


def make_folder(var: Path) -> None:
    """Make it where it is missing; raises NotOurs where we may not write."""
    with contextlib.suppress(OSError):
        var.mkdir(mode=0o755, parents=True, exist_ok=True)
    if not os.access(var, os.W_OK):
        raise NotOurs(f"Nothing can be written to {var}: MYSTAFF_VAR names another folder.")


def keep_secret(path: Path, text: str = "") -> str:
    """The secret in this file; made of text, or at random, where there is none.

    Only its owner can read it; it is there whole or not at all, and the first of several makers wins.
    """
    make_folder(path.parent)
    if not path.exists():
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
        with open(handle, "w") as file:
            file.write(text or secrets.token_urlsafe(64))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        os.unlink(draft)
    return path.read_text()


def point(link: Path, target: Path) -> None:
    """Make the link lead to the target."""
    if not link.is_symlink() or link.readlink() != target:
        link.unlink(missing_ok=True)
        link.symlink_to(target)


def is_ours_alone(folder: Path) -> bool:
    """Whether the folder is ours and nobody else can enter it."""
    facts = folder.stat()
    return facts.st_uid == os.geteuid() and not facts.st_mode & 0o077
