import pytest

from directory.sync import oneroster
from tests.directory.sync import exports


@pytest.fixture
def read(tmp_path):
    """Read the small export with some files replaced."""

    def read(changed=None, version="1.2", **modes):
        contents = exports.files(version, **modes) | (changed or {})
        return oneroster.read_roster(exports.pack(tmp_path / "roster.zip", contents))

    return read


@pytest.fixture
def refused(read):
    """The problems of an export that must be refused, as lines of text."""

    def refused(changed=None, version="1.2", **modes):
        with pytest.raises(oneroster.RosterError) as caught:
            read(changed, version, **modes)
        return [str(problem) for problem in caught.value.problems]

    return refused


@pytest.fixture
def warned(read):
    """The warnings of an export that must be taken, as lines of text."""

    def warned(changed=None, version="1.2", **modes):
        return [str(warning) for warning in read(changed, version, **modes).warnings]

    return warned
