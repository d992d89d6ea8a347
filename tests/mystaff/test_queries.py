"""Pages cost the same number of queries for 1 row and for 50."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import make_person

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
    few = queries(browser, path)
    more(district, 50)
    many = queries(browser, path)
    assert len(many) == len(few), "\n".join(many)
    if page.startswith("location of"):
        assert len(many) <= LOCATION_LIMIT, "\n".join(many)
