"""The demo as a person starts it: one command, and nothing left when it ends."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psycopg
import pytest

from mystaff import postgres, postgres_roles
from mystaff.demo import database
from mystaff.demo.processes import Ended, Processes
from mystaff.own_files import PROJECT
from mystaff.postgres import PostgresError

SLEEP = (sys.executable, "-c", "import time; time.sleep(60)")


def children_of(pid: int) -> set[int]:
    """The processes that this one started itself."""
    listed = Path(f"/proc/{pid}/task").glob("*/children")
    return {int(child) for file in listed for child in file.read_text().split()}


class Demo:
    """A demo that runs, and what it has said."""

    def __init__(self, environment: dict[str, str]):
        self.environment = environment
        self.port = free_port()
        clean = {name: value for name, value in os.environ.items() if not name.startswith("MYSTAFF_")}
        self.process = subprocess.Popen(
            [sys.executable, str(PROJECT / "manage.py"), "demo"],
            env=clean | environment | {"PORT": str(self.port)},
            cwd="/",  # any folder will do
            start_new_session=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = []
        for line in self.process.stdout:
            self.said.append(line.strip())
            if "is ready" in line:
                break

    def get(self, path: str) -> str:
        """A page of it."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return answer.read().decode()

    def family(self) -> set[int]:
        """The processes that it started, and theirs."""
        found, todo = set(), [self.process.pid]
        while todo:
            children = children_of(todo.pop())
            todo += children - found
            found |= children
        return found

    def ends(self, how: signal.Signals) -> str:
        """End it and return the rest of what it says; fails if one of its processes is left."""
        family = self.family()
        assert len(family) >= 4  # web server, its two workers, worker
        self.process.send_signal(how)
        rest = self.process.communicate(timeout=60)[0]
        wait_until(lambda: not [pid for pid in family if is_alive(pid)])
        return rest


@pytest.fixture
def demo(database_copy, tmp_path):
    """A demo on a database of its own, on the tests' server."""
    server, name = database_copy.server, f"{database_copy.name}_demo"
    server.create_database(name, database_copy.pristine)
    urls = server.urls(name)
    demo = Demo(
        {
            "DJANGO_SETTINGS_MODULE": "mystaff.settings",
            "MYSTAFF_VAR": str(tmp_path),
            "MYSTAFF_DATABASE_URL": urls["default"],
            "MYSTAFF_OWNER_DATABASE_URL": urls["owner"],
        }
    )
    yield demo
    demo.process.kill()
    demo.process.wait()
    server.drop_database(name)


def test_it_says_what_it_does_and_then_serves_until_the_interrupt(demo):
    assert demo.said[-1] == f"MyStaff is ready: http://127.0.0.1:{demo.port}/"
    assert any(line.startswith("sam.reed@riverside.example") for line in demo.said)
    assert demo.get("/health/") == "ok\n"
    assert "Sign in" in demo.get("/riverside/sign-in/")
    assert "has stopped" in demo.ends(signal.SIGINT)
    assert demo.process.returncode == 0


def test_nothing_is_left_when_it_is_killed_outright_and_a_lost_program_ends_it(demo):
    demo.ends(signal.SIGKILL)
    again = Demo(demo.environment)
    assert again.said[-1].startswith("MyStaff is ready")
    os.kill(children_of(again.process.pid).pop(), signal.SIGKILL)
    assert "ended by itself" in again.process.communicate(timeout=60)[0]
    assert again.process.returncode == 1


def refused(environment: dict[str, str]) -> subprocess.CompletedProcess:
    """A demo in this environment, which should not start."""
    command = [sys.executable, "manage.py", "demo"]
    return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)


def test_a_taken_port_is_one_sentence(tmp_path, database_environment):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        environment = os.environ | database_environment | {"PORT": str(port), "MYSTAFF_VAR": str(tmp_path)}
        done = refused(environment)
    assert done.returncode == 1
    assert (
        done.stderr.startswith(f"CommandError: Port {port} cannot be used") and done.stderr.count("\n") == 1
    )


def test_tables_of_an_earlier_version_are_one_sentence(transactional_db, database_environment, tmp_path):
    with psycopg.connect(database_environment["MYSTAFF_OWNER_DATABASE_URL"]) as owner:
        owner.execute("ALTER TABLE directory_source DROP COLUMN managers_groups")
    port = {"PORT": str(free_port()), "MYSTAFF_VAR": str(tmp_path)}
    done = refused(os.environ | database_environment | port)
    assert done.returncode == 1
    assert "by an earlier version of MyStaff. make clean removes it" in done.stderr


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"PORT": "abc"}, "PORT is “abc”; allowed is a number"),
        ({"MYSTAFF_DEMO": "yes"}, "MYSTAFF_DEMO is “yes”"),
        ({"MYSTAFF_VAR": "/proc/nowhere"}, "MYSTAFF_VAR names another folder"),
        ({"MYSTAFF_DATABASE_URL": "mysql://joe:sekret@h/x"}, "MYSTAFF_DATABASE_URL is (not shown)"),
        ({"MYSTAFF_DATABASE_URL": "postgres://joe:sekret@[::1/x"}, "MYSTAFF_DATABASE_URL is (not shown)"),
        ({"MYSTAFF_DATABASE_URL": "postgres://joe:sekret@h/x?sekret"}, "MYSTAFF_DATABASE_URL: (not shown)"),
    ],
)
def test_a_bad_value_stops_the_demo_with_one_sentence(said, sentence):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MYSTAFF_")}
    done = refused(clean | {"DJANGO_SETTINGS_MODULE": "mystaff.settings"} | said)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert sentence in done.stderr and "sekret" not in done.stderr


def test_neither_the_port_nor_the_demo_itself_overrules_what_was_said(database_environment):
    for said, word in (
        ({"MYSTAFF_LISTEN": "0.0.0.0:8000"}, "MYSTAFF_LISTEN"),
        ({"MYSTAFF_DEMO": "0"}, "MYSTAFF_DEMO"),
    ):
        done = refused(os.environ | database_environment | {"PORT": str(free_port())} | said)
        assert (done.returncode, word in done.stderr) == (1, True), done.stderr


# --- A server that was given -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """A server with an administrator who has a password, as a hosted one is."""
    cluster = postgres.for_tests(var=tmp_path_factory.mktemp("given"))
    with cluster.running():
        with cluster.administrator() as administrator:
            administrator.execute("DROP DATABASE mystaff")
            administrator.execute("DROP ROLE mystaff_app")
            administrator.execute("DROP ROLE mystaff_owner")
            administrator.execute("CREATE ROLE boss SUPERUSER LOGIN PASSWORD 'of-all'")
            administrator.execute("CREATE ROLE clerk LOGIN PASSWORD 'of-none'")
        yield cluster
    cluster.remove()


@pytest.fixture
def prepared(given, tmp_path, monkeypatch):
    """The environment that the demo makes of an address."""
    monkeypatch.setattr(database, "VAR", tmp_path)

    def prepare(role: str, name: str, **more) -> dict[str, str]:
        environment = {"MYSTAFF_DATABASE_URL": f"postgres://{role}@/{name}?host={given.socket_folder}"} | more
        database.prepare(environment)
        return environment

    return prepare


def test_a_role_without_power_is_told_what_to_make(prepared):
    with pytest.raises(PostgresError, match="CREATE ROLE mystaff_owner"):
        prepared("clerk:of-none", "mystaff")


def test_a_wrong_password_is_one_sentence_without_the_password(prepared):
    with pytest.raises(PostgresError, match="MYSTAFF_DATABASE_URL: ") as refused:
        prepared("boss:hunter2", "mystaff")
    assert "hunter2" not in str(refused.value) and "\n" not in str(refused.value)


def test_two_addresses_are_used_as_they_are(prepared):
    both = prepared("clerk:of-none", "own", MYSTAFF_OWNER_DATABASE_URL="postgres://somebody@/own")
    assert both["MYSTAFF_DATABASE_URL"].startswith("postgres://clerk:of-none@/own")
    assert both["MYSTAFF_DEMO"] == "1"


def test_an_administrator_makes_two_roles_and_steps_back(given, prepared):
    for _start in range(2):
        made = prepared("boss:of-all", "postgres")
        for name, role in (("", postgres_roles.APPLICATION), ("OWNER_", postgres_roles.OWNER)):
            with psycopg.connect(made[f"MYSTAFF_{name}DATABASE_URL"]) as connection:
                found = connection.execute("SELECT current_user, current_database()").fetchone()
                assert found == (role, "mystaff")
    assert "boss" not in str(made)


def test_roles_and_databases_of_others_are_left_alone(given, prepared, tmp_path):
    with given.administrator() as administrator:
        administrator.execute("CREATE DATABASE theirs OWNER clerk")
        if not postgres_roles.has_role(administrator, postgres_roles.OWNER):
            administrator.execute(f"CREATE ROLE {postgres_roles.OWNER}")
    with pytest.raises(PostgresError, match="MYSTAFF_OWNER_DATABASE_URL"):
        prepared("boss:of-all", "theirs")


# --- Processes ---------------------------------------------------------------------------------------------


def test_all_end_together():
    with Processes() as processes:
        processes.start("one", *SLEEP)
        processes.start("two", *SLEEP)
        pids = [process.pid for process in processes._running.values()]
        processes.watch()
    assert not [pid for pid in pids if is_alive(pid)]


def test_one_that_does_not_listen_is_ended(monkeypatch):
    monkeypatch.setattr("mystaff.demo.processes.PATIENCE", 0.3)
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on'); time.sleep(60)"
    with Processes() as processes:
        processes.start("deaf", sys.executable, "-c", deaf)
        time.sleep(0.3)
        pid = processes._running["deaf"].pid
    assert not is_alive(pid)


def test_one_that_ends_is_named():
    with Processes() as processes:
        processes.start("short", sys.executable, "-c", "raise SystemExit(3)")
        with pytest.raises(Ended, match="short ended by itself .status 3"):
            processes.watch_until(lambda: False, 10)


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until(true) -> None:
    """Fails after fifteen seconds."""
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
