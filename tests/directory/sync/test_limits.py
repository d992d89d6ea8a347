"""How much a source may say, and what of it stays in memory."""

from itertools import count

import pytest

from directory.models import User
from directory.sync import staging
from directory.sync.findings import Findings, RosterError
from tests.directory.sync.states import fact, make_source, run_of


@pytest.fixture
def source(riverside):
    with riverside.scope():
        yield make_source()


def test_a_source_that_never_ends_does_not_fill_the_disk(source, monkeypatch):
    monkeypatch.setattr(staging, "MOST", 2**20)
    with pytest.raises(RosterError, match="more than this program takes"):
        run_of(source, (fact(f"p{n}") for n in count()))
    assert not User.objects.exists()


def test_names_of_files_are_forgotten():
    """A directory has one for each of its entries."""
    stager = staging._Stager(Findings(), {"riverside.example"}, lambda n: None)
    for n in range(3 * staging.REMEMBERED):
        stager._person(fact(f"p{n}", file=f"CN={n}"))
    assert len(stager.files) <= staging.REMEMBERED
    assert stager.lines["staged_people"][-1].endswith(f"\tCN={3 * staging.REMEMBERED - 1}\t0\n")
