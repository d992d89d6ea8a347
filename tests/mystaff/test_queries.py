"""Pages cost the same number of queries for 1 row and for 50."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from directory import permissions, verbs
from mystaff.portal import places
from tests.conftest import make_person
from tests.mystaff.reading import text_of

LOCATION_LIMIT = 12


def queries(browser, path: str) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert browser.get(path).status_code == 200
    return [query["sql"] for query in captured.captured_queries]


def more(district, number: int) -> None:
    for n in range(number):
        make_person(
            f"pupil{n}@riverside.example", f"Pupil {n:02}", district.algebra, district.lincoln_students
        )


PAGES = {
    "location of a teacher": ("tom", "/riverside/locations/{algebra}/"),
    "location of a school": ("maria", "/riverside/locations/{lincoln}/"),
    "search in a location": ("maria", "/riverside/locations/{lincoln}/?q=p"),
    "search": ("helen", "/riverside/search/?q=p"),
    "everyone": ("helen", "/riverside/search/?everyone=1"),
    "locations": ("helen", "/riverside/"),
    "profile": ("maria", "/riverside/people/{sam}/"),
}


@pytest.mark.parametrize("page", PAGES)
def test_fifty_rows_cost_no_more_queries_than_one(district, sign_in, page):
    who, path = PAGES[page]
    path = path.format(**{name: getattr(thing, "pk", "") for name, thing in vars(district).items()})
    browser = sign_in(getattr(district, who))
    browser.get(path)  # the first after signing in asks and notes more, once
    few = queries(browser, path)
    more(district, 50)
    many = queries(browser, path)
    assert len(many) == len(few), "\n".join(many)
    if page.startswith("location of"):
        assert len(many) <= LOCATION_LIMIT, "\n".join(many)


def test_the_rule_of_who_reaches_whom_is_planned_once(district):
    for _time in range(8):
        assert permissions.reachable(district.maria, verbs.RESET_PASSWORD).contains(district.sam)
    with connection.cursor() as cursor:
        cursor.execute("SELECT generic_plans + custom_plans, statement FROM pg_prepared_statements")
        planned = [times for times, statement in cursor.fetchall() if "directory_groupowner" in statement]
    assert len(planned) == 1 and planned[0] >= 2


def test_lists_of_people_are_planned_for_what_is_asked(district, sign_in):
    browser = sign_in(district.helen)
    for _time in range(8):
        browser.get("/riverside/search/?q=sam")
        browser.get(f"/riverside/locations/{district.lincoln.pk}/")
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE statement LIKE 'SELECT%'")
        prepared = [statement for (statement,) in cursor.fetchall()]
    assert [one for one in prepared if "directory_settings" in one]
    assert not [one for one in prepared if "searchword" in one or "LIMIT 25" in one]


def test_a_large_number_of_people_is_counted_once_in_a_while_and_a_small_one_anew(
    district, sign_in, monkeypatch
):
    def numbers() -> set[str]:
        page = text_of(sign_in(district.helen).get("/riverside/"))
        return {str(n) for n in range(1, 9) if f" {n} people" in page}

    monkeypatch.setattr(places, "MANY", 4)
    assert numbers() == {"3", "4"}  # Lincoln and Jefferson
    make_person("new@riverside.example", "New One", district.lincoln_students)
    make_person("next@riverside.example", "Next One", district.algebra)
    assert numbers() == {"4"}
