"""Which sources somebody should look at."""

from datetime import timedelta

import pytest
from django.utils import timezone

from directory.actions.sources import update_source
from directory.door import Initiator
from directory.models import Run, RunState, Source
from directory.sync.attention import last_done, notices
from tests.directory.sources import make_run, make_source

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def sentences() -> list[str]:
    return [notice.sentence for notice in notices()]


@pytest.fixture
def source(district) -> Source:
    return make_source("sis", "oneroster-rest", rhythm="daily")


def test_all_is_well(source):
    assert sentences() == []
    make_run(source, ago=DAY)
    assert sentences() == []


@pytest.mark.parametrize(
    ("state", "said"), [("failed", "failed"), ("broken-off", "broke off"), ("braked", "confirms it")]
)
def test_a_run_that_did_not_end_well(source, state, said):
    make_run(source, state)
    [notice] = notices()
    assert said in notice.sentence and notice.run.state == state and notice.source == source
    make_run(source)
    assert sentences() == []


def test_a_dry_run_is_nobodys_worry(source):
    make_run(source, RunState.FAILED, is_dry=True)
    assert sentences() == []


@pytest.mark.parametrize(
    ("rhythm", "ago", "late"),
    [
        ("daily", 35 * HOUR, False),
        ("daily", 37 * HOUR, True),
        ("hourly", HOUR, False),
        ("hourly", 2 * HOUR, True),
        ("never", 400 * DAY, False),
    ],
)
def test_one_that_is_overdue(source, rhythm, ago, late):
    Source.objects.update(rhythm=rhythm)
    make_run(source, ago=ago)
    assert (len(sentences()) == 1) is late


@pytest.mark.parametrize(
    ("fields", "hours", "late"),
    [
        ({"rhythm": "daily"}, 37, True),
        ({"rhythm": "daily"}, 35, False),
        ({"rhythm": "hourly"}, 2, True),
        ({"rhythm": "never"}, 9000, False),
        ({"rhythm": "daily", "kind": "csv"}, 9000, False),
    ],
)
def test_one_that_has_never_run(source, clock, fields, hours, late):
    Source.objects.update(**fields)
    make_run(source, RunState.DONE, is_dry=True)
    clock.pass_(hours=hours)
    assert (sentences() == ["It is overdue: no run has ended for too long."]) is late


def test_its_first_run_is_due_from_when_its_schedule_was_set(source, district, clock):
    Source.objects.update(rhythm="never", address="https://sis.example", client_id="x", secret="secret")
    clock.pass_(days=30)
    by = Initiator(district.admin)
    update_source(source, {"rhythm": "hourly"}, by=by)
    assert sentences() == []
    clock.pass_(minutes=80)
    update_source(source, {"name": "SIS"}, by=by)
    clock.pass_(minutes=20)
    assert len(sentences()) == 1


def test_one_that_no_worker_takes_up(source):
    run = make_run(source, RunState.WAITING)
    assert sentences() == []
    Run.objects.filter(pk=run.pk).update(made_at=timezone.now() - 2 * HOUR)
    assert sentences() == ["A run waits, and no worker takes it up."]


def test_one_that_is_off_is_not_missed(source):
    make_run(source, RunState.FAILED)
    Source.objects.update(enabled=False)
    assert sentences() == []


def test_the_number_of_queries_does_not_grow(source, django_assert_num_queries):
    for number in range(5):
        make_run(make_source(f"s{number}", "csv"), RunState.FAILED)
    with django_assert_num_queries(2):
        assert len(notices()) == 5


def test_when_it_was_last_brought_in(source):
    assert last_done("sis") is None
    newest = make_run(source, ago=HOUR)
    make_run(source, ago=DAY)
    make_run(source, is_dry=True)
    make_run(source, RunState.FAILED)
    assert last_done("sis") == newest.ended_at and last_done("other") is None
