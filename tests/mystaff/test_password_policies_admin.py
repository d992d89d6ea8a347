"""Password policies in the admin: who may, through the door, with old and new values in the trail."""

import pytest

from audit.models import Entry, Result
from directory import roles
from directory.models import PasswordPolicy, Preset
from tests.conftest import assign, make_person
from tests.mystaff.test_admin import form

LIST = "/riverside/admin/directory/passwordpolicy/"
ADD = f"{LIST}add/"


@pytest.fixture
def admin(district, sign_in):
    return sign_in(district.admin)


def changes() -> dict:
    entry = Entry.objects.get(activity="Update password policy", result=Result.SUCCESS)
    return {one["name"]: (one["oldValue"], one["newValue"]) for one in entry.modified_properties}


def test_a_preset_fills_in_the_rules_and_the_trail_keeps_them(admin):
    response = admin.post(ADD, form(admin.get(ADD)) | {"preset": "nist", "banned_words": "mascot\r\nriver"})
    assert response.status_code == 302, response.context["adminform"].form.errors
    row = PasswordPolicy.objects.get()
    assert (row.shortest, row.classes_needed, row.banned_words) == (15, 0, "mascot\nriver")
    assert changes()["shortest"] == (None, "15")


def test_a_changed_preset_is_told_with_the_rules_that_it_changed(admin):
    row = PasswordPolicy.objects.create()
    where = f"{LIST}{row.pk}/change/"
    assert admin.post(where, form(admin.get(where)) | {"preset": "nist"}).status_code == 302
    assert changes() == {
        "preset": ("entra", "nist"),
        "shortest": ("8", "15"),
        "classes_needed": ("3", "0"),
        "refuse_names": ("True", "False"),
        "points_needed": ("5", "0"),
    }


def test_own_rules_are_typed(district, admin):
    own = {"preset": "own", "unit": str(district.lincoln.pk), "shortest": "6", "classes_needed": "1"}
    assert admin.post(ADD, form(admin.get(ADD)) | own).status_code == 302
    row = PasswordPolicy.objects.get()
    assert (row.preset, row.unit, row.shortest) == (Preset.OWN, district.lincoln, 6)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"preset": "own", "shortest": "7"}, "Only the policy of a location"),
        ({"banned_words": "cat"}, "4 to 16 letters"),
        ({"preset": "own", "longest": "20"}, "greater than or equal to 64"),
    ],
)
def test_what_will_not_do_is_refused_with_a_reason(admin, typed, said):
    response = admin.post(ADD, form(admin.get(ADD)) | typed)
    assert said in response.content.decode()
    assert not PasswordPolicy.objects.exists()


def test_a_second_one_for_the_same_place_is_refused(district, admin):
    PasswordPolicy.objects.create()
    assert "There is a policy for that already" in admin.post(ADD, form(admin.get(ADD))).content.decode()


def test_locations_are_named_with_those_above_and_another_tenants_cannot_be_chosen(district, lake, admin):
    page = admin.get(ADD)
    assert "Algebra 2 – Jefferson High" in page.content.decode()
    assert "Harbor Campus" not in page.content.decode()
    assert admin.post(ADD, form(page) | {"unit": str(lake.harbor.pk)}).status_code == 200
    assert not PasswordPolicy.objects.exists()


def test_one_is_taken_away_through_the_door(district, admin):
    row = PasswordPolicy.objects.create(unit=district.lincoln)
    assert "Lincoln Elementary" in admin.get(LIST).content.decode()
    assert admin.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not PasswordPolicy.objects.exists()
    assert changes() == {"deleted": ("Lincoln Elementary", None)}


@pytest.mark.parametrize(
    ("role", "status"),
    [(roles.AUTHENTICATION_POLICY, 200), (roles.GLOBAL, 200), (roles.GLOBAL_READER, 403), (roles.USER, 403)],
)
def test_who_may(district, sign_in, role, status):
    person = make_person("rita@riverside.example", "Rita Rule")
    assign(person, role)
    browser = sign_in(person)
    row = PasswordPolicy.objects.create()
    for path in (LIST, ADD, f"{LIST}{row.pk}/change/", f"{LIST}{row.pk}/delete/"):
        assert browser.get(path).status_code == status


def test_an_authentication_policy_administrator_sees_nothing_else_there(district, sign_in):
    person = make_person("rita@riverside.example", "Rita Rule")
    assign(person, roles.AUTHENTICATION_POLICY)
    browser = sign_in(person)
    assert browser.get("/riverside/admin/").status_code == 200
    for model in ("audit/entry", "directory/user", "directory/message"):
        assert browser.get(f"/riverside/admin/{model}/").status_code == 403


def test_another_tenants_policy_is_not_there(district, lake, admin):
    with lake.tenant.scope():
        theirs = PasswordPolicy.objects.create()
    response = admin.get(f"{LIST}{theirs.pk}/change/")
    assert response.status_code == 302 and response.headers["Location"] == "/riverside/admin/"
