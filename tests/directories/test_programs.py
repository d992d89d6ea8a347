"""Without the programs the tests of directories are skipped aloud, and where they are required they fail."""

import pytest

from tests.directories.programs import PACKAGES, program


def test_what_is_missing_is_said_aloud(monkeypatch):
    monkeypatch.delenv("MYSTAFF_REQUIRE_DIRECTORIES", raising=False)
    with pytest.warns(UserWarning, match="NOT TESTED"), pytest.raises(pytest.skip.Exception, match="slapd"):
        program("no-such-program")


def test_where_it_is_required_its_lack_is_a_failure(monkeypatch):
    monkeypatch.setenv("MYSTAFF_REQUIRE_DIRECTORIES", "1")
    with pytest.raises(pytest.fail.Exception, match=PACKAGES):
        program("no-such-program")
