"""Found by the beginning of a word, newest first, page by page, however long the trail is."""

from datetime import UTC, datetime, timedelta

import pytest

from audit import models
from audit.models import Entry, EntryWord, Result
from audit.search import Found, activities
from audit.words import range_of_actor, range_of_target, ranges_of
from tests.audit.conftest import ADA, SAM, deed

START = datetime(2026, 3, 1, 23, 59, tzinfo=UTC)


def found(text: str, **filters) -> list[int]:
    return [entry.sequence for entry in Found(Entry.objects.filter(**filters), ranges_of(text)).page(50)]


@pytest.fixture
def at(riverside, monkeypatch):
    """Writes an entry so many days after the first of March; the test stands in Riverside's scope."""

    def write(days: float, *args, **more) -> Entry:
        monkeypatch.setattr(models.timezone, "now", lambda: START + timedelta(days=days))
        return deed(*args, **more)

    with riverside.scope():
        yield write


@pytest.mark.parametrize(
    "text",
    ["ada", "AD", "riv", "sam", "reed", "sam.reed", "sam.reed@riverside.ex", "ada@riv", "192.0.2.7", "192.0"]
    + ["ada sam", "reed rivers", "Sam, Reed", " ada "],
)
def test_what_finds_it(at, text):
    at(0)
    assert found(text) == [1]


@pytest.mark.parametrize(
    "text",
    [
        "da",
        "reset",
        "adaa",
        "ada nobody",
        "192.0.2.8",
        "92.0",
        "riverside",
        "example",
        "am.reed",
        "@riverside",
    ]
    + ["ada@lake", "\U0010ffff", "%", "_", "<>", "x_a"],
)
def test_what_does_not(at, text):
    at(0)
    assert found(text) == []


def test_accents_case_and_programs_do_not_matter(at):
    at(0, actor={"id": None, "name": "Ángel Öztürk"}, target={"name": "Straße 1"})
    at(0, actor={"id": None, "name": "manage.py"}, target=None)
    at(0, actor=ADA | {"ip_address": "2001:DB8::7"})
    assert found("angel") == found("OZTURK") == found("strasse") == [1]
    assert found("manage") == found("manage.py") == [2]
    assert found("2001:db8:") == [3]


def test_nothing_typed_is_everything_newest_first(at):
    for day in (0, 1, 2):
        at(day)
    assert found("") == found("  ") == [3, 2, 1]


def test_who_did_it_is_told_from_whom_it_was_done_to(at):
    at(0)
    at(0, actor={name: SAM[name] for name in ("id", "name", "principal_name")})
    for whose, of_ada, of_sam in ((range_of_actor, [1], [2]), (range_of_target, [], [2, 1])):
        for name, expected in (("ADA@riverside", of_ada), ("sam.reed", of_sam)):
            page = Found(Entry.objects.all(), [[whose(name)]]).page(9)
            assert [entry.sequence for entry in page] == expected


def test_over_many_days_nothing_is_lost_and_nothing_comes_twice(at):
    """With days that hit, days that do not, and several entries at one moment."""
    expected = []
    for n in range(60):
        hit = n % 4 != 1
        entry = at(n // 3 * 2, actor=ADA | {"name": "Ada" if hit else "Eve", "principal_name": ""})
        if hit:
            expected.insert(0, entry.sequence)
    for size in (1, 7, 45, 100):
        pages = Found(Entry.objects.all(), ranges_of("ad")).batches(size)
        assert [entry.sequence for page in pages for entry in page] == expected
    assert [e.sequence for page in Found(Entry.objects.all()).batches(7) for e in page] == [*range(60, 0, -1)]


def test_filters_and_words_go_together(at):
    at(0, result=Result.DENIED)
    at(5, result=Result.SUCCESS)
    at(9, "Update user", result=Result.DENIED)
    assert found("ada", result="denied") == [3, 1]
    assert found("ada", result="denied", activity="Update user") == [3]
    assert found("ada", activity_at__lt=START + timedelta(days=5)) == [1]
    assert found("ada", result="failure") == []


def test_counting_stops(at):
    for day in range(5):
        at(day)
    for words in ("", "ada", "ada sam"):
        assert [Found(Entry.objects.all(), ranges_of(words)).count(limit) for limit in (2, 5, 9)] == [2, 5, 5]
    assert Found(Entry.objects.all(), ranges_of("nobody")).count(9) == 0


def test_other_tenants_words_are_not_there(at, lakeshore):
    at(0)
    with lakeshore.scope():
        assert found("ada") == [] and EntryWord.objects.count() == 0
        assert activities() == []


def test_each_activity_is_told_once(at):
    for name in ("Update user", "Import roster", "Update user", "Add user"):
        at(0, name)
    assert sorted(activities()) == ["Add user", "Import roster", "Update user"]


def test_a_word_is_looked_for_day_by_day(at, django_assert_max_num_queries):
    """However many days there are between the hits, the questions grow with their logarithm."""
    for day in (0, 300, 600):
        at(day)
    with django_assert_max_num_queries(6):
        assert found("ada") == [3, 2, 1]
    with django_assert_max_num_queries(3):
        assert found("nobody") == []
