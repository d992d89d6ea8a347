"""The programs of the embedded PostgreSQL: whoever runs them, wherever they lie."""

import os
import pwd
import shutil
import subprocess
import tempfile
import traceback
from pathlib import Path

import psycopg
import pytest

from mystaff import postgres, postgres_programs
from mystaff.postgres import Cluster, PostgresError

SYSTEMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
AS_ROOT = os.geteuid() == 0


@pytest.fixture
def reachable():
    """A folder that every account can walk through, with one for an ordinary user in it."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    (folder / "own").mkdir()
    yield folder
    shutil.rmtree(folder)


def test_it_runs_as_an_ordinary_user_however_deep_the_folder_lies(reachable):
    programs = postgres_programs._copy(reachable / "home") / postgres_programs.WHEEL / "pginstall18" / "bin"
    var = reachable.joinpath("own", *["a" * 30] * 4)

    def run() -> None:
        cluster = Cluster("deep", var, postgres.FOR_TESTS, str(programs))
        with cluster.running():
            psycopg.connect(cluster.urls()["default"]).close()
            assert cluster.folder == var / "deep"
            assert cluster.socket_folder.stat().st_mode & 0o777 == 0o700
        cluster.remove()

    as_ordinary_user(run, reachable / "own")


def test_the_programs_are_copied_where_the_account_cannot_reach_them(tmp_path):
    before = os.umask(0o077)
    copy = postgres_programs._copy(tmp_path / "home")
    os.umask(before)
    programs = postgres_programs.Programs(copy / postgres_programs.WHEEL / "pginstall18" / "bin")
    assert "psql (PostgreSQL) 18" in subprocess.check_output(
        [programs.folder / "psql", "--version"], text=True
    )
    assert not [path for path in copy.rglob("*") if not path.is_symlink() and not path.stat().st_mode & 0o004]
    assert copy.parent.stat().st_mode & 0o777 == 0o711
    assert postgres_programs._copy(tmp_path / "home") == copy


@pytest.mark.skipif(not SYSTEMS, reason="this machine has no PostgreSQL of its own")
def test_the_systems_programs_do_as_well(tmp_path):
    cluster = Cluster("system", tmp_path, postgres.FOR_TESTS, str(SYSTEMS[0].parent))
    with cluster.running(), psycopg.connect(cluster.urls()["default"]) as connection:
        assert connection.info.server_version // 10_000 == cluster.programs.version()
    cluster.remove()


def test_data_of_another_version_is_named_and_left_alone(tmp_path):
    cluster = postgres.for_tests(var=tmp_path)
    with cluster.running():
        pass
    (cluster.data / "PG_VERSION").write_text("17")
    with pytest.raises(PostgresError, match="PostgreSQL 17's .* MYSTAFF_POSTGRES_BIN"), cluster.running():
        pass
    assert cluster.data.exists()
    cluster.remove()


def test_a_folder_without_programs_is_named(tmp_path):
    with (
        pytest.raises(PostgresError, match="nowhere"),
        Cluster("none", tmp_path, binaries="/nowhere").running(),
    ):
        pass


def as_ordinary_user(run, folder: Path) -> None:
    """Run it as nobody where we are root: in a copy of this process, which has all it needs loaded."""
    if not AS_ROOT:
        return run()
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.setgroups([])
            os.setgid(nobody.pw_gid)
            os.setuid(nobody.pw_uid)
            run()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
