"""What `make lighthouse` downloads is named by version and hash, and not by where it comes from."""

import json

from tests.lighthouse.npm import HERE, LOCK


def test_the_lock_file_names_hashes_and_no_addresses():
    text = (HERE / LOCK).read_text()
    assert "resolved" not in text and "://" not in text
    packages = [package for name, package in json.loads(text)["packages"].items() if name]
    assert packages and all("integrity" in package for package in packages)
