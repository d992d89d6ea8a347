"""The trail in the admin: filters, words, deep pages; and operators, who look into one tenant at a time."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit import changelist
from audit.models import Entry, Result, record
from directory import roles
from tenants.models import operators
from tests.audit.conftest import ADA, SAM, deed
from tests.conftest import assign, make_person

LIST = "/riverside/admin/audit/entry/"


@pytest.fixture
def admin(district, sign_in):
    return sign_in(district.admin)


@pytest.fixture
def desk(operator, sign_in):
    return sign_in(operator)


def listed(browser, query: str = "", where: str = LIST) -> list[str]:
    """The activities of the entries on the page, as they stand there."""
    response = browser.get(where + query)
    assert response.status_code == 200, response
    return re.findall(r'<td class="field-activity"><a [^>]*>([^<]*)<', response.content.decode())


# Filters


def test_each_filter_shows_what_it_says(admin):
    deed("Update user")
    deed("Add user", result=Result.DENIED)
    deed("Import roster", actor={"id": None, "name": "oneroster"}, target=None)
    today = f"{timezone.localdate():%Y-%m-%d}"
    yesterday = f"{timezone.localdate() - timedelta(days=1):%Y-%m-%d}"
    for query, expected in {
        "": ["Import roster", "Add user", "Update user"],
        "?activity=Add+user": ["Add user"],
        "?result__exact=denied": ["Add user"],
        "?actor=ada@riverside": ["Add user", "Update user"],
        "?actor=oneroster": ["Import roster"],
        "?target=SAM.reed": ["Add user", "Update user"],
        "?actor=sam": [],
        f"?since={today}": ["Import roster", "Add user", "Update user"],
        f"?until={yesterday}": [],
        f"?since={yesterday}&until={today}&actor=one": ["Import roster"],
        "?q=reed&result__exact=success": ["Update user"],
        "?q=qqxz": [],
    }.items():
        assert listed(admin, query) == expected, query


def test_every_filter_is_offered_and_keeps_the_others(admin):
    deed("Update user", result=Result.DENIED)
    page = admin.get(f"{LIST}?activity=Update+user&actor=ada&q=sam&since=2026-01-01").content.decode()
    for name in ("since", "until", "actor", "target"):
        assert f'name="{name}"' in page
    forms = re.findall(r'<form method="get" class="typed">(.*?)</form>', page, re.DOTALL)
    assert len(forms) == 3
    for form, own in zip(forms, ("since", "actor", "target"), strict=True):
        hidden = set(re.findall(r'type="hidden" name="(\w+)"', form))
        assert hidden == {"activity", "actor", "q", "since"} - {own}
    assert "?activity=Update+user&amp;actor=ada&amp;q=sam&amp;result__exact=denied&amp;since=2026" in page


def test_all_activities_does_not_mean_any_date(admin):
    deed("Update user")
    page = admin.get(f"{LIST}?activity=Update+user&activity_at__gte=2026-01-01%2000:00Z").content.decode()
    assert 'href="?activity_at__gte=2026-01-01+00%3A00Z">All</a>' in page


def test_activities_are_not_told_apart_by_reading_them_all(admin):
    for n in range(40):
        deed(f"Deed {n % 4}")
    with CaptureQueriesContext(connection) as asked:
        listed(admin)
    assert not [query for query in asked.captured_queries if "DISTINCT" in query["sql"]]


@pytest.mark.parametrize(
    "asked",
    [
        "since=31.12.2026",
        "until=9999-12-31",
        "since=%00",
        "before=x",
        "before=-1",
        f"before={2**70}",
        "before=7",
    ],
)
def test_what_cannot_be_understood_shows_the_list_again(admin, asked):
    deed()
    assert admin.get(f"{LIST}?{asked}").status_code in (302, 400)


@pytest.mark.parametrize("order", ["o=1", "o=-4.3", "o=x", "p=3", "all=", "_facets=True"])
def test_nothing_in_the_address_changes_the_order_or_counts(admin, order):
    for n in range(3):
        deed(f"Deed {n}")
    assert listed(admin, f"?{order}") == ["Deed 2", "Deed 1", "Deed 0"]


# Pages


@pytest.fixture
def long_trail(admin, monkeypatch):
    """130 entries, 50 to a page, of which no more than 60 are counted."""
    monkeypatch.setattr(changelist, "COUNTED", 60)
    for n in range(130):
        deed(f"Deed {n:03}", result=Result.DENIED if n % 13 == 0 else Result.SUCCESS)
    return admin


def leaf(browser, query: str = "") -> list[list[str]]:
    pages = []
    while query is not None:
        pages.append(listed(browser, query))
        link = re.search(r'<a href="([^"]*)" rel="next">Older<', browser.get(LIST + query).content.decode())
        query = link[1].replace("&amp;", "&") if link else None
    return pages


@pytest.mark.parametrize("query", ["", "?q=ada", "?actor=ada@riverside.example"])
def test_older_leads_to_the_end_of_the_trail(long_trail, query):
    pages = leaf(long_trail, query)
    assert [len(page) for page in pages] == [50, 50, 30]
    assert sum(pages, []) == [f"Deed {n:03}" for n in range(129, -1, -1)]


def test_the_newest_are_one_press_away(long_trail):
    first = long_trail.get(LIST).content.decode()
    assert ">Newest<" not in first
    second = long_trail.get(f"{LIST}?before=81&q=ada").content.decode()
    assert '<a href="?q=ada">Newest</a>' in second


def test_counting_stops(long_trail):
    assert "1,000+ entries" in long_trail.get(LIST).content.decode()
    assert "1,000+ entries" in long_trail.get(f"{LIST}?q=ada").content.decode()
    assert "10 entries" in long_trail.get(f"{LIST}?result__exact=denied").content.decode()
    assert "0 entries" in long_trail.get(f"{LIST}?q=qqxz").content.decode()


def test_filters_start_at_the_newest_again(long_trail):
    page = long_trail.get(f"{LIST}?before=81&activity=Deed+001").content.decode()
    filters = page[page.index('id="changelist-filter"') :]
    assert "before" not in filters
    assert '<input type="hidden" name="before"' not in page


def test_a_page_costs_the_same_for_one_entry_and_for_fifty(admin):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            listed(admin)
        return len(asked)

    deed()
    queries()  # the first notes where the session is used from
    few = queries()
    for n in range(49):
        deed(f"Deed {n}")
    assert queries() == few


def test_an_entry_shows_its_place_in_the_chain(admin):
    first, second = deed(), deed()
    page = admin.get(f"{LIST}{second.pk}/change/").content.decode()
    assert second.hash in page and first.hash in page
    assert 'class="readonly">2<' in page


def test_reading_is_no_entry(admin):
    deed()
    for path in ("", "?q=ada", "export.csv"):
        admin.get(LIST + path)
    assert Entry.objects.count() == 1


# Operators


@pytest.fixture
def three(district, lake, operator) -> None:
    """A line in each trail; the test stands in Riverside's scope."""
    deed("Of Riverside")
    with lake.tenant.scope():
        deed("Of Lakeshore")
    with operators().scope():
        deed("Of operators")


def test_an_operator_reads_one_trail_at_a_time(three, desk):
    where = "/admin/audit/entry/"
    assert listed(desk, "", where) == ["Of operators"]
    assert listed(desk, "?tenant=", where) == ["Of operators"]
    assert listed(desk, "?tenant=riverside", where) == ["Of Riverside"]
    assert listed(desk, "?tenant=lakeshore&q=ada", where) == ["Of Lakeshore"]
    assert listed(desk, "?tenant=lakeshore&activity=Of+Riverside", where) == []
    page = desk.get(where + "?tenant=lakeshore").content.decode()
    assert "Of Riverside" not in page and "Of operators" not in page
    assert '<option value="lakeshore" selected>' in page and 'action="/sign-out/"' in page
    assert desk.get(where + "?tenant=nowhere").status_code == 404


def test_an_operator_opens_an_entry_of_that_trail(three, desk, lake):
    with lake.tenant.scope():
        entry = Entry.objects.get(activity="Of Lakeshore")
    page = desk.get("/admin/audit/entry/?tenant=lakeshore").content.decode()
    link = re.search(rf'href="(/admin/audit/entry/{entry.pk}/change/\?[^"]*)"', page)[1].replace("&amp;", "&")
    assert "Of Lakeshore" in desk.get(link).content.decode()
    assert desk.get(f"/admin/audit/entry/{entry.pk}/change/").status_code == 302
    assert desk.get(f"/admin/audit/entry/{entry.pk}/change/?tenant=riverside").status_code == 302


def test_an_operator_takes_that_trail_along(three, desk):
    for kind in ("csv", "jsonl"):
        response = desk.get(f"/admin/audit/entry/export.{kind}?tenant=lakeshore")
        assert "lakeshore-audit-" in response.headers["Content-Disposition"]
        text = response.getvalue().decode()
        assert "Of Lakeshore" in text and "Of Riverside" not in text and "Of operators" not in text


@pytest.mark.parametrize("path", ["", "export.csv", "{entry}/change/"])
def test_nobody_else_names_another_tenant(three, lake, admin, path):
    with lake.tenant.scope():
        entry = Entry.objects.get(activity="Of Lakeshore")
    for slug in ("lakeshore", "riverside", "operators", "nowhere", "%00"):
        answer = admin.get(f"{LIST}{path.format(entry=entry.pk)}?tenant={slug}")
        assert answer.status_code == 400, slug


def test_a_reader_among_the_operators_reads_their_own_trail_only(three, sign_in):
    with operators().scope():
        reader = make_person("rita@mystaff.example", "Rita Reader")
        assign(reader, roles.GLOBAL_READER)
    browser = sign_in(reader)
    assert listed(browser, "", "/admin/audit/entry/") == ["Of operators"]
    for path in ("", "export.csv"):
        assert browser.get(f"/admin/audit/entry/{path}?tenant=riverside").status_code == 400
    assert 'name="tenant"' not in browser.get("/admin/audit/entry/").content.decode()


def test_markup_in_names_is_text(admin):
    record("<b>x", category="c", operation="o", actor=ADA | {"name": "<i>y"}, target=SAM | {"name": "<u>z"})
    page = admin.get(f"{LIST}?q=%3Cs%3E&actor=%3Cs%3E").content.decode()
    assert "<s>" not in page
    page = admin.get(LIST).content.decode()
    assert not re.search("<b>x|<i>y|<u>z", page)
