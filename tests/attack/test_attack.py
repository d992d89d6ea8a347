"""A sample of the attack, on a server of its own; all of it is `make attack`."""

import os
import subprocess
import sys

import pytest

from mystaff.own_files import PROJECT

pytestmark = pytest.mark.slow


def attack(*arguments: str) -> subprocess.CompletedProcess:
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    command = [sys.executable, "-m", "tests.attack", *arguments]
    return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=300)


def test_the_wall_holds():
    done = attack("--least", "0", "--limit", "5")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n0 findings\n" in done.stdout


def test_where_there_is_no_wall_the_attack_finds_it():
    done = attack("--least", "0", "--limit", "20", "--actors", "helpdesk", "--break-the-wall")
    assert done.returncode == 1, done.stdout + done.stderr
    for verdict in ("read", "counted", "written"):
        assert f"\n{verdict}: " in done.stdout
