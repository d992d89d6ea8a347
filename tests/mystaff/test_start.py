"""Neither the web server nor the worker starts where the wall would not stand."""

import os
import subprocess
import sys

import pytest

from mystaff.own_files import PROJECT


@pytest.fixture
def run(database_environment, tmp_path):
    """Run Python on this process' database, as whom and with what a test says."""

    def start(*arguments: str, **changes: str | None) -> subprocess.CompletedProcess:
        environment = os.environ | database_environment | {"MYSTAFF_VAR": str(tmp_path), "MYSTAFF_DEMO": "1"}
        environment = {name: value for name, value in (environment | changes).items() if value is not None}
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, env=environment, cwd=PROJECT, capture_output=True, text=True, timeout=60
        )

    return start


STARTS = {
    "web server": ("-c", "import mystaff.wsgi"),
    "worker": ("manage.py", "worker"),
    "procrastinate": ("manage.py", "procrastinate", "worker"),
}


@pytest.mark.parametrize("start", STARTS)
def test_the_role_that_owns_the_tables_is_refused(run, database_environment, start):
    as_owner = {"MYSTAFF_DATABASE_URL": database_environment["MYSTAFF_OWNER_DATABASE_URL"]}
    done = run(*STARTS[start], **as_owner)
    assert done.returncode != 0
    assert "owns tables" in done.stderr and "CREATE ROLE mystaff_app" in done.stderr


def test_the_web_server_starts_as_the_applications_role(run):
    done = run(*STARTS["web server"])
    assert done.returncode == 0, done.stderr


def test_the_web_server_needs_no_owner(run):
    assert run(*STARTS["web server"], MYSTAFF_OWNER_DATABASE_URL=None).returncode == 0


def test_migrate_works_as_the_owner_and_says_so_where_there_is_none(run):
    assert run("manage.py", "migrate", "--check").returncode == 0
    done = run("manage.py", "migrate", MYSTAFF_OWNER_DATABASE_URL=None)
    assert done.returncode == 1 and "MYSTAFF_OWNER_DATABASE_URL is not set" in done.stderr


@pytest.mark.parametrize("path", ["/health/", "/", "/no-such-page/"])
def test_every_answer_carries_the_policy(client, db, path):
    headers = client.get(path).headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


SHOW = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SHOW lock_timeout")
    print(*cursor.fetchone())
"""


@pytest.mark.parametrize(
    ("program", "limit"), [("import mystaff.wsgi", "5s"), ("import django; django.setup()", "0")]
)
def test_only_the_web_server_gives_up_waiting_for_a_lock(run, program, limit):
    done = run("-c", program + SHOW)
    assert done.stdout.split() == [limit], done.stderr
