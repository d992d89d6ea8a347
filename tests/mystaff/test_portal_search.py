"""Search: whom a manager finds, and what of people elsewhere."""

from directory.models import Settings
from tests.conftest import make_person
from tests.mystaff.reading import names_in, text_of


def test_search_finds_by_the_beginning_of_any_word(district, sign_in):
    browser = sign_in(district.maria)
    for typed in ("sam", "REED", "sam.re", "e-1042", "reed sam"):
        assert names_in(browser.get("/riverside/search/", {"q": typed})) == ["Sam Reed"], typed
    assert names_in(browser.get("/riverside/search/", {"q": "eed"})) == []


def test_search_covers_ones_own_people_only_by_default(district, sign_in):
    assert names_in(sign_in(district.maria).get("/riverside/search/", {"q": "omar"})) == []


def test_people_elsewhere_are_found_by_name_and_location_where_the_tenant_says_so(district, sign_in):
    Settings.objects.update(look_up_everyone=True)
    page = sign_in(district.maria).get("/riverside/search/", {"q": "omar"})
    assert names_in(page) == ["Omar Díaz"]
    assert "Jefferson High" in text_of(page)
    assert "omar.diaz" not in page.content.decode()


def test_nothing_typed_gets_a_hint(district, sign_in):
    assert "Type the beginning" in text_of(sign_in(district.maria).get("/riverside/search/"))


def test_two_of_one_name_have_links_that_sound_different(district, sign_in):
    Settings.objects.update(look_up_everyone=True)
    make_person("sam.reed2@riverside.example", "Sam Reed", district.lincoln_students)
    make_person("sam.reed3@riverside.example", "Sam Reed", district.biology)
    page = sign_in(district.maria).get("/riverside/search/", {"q": "reed"})
    make_person("sam.reed4@riverside.example", "Sam Reed", district.algebra)
    page = sign_in(district.maria).get("/riverside/search/", {"q": "reed"})
    mine = ("sam.reed@riverside.example", "sam.reed2@riverside.example")
    for apart in (*mine, "Jefferson High 1", "Jefferson High 2"):
        assert page.content.decode().count(f'<span class="sr">, {apart}</span>') == 1
    assert "sam.reed3" not in page.content.decode()
    assert (
        '<span class="sr">, '
        not in sign_in(district.maria).get("/riverside/search/", {"q": "moss"}).content.decode()
    )
