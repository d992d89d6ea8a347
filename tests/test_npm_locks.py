"""What is downloaded from npm is named by version and hash, and not by where it comes from."""

import json

import pytest

from mystaff.own_files import PROJECT
from tests.npm import LOCK

LOCKS = sorted((PROJECT / "tests").rglob(LOCK))


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.parent.name)
def test_the_lock_file_names_hashes_and_no_addresses(path):
    text = path.read_text()
    assert "resolved" not in text and "://" not in text
    packages = [package for name, package in json.loads(text)["packages"].items() if name]
    assert packages and all("integrity" in package for package in packages)
