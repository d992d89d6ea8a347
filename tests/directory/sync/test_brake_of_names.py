"""The brake and user names: whoever is called like another stands where that one stood."""

from dataclasses import replace

import pytest

from directory.models import RunState, User
from tests.directory.sync.states import changed, fact, make_source, run_of, said


@pytest.fixture
def source(riverside):
    with riverside.scope():
        yield make_source()


def people(count, start=0, shift=0):
    """So many; the first `shift` of them by the user name of the next one."""
    found = [fact(f"p{n}") for n in range(count)]
    names = [one.user_principal_name for one in found]
    turned = [*names[start + 1 : start + shift], names[start]] if shift else []
    names[start : start + shift] = turned
    return [replace(one, user_principal_name=name) for one, name in zip(found, names, strict=True)]


@pytest.mark.parametrize(("turned", "stopped"), [(5, False), (10, False), (11, True), (100, True)])
def test_user_names_that_go_round_need_a_word(source, turned, stopped):
    run_of(source, people(100))
    run = run_of(source, people(100, shift=turned))
    assert run.state == (RunState.BRAKED if stopped else RunState.DONE)
    assert run.counts["user names changed"] == turned == len(said(run, "user names changed"))
    name = User.objects.get(source_id="p0").user_principal_name
    assert (name == "p0@riverside.example") == stopped


def test_in_small_steps_too(source):
    run_of(source, people(100))
    states = [run_of(source, people(100, start, 6)).state for start in (0, 10, 20)]
    assert states[0] == RunState.DONE and states[1:] == [RunState.BRAKED] * 2


def test_other_changes_are_no_other_names(source):
    run_of(source, people(100))
    run = run_of(source, [replace(one, department="Lincoln") for one in people(100)])
    assert run.state == RunState.DONE and changed(run) == {"people changed": 100}
