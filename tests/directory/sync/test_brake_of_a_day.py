"""The brake in small steps: what the runs of a day take away counts together."""

from datetime import timedelta

import pytest
from django.utils import timezone

from directory.models import Run, RunState
from tests.directory.sync.states import fact, make_source, run_of


@pytest.fixture
def source(riverside):
    with riverside.scope():
        yield make_source()


def class_of(*numbers):
    return [fact(f"p{n}") for n in numbers]


def test_the_brake_counts_a_day_together(source):
    run_of(source, class_of(*range(100)))
    assert run_of(source, class_of(*range(94))).state == RunState.DONE
    run = run_of(source, class_of(*range(88)))
    assert run.state == RunState.BRAKED
    assert run_of(source, class_of(*range(88)), confirms=run).state == RunState.DONE
    assert run_of(source, class_of(*range(86))).state == RunState.DONE  # what was confirmed counts no more
    Run.objects.update(ended_at=timezone.now() - timedelta(days=1))
    assert run_of(source, class_of(*range(80))).state == RunState.DONE


def test_what_was_let_through_at_a_shell_stops_nothing_after_it(source):
    run_of(source, class_of(*range(100)))
    run_of(source, class_of(*range(50)), brakes=False)
    assert run_of(source, class_of(*range(48))).state == RunState.DONE


def test_who_comes_back_is_not_lost(source):
    run_of(source, class_of(*range(100)))
    for _n in range(4):
        assert run_of(source, class_of(*range(94))).state == RunState.DONE
        assert run_of(source, class_of(*range(100))).state == RunState.DONE
