"""An embedded PostgreSQL of our own: for trying MyStaff out and for its tests.

It listens on a Unix socket only, in a folder that only the server's account (and root) can enter, and asks
both roles for a password. Whoever uses it shares a lock; the last one out stops it.
"""

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg

from mystaff import own_files, postgres_programs, postgres_roles
from mystaff.own_files import VAR
from mystaff.postgres_programs import PostgresError, Programs

ADMINISTRATOR = "postgres"
LONGEST_SOCKET_PATH = 107  # bytes: sun_path of Linux' unix(7), less the closing zero
SOCKET = ".s.PGSQL.5432"

OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "jit": "off",  # its compiling costs more than our short queries take
    "log_min_error_statement": "panic",  # a statement may hold what no log should
}
# A test's data may be lost with the machine: it need not reach the disk.
FOR_TESTS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum": "off"}


class Cluster:
    """One server's data, and how to start, share and stop it."""

    def __init__(
        self,
        name: str = "postgres",
        var: Path = VAR,
        options: dict | None = None,
        binaries: str | None = None,
    ):
        self.name = name
        self.var = Path(os.path.abspath(var))
        self.options = OPTIONS | (options or {})
        self.binaries = binaries or os.environ.get("MYSTAFF_POSTGRES_BIN")

    @contextmanager
    def running(self) -> Iterator["Cluster"]:
        """Start the server unless somebody else has, share it, and stop it as the last one out."""
        users = self._enter()
        try:
            yield self
        finally:
            with self._gate(), users:
                # The lock is shared by all who use the server: who gets it alone is the last.
                if _lock(users, fcntl.LOCK_EX | fcntl.LOCK_NB):
                    self.programs.run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop")

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One at a time among all who use the server, for what no two may do at once."""
        with self._open("alone") as file:
            _lock(file, fcntl.LOCK_EX)
            yield

    def _enter(self) -> IO:
        with self._gate():
            users = self._open("users")
            _lock(users, fcntl.LOCK_SH)
            try:
                self._start()
            except BaseException:
                users.close()
                raise
            return users

    def _start(self) -> None:
        """Wait for a server that is there already, such as one whose users were killed; else start one."""
        while (state := self.programs.run("pg_isready", "-h", self.socket_folder, "-t", "5").returncode) == 1:
            time.sleep(0.05)
        if state == 0:
            return
        self._make_folder()
        if not self.data.exists():
            self._make()
        self._check_version()
        self._configure()
        log = self.folder / "log"
        try:
            self.programs.must("pg_ctl", "-D", self.data, "-l", log, "-w", "-t", "60", "start")
        except PostgresError as error:
            raise PostgresError(f"The embedded PostgreSQL did not start; its log is {log}. {error}") from None
        self._prepare()

    def _make(self) -> None:
        """Made beside and moved: a crash in between leaves no half a cluster."""
        half = self.folder / "data.new"
        if half.exists():
            shutil.rmtree(half)
        self.programs.must(
            "initdb", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8", f"--username={ADMINISTRATOR}",
            "--auth-local=peer", "--auth-host=reject", "-D", half,
        )  # fmt: skip
        half.rename(self.data)

    def _check_version(self) -> None:
        made_by, found = int((self.data / "PG_VERSION").read_text()), self.programs.version()
        if made_by != found:
            raise PostgresError(
                f"The data in {self.folder} is PostgreSQL {made_by}'s and the programs are {found}'s: "
                f"set MYSTAFF_POSTGRES_BIN to programs of version {made_by}, or make clean removes the data."
            )

    def _configure(self) -> None:
        """Only the account that the server runs as, and root, come in as administrator."""
        options = self.options | {"unix_socket_directories": str(self.socket_folder)}
        lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in options.items()]
        names = (
            {"root", self.programs.account.pw_name} if os.geteuid() == 0 else {self.programs.account.pw_name}
        )
        self._write("postgresql.conf", lines)
        self._write("pg_hba.conf", [f"local all {ADMINISTRATOR} peer map=own", "local all all scram-sha-256"])
        self._write("pg_ident.conf", [f'own "{name}" {ADMINISTRATOR}' for name in sorted(names)])

    def _write(self, name: str, lines: list[str]) -> None:
        (self.data / name).write_text("".join(f"{line}\n" for line in lines))

    def _prepare(self) -> None:
        with self.administrator() as administrator:
            postgres_roles.make_roles(administrator, self.passwords)
            missing = not postgres_roles.has_database(administrator, postgres_roles.DATABASE)
        if missing:
            self.create_database(postgres_roles.DATABASE)

    def administrator(self, database: str = "postgres") -> psycopg.Connection:
        """A connection as the cluster's superuser, who only makes roles and databases; autocommit."""
        return psycopg.connect(
            host=str(self.socket_folder), user=ADMINISTRATOR, dbname=database, autocommit=True
        )

    def create_database(self, name: str, template: str | None = None) -> None:
        """Make a database of the owner's that the application may enter, as a copy of template if given."""
        with self.administrator() as administrator:
            postgres_roles.make_database(administrator, name, template or "template0")
        if template is None:
            with self.administrator(name) as inside:
                postgres_roles.open_schema(inside)

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        with self.administrator() as administrator:
            postgres_roles.drop_database(administrator, name)

    def urls(self, database: str = postgres_roles.DATABASE) -> dict[str, str]:
        """Addresses of a database for both of Django's aliases; the server need not run for this."""
        where = f"/{database}?host={quote(str(self.socket_folder), safe='')}"
        roles = {"default": postgres_roles.APPLICATION, "owner": postgres_roles.OWNER}
        return {alias: f"postgres://{role}:{self.passwords[role]}@{where}" for alias, role in roles.items()}

    def remove(self) -> None:
        """Stop the server, whoever uses it, and remove all of its data."""
        if self.folder.exists():
            self.programs.run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")
            if self.socket_folder != self.folder:
                shutil.rmtree(self.socket_folder)
            shutil.rmtree(self.folder)
            self._leave_home()

    def _leave_home(self) -> None:
        """Root's last cluster of this project takes the folder outside var/ along."""
        if os.geteuid() == 0:
            (self.var / self.name).unlink(missing_ok=True)
            if not [path for path in self._home.iterdir() if not path.name.startswith("programs-")]:
                shutil.rmtree(self._home)

    @cached_property
    def passwords(self) -> dict[str, str]:
        """Both roles' passwords: random, made once, in a file that only its owner can read."""
        made = {role: secrets.token_urlsafe(24) for role in postgres_roles.ROLES}
        return json.loads(own_files.keep_secret(self.var / f"{self.name}.json", json.dumps(made)))

    @cached_property
    def programs(self) -> Programs:
        """PostgreSQL's programs, where the server's account can run them."""
        return postgres_programs.find(self._home, self.binaries)

    @cached_property
    def folder(self) -> Path:
        """Only the server's account can enter it. Root's servers get one outside var/, with a link to it."""
        return self._home / self.name

    @property
    def data(self) -> Path:
        """PostgreSQL's own folder."""
        return self.folder / "data"

    @cached_property
    def socket_folder(self) -> Path:
        """The cluster's folder; one with a short path where that would be too long for a socket."""
        if len(os.fsencode(self.folder / SOCKET)) <= LONGEST_SOCKET_PATH:
            return self.folder
        self._make_folder()
        link = self.folder / "socket"
        if not (link.exists() and own_files.is_ours_alone(link)):
            own_files.point(link, Path(tempfile.mkdtemp(prefix="mystaff-")))
        return link.resolve()

    @cached_property
    def _home(self) -> Path:
        """Of root's servers for this project: in nobody's home, and not where others may write."""
        if os.geteuid() != 0:
            return self.var
        mark = hashlib.sha256(os.fsencode(os.path.realpath(self.var))).hexdigest()[:12]
        return postgres_programs.HOMES / f"mystaff-{mark}"

    def _make_folder(self) -> None:
        own_files.make_folder(self.var)
        if os.geteuid() == 0:
            postgres_programs.make_home(self._home)
            own_files.point(self.var / self.name, self.folder)
        if not self.folder.exists():
            self.folder.mkdir(mode=0o700)
            os.chown(self.folder, *postgres_programs.account()[2:4])

    @contextmanager
    def _gate(self) -> Iterator[None]:
        """One at a time looks who is there, starts and stops."""
        with self._open("gate") as gate:
            _lock(gate, fcntl.LOCK_EX)
            yield

    def _open(self, name: str) -> IO:
        own_files.make_folder(self.var)
        # Whoever may open it may hold the lock, and so keep us from starting: nobody else may.
        return open(self.var / f"{self.name}.{name}", "a", opener=_own)


def _own(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _lock(file: IO, how: int) -> bool:
    try:
        fcntl.flock(file, how)
    except BlockingIOError:
        return False
    return True


def running():
    """Run inside the embedded server: the one of the demo and of manage.py without settings."""
    return Cluster().running()


def for_tests(version: str | None = None, var: Path = VAR) -> Cluster:
    """A cluster of the tests' own, which does not wait for the disk; version names one of Debian's."""
    if version is None:
        return Cluster("test-postgres", var, FOR_TESTS)
    return Cluster(f"test-postgres-{version}", var, FOR_TESTS, f"/usr/lib/postgresql/{version}/bin")


if __name__ == "__main__" and sys.argv[1:] == ["remove"]:
    for name in VAR.glob("*postgres*.gate"):
        Cluster(name.stem).remove()
