"""The embedded PostgreSQL: who may enter, who shares it, and what is left after a crash."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from mystaff import postgres, postgres_programs, postgres_roles
from mystaff.own_files import PROJECT
from mystaff.postgres import Cluster

AS_ROOT = os.geteuid() == 0


@pytest.fixture(scope="module")
def var(tmp_path_factory):
    """A folder for one cluster that this module's tests share."""
    return tmp_path_factory.mktemp("var")


@pytest.fixture(scope="module")
def made(var):
    """The cluster, stopped."""
    cluster = postgres.for_tests(var=var)
    with cluster.running():
        pass
    yield cluster
    cluster.remove()


@pytest.fixture
def running(made):
    """The cluster, running."""
    with made.running():
        yield made


def is_up(cluster: Cluster) -> bool:
    """Whether it takes connections."""
    return cluster.programs.run("pg_isready", "-h", cluster.socket_folder).returncode == 0


def another_user(cluster: Cluster) -> subprocess.Popen:
    """A second program that uses the cluster until its standard input ends."""
    program = (
        "import sys; from mystaff import postgres; from pathlib import Path\n"
        f"with postgres.for_tests(var=Path({str(cluster.var)!r})).running():\n"
        "    print('in', flush=True); sys.stdin.read()"
    )
    user = subprocess.Popen(
        [sys.executable, "-c", program], cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert user.stdout.readline() == "in\n"
    return user


def postmaster(cluster: Cluster) -> int:
    """The server's process id."""
    return int((cluster.data / "postmaster.pid").read_text().splitlines()[0])


# --- Who may enter -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("alias", "role"), [("default", "mystaff_app"), ("owner", "mystaff_owner")])
def test_both_roles_come_in_and_have_no_power(running, alias, role):
    with psycopg.connect(running.urls()[alias]) as connection:
        assert connection.execute("SELECT current_user").fetchone() == (role,)
        powers = "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = %s"
        assert connection.execute(powers, [role]).fetchone() == (False, False, False, False)


def test_a_wrong_password_is_refused(running):
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(running.urls()["default"], password="guess")


def test_the_roles_do_not_come_in_as_administrator(running):
    password = running.passwords[postgres_roles.APPLICATION]
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(running.urls()["default"], user="mystaff_owner", password=password)


def test_nothing_listens_on_the_network(running):
    with running.administrator() as administrator:
        assert administrator.execute("SHOW listen_addresses").fetchone() == ("",)


def test_only_the_servers_account_enters_its_folder(running):
    assert running.folder.stat().st_mode & 0o777 == 0o700
    assert running.folder.stat().st_uid == postgres_programs.account().pw_uid
    for file in ("json", "gate", "users", "alone"):
        with running.alone():
            assert (running.var / f"{running.name}.{file}").stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(not AS_ROOT, reason="only root's servers lie outside the project")
def test_roots_server_is_neither_roots_nor_in_a_home_nor_where_all_write(running):
    assert running.folder.is_relative_to("/var/lib")
    assert (running.var / running.name).resolve() == running.folder
    status = Path(f"/proc/{postmaster(running)}/status").read_text()
    assert f"Uid:\t{postgres_programs.account().pw_uid}\t" in status and "Uid:\t0" not in status


def test_folders_that_are_not_ours_keep_their_mode(tmp_path):
    parent = tmp_path / "somebodys"
    parent.mkdir(mode=0o750)
    before = [path.stat().st_mode for path in (parent, *parent.parents)]
    cluster = postgres.for_tests(var=parent / "var")
    with cluster.running():
        assert [path.stat().st_mode for path in (parent, *parent.parents)] == before
    cluster.remove()


def test_the_server_has_no_secrets_of_ours(running, monkeypatch):
    environment = Path(f"/proc/{postmaster(running)}/environ").read_bytes()
    assert b"MYSTAFF" not in environment and b"HOME=" not in environment


def test_asking_for_the_address_makes_no_folder_and_starts_nothing(tmp_path):
    cluster = postgres.for_tests(var=tmp_path)
    assert "mystaff_app" in cluster.urls()["default"]
    assert not cluster.folder.exists()


# --- Databases ---------------------------------------------------------------------------------------------


def test_the_application_makes_no_tables_and_the_owner_does(running):
    with psycopg.connect(running.urls()["owner"], autocommit=True) as owner:
        owner.execute("CREATE TABLE made_by_owner (x int)")
        owner.execute("DROP TABLE made_by_owner")
    with psycopg.connect(running.urls()["default"]) as application:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            application.execute("CREATE TABLE public.made_by_application (x int)")
        application.rollback()
        application.execute("CREATE TEMPORARY TABLE staging (x int)")  # a source is compared in these


def test_a_database_can_be_copied_and_dropped_while_somebody_is_in_it(running):
    running.create_database("first")
    with psycopg.connect(running.urls("first")["owner"]) as owner:
        owner.execute("CREATE TABLE t AS SELECT 7 AS x")
    running.create_database("second", "first")
    somebody = psycopg.connect(running.urls("second")["owner"])
    assert somebody.execute("SELECT x FROM t").fetchone() == (7,)
    running.drop_database("second")
    somebody.close()
    running.drop_database("first")
    with running.administrator() as administrator:
        assert not postgres_roles.has_database(administrator, "second")


def test_a_password_never_reaches_the_servers_log(running):
    with running.administrator() as administrator:
        administrator.execute("SET log_statement = 'all'")
        postgres_roles.make_roles(administrator, running.passwords)
    log = (running.folder / "log").read_text()
    assert "ALTER ROLE" in log
    assert not [password for password in running.passwords.values() if password in log]


# --- Sharing and crashes -----------------------------------------------------------------------------------


def test_the_last_one_out_stops_it(made):
    with made.running():
        user = another_user(made)
        with made.running():
            assert is_up(made)
        assert is_up(made)
    assert is_up(made)
    user.communicate("")
    assert not is_up(made)


def test_an_error_inside_stops_it_too(made):
    with pytest.raises(ZeroDivisionError), made.running():
        raise ZeroDivisionError
    assert not is_up(made)


def test_a_killed_user_leaves_it_usable_and_the_next_one_stops_it(made):
    user = another_user(made)
    user.kill()
    user.wait()
    assert is_up(made)
    with made.running():
        psycopg.connect(made.urls()["default"]).close()
    assert not is_up(made)


def test_a_killed_server_starts_again_with_its_data(made):
    with made.running():
        made.create_database("kept")
        os.kill(postmaster(made), signal.SIGKILL)
        wait_until(lambda: not is_up(made))
    with made.running():
        psycopg.connect(made.urls("kept")["default"]).close()
        made.drop_database("kept")


def test_several_that_come_at_once_start_it_once(made):
    users = [another_user(made) for _ in range(3)]
    assert is_up(made)
    for user in users:
        user.communicate("")
    assert not is_up(made)


def test_the_terminals_interrupt_does_not_reach_it(running):
    assert os.getsid(postmaster(running)) != os.getsid(0)
    assert os.getpgid(postmaster(running)) != os.getpgid(0)


def test_a_cluster_that_was_half_made_is_made_anew(tmp_path):
    cluster = postgres.for_tests(var=tmp_path)
    cluster._make_folder()
    (cluster.folder / "data.new").mkdir()
    (cluster.folder / "data.new" / "PG_VERSION").write_text("18")
    with cluster.running():
        assert is_up(cluster)
    cluster.remove()
    assert not cluster.var.joinpath(cluster.name).exists()


def wait_until(true) -> None:
    """Fails after ten seconds."""
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)
