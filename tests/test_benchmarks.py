"""What `make bench` holds pages against begins and answers: it is asked by nobody else."""

import subprocess
import sys

ASK = """
from django.test import Client
from tests.benchmarks import bare
from django.test.utils import setup_test_environment
setup_test_environment()
print(Client(SERVER_NAME="127.0.0.1").get("/accounts/login/").status_code)
"""


def test_the_bare_site_has_a_form_to_sign_in():
    nowhere = {"BARE_DATABASE_HOST": "/nonexistent", "BARE_DATABASE_NAME": "none"}
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=nowhere, capture_output=True, text=True, timeout=120
    )
    assert done.stdout.strip() == "200", done.stderr
