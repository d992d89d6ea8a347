"""What managers see: their locations and the people there."""

import re

import pytest

from directory.models import AdministrativeUnit, Settings, UnitMembership
from mystaff.portal.places import in_order, with_counts
from tests.conftest import make_person, make_unit
from tests.directory.sources import make_run, make_source
from tests.mystaff.reading import names_in, text_of

OOPS = (
    "Oops, seems you're not authorized to see My Staff at this time. "
    "Please contact your admin for more information."
)


@pytest.fixture
def place(district):
    return f"/riverside/locations/{district.lincoln.pk}/"


def fill(district, number: int, **fields) -> None:
    for n in range(number):
        make_person(f"p{n}@riverside.example", f"Pupil {n:02}", district.lincoln_students, **fields)


# Locations


def test_one_location_opens_at_once(district, sign_in, place):
    response = sign_in(district.maria).get("/riverside/")
    assert (response.status_code, response.url) == (302, place)


def test_several_locations_are_listed_with_their_people(district, sign_in):
    page = sign_in(district.tom).get("/riverside/")
    assert re.search(r"Algebra 2 +1 person +Biology +0 people", text_of(page))


def test_an_unscoped_role_sees_every_topmost_location_and_everyone(district, sign_in):
    browser = sign_in(district.helen)
    assert re.search(
        r"Jefferson High +4 people +Lincoln Elementary +3 people", text_of(browser.get("/riverside/"))
    )
    everyone = names_in(browser.get("/riverside/search/?everyone"))
    assert {"Ada Rivers", "Nora Field", "Pia Moss"} <= set(everyone)


def test_one_location_more_for_an_unscoped_role_does_not_hide_the_rest(district, sign_in):
    district.jefferson.__class__.objects.filter(parent=None).exclude(pk=district.lincoln.pk).update(
        parent=district.lincoln
    )
    assert "Everyone" in text_of(sign_in(district.helen).get("/riverside/"))


@pytest.mark.parametrize("who", ["sam", "omar"])
def test_without_a_role_the_portal_says_so_and_shows_the_way_to_the_account(district, sign_in, who):
    response = sign_in(getattr(district, who)).get("/riverside/")
    assert response.status_code == 403
    assert OOPS in response.content.decode()
    assert re.search(r'<a [^>]*href="/riverside/account/">My account</a>', response.content.decode())


# A location


def test_a_location_lists_people_in_it_and_below_once_each(district, sign_in, place):
    UnitMembership.objects.create(unit=district.lincoln, user=district.pia)
    assert names_in(sign_in(district.maria).get(place)) == ["Maria López", "Pia Moss", "Sam Reed"]


def test_an_empty_location_of_a_roster_says_when_that_was_brought_in(district, sign_in):
    source, browser = make_source(), sign_in(district.tom)
    where = f"/riverside/locations/{district.biology.pk}/"
    assert "Nobody here yet" in text_of(browser.get(where))
    AdministrativeUnit.objects.filter(pk=district.biology.pk).update(source=source.key)
    page = text_of(browser.get(where))
    assert "Nobody on your roster yet" in page and "Last sync" not in page
    make_run(source)
    assert "Last sync: Today," in text_of(browser.get(where))
    assert "Nobody found" in text_of(browser.get(f"{where}?q=nora"))


def test_parts_of_a_location_are_links_with_their_counts(district, sign_in, place):
    page = sign_in(district.maria).get(place)
    assert re.search(r"Students +1 +Staff +2", text_of(page))
    assert f'href="/riverside/locations/{district.lincoln_staff.pk}/">Staff</a>' in page.content.decode()


def test_many_parts_are_folded_after_the_first_ones(district, sign_in, place):
    for n in range(14):
        make_unit(f"Class {n}", district.lincoln)
    page = sign_in(district.maria).get(place)
    assert "4 more locations" in text_of(page)  # Staff and Students are parts too
    shown, folded = page.content.decode().split("<details", 1)
    assert ("Class 9<" in shown, "Class 10<" in folded, "Class 13<" in folded) == (True, True, True)


def test_the_way_back_holds_only_what_may_be_opened(district, sign_in):
    page = sign_in(district.tom).get(f"/riverside/locations/{district.algebra.pk}/").content.decode()
    assert "Jefferson High" not in page
    assert '<a href="/riverside/">Locations</a>' in page


def test_twenty_five_to_a_page_and_no_more_for_asking(district, sign_in, place):
    fill(district, 30)
    browser = sign_in(district.maria)
    assert len(names_in(browser.get(place + "?per_page=1000"))) == 25
    second = browser.get(place + "?page=2")
    assert len(names_in(second)) == 8
    assert "26–33 of 33" in text_of(second)


@pytest.mark.parametrize("page", ["0", "-1", "99", "two", "9" * 30])
def test_a_page_that_is_not_there_becomes_one_that_is(district, sign_in, place, page):
    assert names_in(sign_in(district.maria).get(place, {"page": page}))


@pytest.mark.parametrize(
    ("sort", "first"),
    [("name", "Maria López"), ("-name", "Sam Reed"), ("-user_name", "Sam Reed"), ("job", "Pia Moss")],
)
def test_people_are_sorted_as_asked(district, sign_in, place, sort, first):
    type(district.pia).objects.filter(pk=district.pia.pk).update(job_title="Advisor")
    type(district.sam).objects.exclude(pk=district.pia.pk).update(job_title="Teacher")
    assert names_in(sign_in(district.maria).get(place, {"sort": sort}))[0] == first


@pytest.mark.parametrize("sort", ["password", "tenant__slug", "-", "", "name'--", "account"])
def test_nothing_else_sorts(district, sign_in, place, sort):
    assert len(names_in(sign_in(district.maria).get(place, {"sort": sort}))) == 3


def test_the_search_of_a_location_stays_in_it(district, sign_in, place):
    Settings.objects.update(look_up_everyone=True)
    browser = sign_in(district.maria)
    assert names_in(browser.get(place, {"q": "ree"})) == ["Sam Reed"]
    assert names_in(browser.get(place, {"q": "LOPEZ"})) == ["Maria López"]
    assert names_in(browser.get(place, {"q": "omar"})) == []


@pytest.mark.parametrize(
    "typed", ["\x00", "\x00@", "a\x00b@", "%", "'", "\\", "<script>", "x" * 5000, "a b c d e f g h", "\ud800"]
)
def test_whatever_is_typed_into_a_search_gets_an_answer(district, sign_in, place, typed):
    browser = sign_in(district.maria)
    typed = typed.encode(errors="replace").decode()
    for path in (place, "/riverside/search/"):
        response = browser.get(path, {"q": typed})
        assert response.status_code == 200
        assert "<script>" not in response.content.decode().replace('<script src="', "")


def test_htmx_gets_the_list_alone_and_a_browser_that_goes_back_the_page(district, sign_in, place):
    browser = sign_in(district.maria)
    part = browser.get(place, headers={"HX-Request": "true"})
    again = browser.get(place, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert part.content.decode().strip().startswith('<div class="card">')
    assert "<html" not in part.content.decode()
    assert "<html" in again.content.decode()
    assert "HX-Request" in part["Vary"]


@pytest.mark.parametrize("path", ["/", "/account/", "/people/x/", "/forgot-password/", "/sign-in/"])
def test_no_page_is_kept_by_a_shared_browser(district, sign_in, client, place, path):
    assert "no-store" in sign_in(district.maria).get(place)["Cache-Control"]
    for browser in (sign_in(district.maria), sign_in(district.admin), client):
        assert "no-store" in browser.get(f"/riverside{path}")["Cache-Control"]


def test_counting_is_by_unit_whatever_their_depth(district):
    deep = make_unit("Row 3", make_unit("Room 1", district.algebra))
    UnitMembership.objects.create(unit=deep, user=district.nora)
    units = with_counts([district.lincoln, district.algebra, district.biology])
    assert [unit.people for unit in units] == [3, 1, 0]


def test_parts_stand_in_the_order_that_people_expect():
    kinds = [
        ("Grade 10", "class"),
        ("Grade 9", "class"),
        ("élan", "class"),
        ("Zoo", "class"),
        ("Staff", "staff"),
        ("9", "class"),
    ]
    units = in_order(AdministrativeUnit(name=name, kind=kind) for name, kind in kinds)
    assert [unit.name for unit in units] == ["Staff", "9", "élan", "Grade 9", "Grade 10", "Zoo"]


def test_the_accent_is_a_stylesheet_that_anyone_may_read(district, client):
    Settings.objects.update(accent="#aa3355")
    response = client.get("/riverside/accent.css")
    assert response.content == b":root{--accent:#aa3355}\n"
    assert response["Content-Type"] == "text/css"
    assert "accent.css?aa3355" in client.get("/riverside/sign-in/").content.decode()
