"""The rule of a location on its page: checked, tried out, saved; and where it is said that there is one."""

import pytest

from audit.models import Entry
from directory import actions, roles, rules
from directory.door import Initiator
from directory.models import AdministrativeUnit, UnitMembership, User
from mystaff.admin.membership_rules import EXAMPLES
from tests.conftest import assign, make_person, make_unit
from tests.directory.trail import last, outcomes
from tests.mystaff.admin.conftest import AT
from tests.mystaff.admin.files import confirm, csv, send, take
from tests.mystaff.admin.pages import errors, save, values

MATH = 'user.department -eq "Math"'


@pytest.fixture
def math(district) -> AdministrativeUnit:
    User.objects.filter(pk__in=[district.tom.pk, district.nora.pk]).update(department="math")
    unit = make_unit("Math")
    UnitMembership.objects.create(unit=unit, user=district.pia)
    return unit


def page_of(unit) -> str:
    return f"{AT}/administrativeunit/{unit.pk}/change/"


def members(unit) -> set:
    return {membership.user for membership in UnitMembership.objects.filter(unit=unit)}


def previewed(browser, unit, **typed):
    data = values(browser.get(page_of(unit))) | typed | {"_preview": "Preview"}
    return browser.post(page_of(unit), data)


def test_a_preview_shows_who_would_come_and_go_and_saves_nothing(district, admin, math):
    shown = previewed(admin, math, membership_rule=MATH, name="Other name")
    text = shown.content.decode()
    assert shown.status_code == 200
    for said in ("Would be here: 2", "Would come: 2", "Would go: 1", "Nora Field", "Tom Baker", "Pia Moss"):
        assert said in text
    assert "Nothing has been saved" in text and "Please correct" not in text
    assert "user.department -eq &quot;Math&quot;" in text  # what was typed stands there still
    assert members(math) == {district.pia}
    stored = AdministrativeUnit.objects.get(pk=math.pk)
    assert (stored.name, stored.membership_rule) == ("Math", "")
    assert not Entry.objects.exists()


def test_a_preview_shows_twenty_and_counts_all(district, admin, math):
    for n in range(30):
        make_person(f"p{n}@riverside.example", f"Person {n:02}")
    text = previewed(admin, math, membership_rule='user.displayName -startsWith "Person"').content.decode()
    assert "Would be here: 30" in text and "The first 20 are shown" in text
    assert "Person 19" in text and "Person 20" not in text


def test_names_in_a_preview_are_text(district, admin, math):
    make_person("x@riverside.example", "<b>Bold</b>", department="Math")
    text = previewed(admin, math, membership_rule=MATH).content.decode()
    assert "<b>Bold" not in text and "&lt;b&gt;Bold" in text


@pytest.mark.parametrize("button", ["_preview", "_save"])
def test_what_is_wrong_is_said_at_the_field(district, admin, math, button):
    page = admin.get(page_of(math))
    typed = values(page) | {"membership_rule": "user.shoeSize -eq 42", button: "x"}
    answer = admin.post(page_of(math), typed)
    assert "“user.shoeSize”: There is no such property here" in errors(answer)
    assert "Would be here" not in answer.content.decode()
    assert AdministrativeUnit.objects.get(pk=math.pk).membership_rule == ""


def test_a_rule_is_saved_paused_and_taken_away(district, admin, math):
    assert errors(save(admin, page_of(math), membership_rule=MATH)) == ""
    assert members(math) == {district.tom, district.nora}
    text = admin.get(page_of(math)).content.decode()
    assert "Add people" not in text and "Remove people" not in text
    assert errors(save(admin, page_of(math), rule_is_paused="on")) == ""
    assert "Dynamic, paused" in admin.get(f"{AT}/administrativeunit/").content.decode()
    assert errors(save(admin, page_of(math), membership_rule="")) == ""
    assert members(math) == {district.tom, district.nora}
    assert "Add people" in admin.get(page_of(math)).content.decode()
    assert outcomes("Update administrative unit") == ["success"] * 3


def test_saving_the_page_as_it_is_changes_nothing(district, admin, math):
    assert errors(save(admin, page_of(math), membership_rule=MATH)) == ""
    assert errors(save(admin, page_of(math))) == ""
    assert outcomes("Update administrative unit") == ["success"]


def test_people_typed_by_hand_all_the_same_are_refused(district, admin, math):
    assert errors(save(admin, page_of(math), membership_rule=MATH)) == ""
    answer = save(admin, page_of(math), add_people="pia.moss@riverside.example")
    assert "found by a rule" in errors(answer)
    assert district.pia not in members(math)


def test_a_rule_that_cannot_be_read_any_more_can_be_looked_at(district, admin, math):
    AdministrativeUnit.objects.filter(pk=math.pk).update(membership_rule="user.shoeSize -eq 42")
    answer = previewed(admin, math)
    assert answer.status_code == 200
    assert "There is no such property here" in answer.content.decode()


def test_a_restricted_location_gets_no_rule_from_outside(district, admin):
    unit = make_unit("Closed", is_restricted=True)
    answer = save(admin, page_of(unit), membership_rule=MATH)
    assert "restricted location" in errors(answer)


@pytest.mark.parametrize("role", ["user", "groups", "privileged", "reader"])
def test_nobody_else_sees_a_preview(district, staff, math, role):
    data = {"name": "Math", "kind": "other", "membership_rule": MATH, "_preview": "Preview"}
    assert staff[role].post(page_of(math), data).status_code == 403


def test_another_tenants_location_does_not_exist(district, lake, admin):
    data = {"name": "x", "kind": "other", "membership_rule": MATH, "_preview": "Preview"}
    answer = admin.post(page_of(lake.harbor), data)
    assert answer.status_code == 302 and "Harbor" not in admin.get("/riverside/admin/").content.decode()


def test_a_user_administrator_reads_why_a_change_of_department_is_refused(district, admin, staff, math):
    assert errors(save(admin, page_of(math), membership_rule=MATH)) == ""
    assign(district.omar, roles.AUTHENTICATION, math)
    answer = save(staff["user"], f"{AT}/user/{district.pia.pk}/change/", department="Math")
    assert "roles over it reach further than yours" in errors(answer)
    assert User.objects.get(pk=district.pia.pk).department == ""


# The portal


def test_the_portal_says_where_a_rule_finds_people(district, sign_in, math):
    actions.set_rule(math, MATH, by=Initiator(district.admin))
    browser = sign_in(district.helen)
    text = browser.get(f"/riverside/locations/{math.pk}/").content.decode()
    assert "Dynamic" in text and "Tom Baker" in text
    assert "Dynamic" not in browser.get(f"/riverside/locations/{district.biology.pk}/").content.decode()
    assert browser.get("/riverside/", follow=True).content.decode().count("Dynamic") == 1


# Files of people


def test_a_file_moves_people_by_their_rules_with_one_entry_for_each_location(district, admin, math):
    assert errors(save(admin, page_of(math), membership_rule=MATH)) == ""
    take(
        admin,
        "User name,Name,Department",
        "zoe@riverside.example,Zoë New,Math",
        "pia.moss@riverside.example,Pia Moss,MATH",
        "tom.baker@riverside.example,Tom Baker,Art",
    )
    zoe = User.objects.get(user_principal_name="zoe@riverside.example")
    assert members(math) == {zoe, district.pia, district.nora}
    entry = last("Update administrative unit")
    details = {one["key"]: one["value"] for one in entry.additional_details}
    assert (details["MembersAdded"], details["MembersRemoved"]) == ("2", "1")
    assert entry.correlation_id == last("Import people").correlation_id
    assert outcomes("Add member to administrative unit") == []


def test_a_file_with_phones_and_the_disabled(district, admin, math):
    rule = 'user.mobile -eq "+14255550177" -and user.accountEnabled -eq false'
    assert errors(save(admin, page_of(math), membership_rule=rule)) == ""
    take(
        admin,
        "User name,Mobile phone number,Account enabled",
        "pia.moss@riverside.example,+14255550177,false",
    )
    assert members(math) == {district.pia}


def test_a_file_gives_nobody_power_either(district, admin, staff, math):
    assert errors(save(admin, page_of(math), membership_rule=MATH)) == ""
    assign(district.omar, roles.AUTHENTICATION, math)
    rows = csv("User name,Department,Job", "pia.moss@riverside.example,Math,Cook")
    answer = confirm(staff["user"], send(staff["user"], rows))
    said = staff["user"].get(answer["Location"]).content.decode()
    assert "roles over it reach further than yours" in said
    assert User.objects.get(pk=district.pia.pk).job_title == ""
    assert district.pia not in members(math)
    new = csv("User name,Name,Department", "zoe@riverside.example,Zoë New,Math")  # nobody's before
    assert confirm(staff["user"], send(staff["user"], new)).status_code == 302
    assert User.objects.filter(unit_memberships__unit=math, display_name="Zoë New").exists()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example[1])
def test_the_examples_are_rules(example):
    assert rules.parse(example[1]).root
