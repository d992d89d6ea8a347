"""Locations, groups, role assignments and guests in the admin."""

import pytest
from django.utils import timezone

from audit.models import Entry, Result
from directory import roles
from directory.models import AdministrativeUnit, Group, GroupMember, Invitation, RoleAssignment, User
from tests.conftest import assign, make_person, make_unit
from tests.directory.trail import outcomes
from tests.mystaff.admin.conftest import AT
from tests.mystaff.admin.pages import errors, save


def url(model: str, obj=None, what: str = "change") -> str:
    return f"{AT}/{model}/{obj.pk}/{what}/" if obj else f"{AT}/{model}/add/"


# Locations


def test_a_location_is_added_with_people_in_it(district, admin):
    people = "sam.reed@riverside.example\npia.moss@riverside.example"
    saved = save(
        admin, url("administrativeunit"), name="Library", below="Lincoln Elementary", add_people=people
    )
    assert errors(saved) == ""
    library = AdministrativeUnit.objects.get(name="Library")
    assert library.parent == district.lincoln
    assert set(User.objects.in_unit(library)) == {district.sam, district.pia}
    assert outcomes("Add member to administrative unit") == [Result.SUCCESS] * 2


def test_a_location_is_renamed_moved_and_emptied(district, admin):
    where = url("administrativeunit", district.biology)
    saved = save(admin, where, name="Life sciences", below="", add_people="sam.reed@riverside.example")
    assert errors(saved) == ""
    unit = AdministrativeUnit.objects.get(pk=district.biology.pk)
    assert (unit.name, unit.parent) == ("Life sciences", None)
    assert errors(save(admin, where, remove_people="sam.reed@riverside.example")) == ""
    assert not User.objects.in_unit(unit).exists()
    assert outcomes("Update administrative unit") == [Result.SUCCESS] * 2


def test_names_that_mean_nobody_or_several_are_said(district, admin):
    where = url("administrativeunit", district.biology)
    assert "ghost@riverside.example" in errors(save(admin, where, add_people="ghost@riverside.example"))
    assert "Several locations" in errors(save(admin, where, below="Staff"))
    assert "below itself" in errors(
        save(admin, url("administrativeunit", district.jefferson), below="Biology")
    )
    make_unit("Biology", district.jefferson, kind="class")
    assert errors(save(admin, where, name="Bio")) == ""  # what stands there is not typed anew


def test_a_location_with_others_below_is_not_deleted(district, admin):
    where = url("administrativeunit", district.jefferson, "delete")
    assert "Move or remove them first" in admin.post(where, {"post": "yes"}, follow=True).content.decode()
    assert (
        admin.post(url("administrativeunit", district.algebra, "delete"), {"post": "yes"}).status_code == 302
    )
    assert not AdministrativeUnit.objects.filter(pk=district.algebra.pk).exists()


# Groups


def test_a_group_with_members_and_owners(district, admin):
    saved = save(
        admin,
        url("group"),
        name="Helpers",
        is_role_assignable="on",
        add_members="sam.reed@riverside.example, omar.diaz@riverside.example",
        add_owners="tom.baker@riverside.example",
    )
    assert errors(saved) == ""
    group = Group.objects.get(name="Helpers")
    assert (group.members.count(), group.owners.count(), group.is_role_assignable) == (2, 1, True)
    saved = save(admin, url("group", group), name="Friends", remove_members="sam.reed@riverside.example")
    assert errors(saved) == ""
    assert list(group.members.all()) == [district.omar]
    page = admin.get(url("group", group)).content.decode()
    assert "Omar Díaz (omar.diaz@riverside.example)" in page


def test_a_taken_name_is_said(district, admin):
    Group.objects.create(name="Helpers")
    assert "Helpers" not in errors(save(admin, url("group"), name="Other"))
    assert errors(save(admin, url("group"), name="Helpers")) != ""


def test_who_manages_groups_sees_why_one_is_not_theirs(district, staff):
    plain, carrying = (
        Group.objects.create(name="Chess"),
        Group.objects.create(name="H", is_role_assignable=True),
    )
    assert errors(save(staff["groups"], url("group", plain), name="Go")) == ""
    assert errors(save(staff["privileged"], url("group", carrying), name="I")) == ""
    assert "power hangs on it" in staff["groups"].get(url("group", carrying)).content.decode()
    assert "does not include" in staff["privileged"].get(url("group", plain)).content.decode()
    said = errors(staff["groups"].post(url("group", carrying), {"name": "Mine"}))
    assert "power hangs on it" in said
    assert Entry.objects.filter(activity="Update group", result=Result.DENIED).exists()
    said = errors(save(staff["groups"], url("group"), name="New", is_role_assignable="on"))
    assert "power hangs on it" in said


# Roles


def test_a_role_is_given_changed_and_taken(district, admin):
    given = {"who": "Sam.Reed@riverside.example", "role": roles.HELPDESK, "location": "Lincoln Elementary"}
    assert errors(save(admin, url("roleassignment"), **given)) == ""
    held = RoleAssignment.objects.get(user=district.sam)
    assert held.unit == district.lincoln
    assert errors(save(admin, url("roleassignment", held), ends_at="2099-01-01T00:00")) == ""
    assert errors(save(admin, url("roleassignment", held))) == ""
    RoleAssignment.objects.filter(pk=held.pk).update(starts_at=timezone.now())
    assert errors(save(admin, url("roleassignment", held))) == ""
    assert outcomes("Update role assignment") == [Result.SUCCESS]  # the second and third changed nothing
    assert RoleAssignment.objects.get(user=district.sam).ends_at.year == 2099
    assert admin.post(url("roleassignment", held, "delete"), {"post": "yes"}).status_code == 302
    assert not RoleAssignment.objects.filter(user=district.sam).exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"who": "ghost@riverside.example"}, "No person and no group"),
        ({"who": "Plain"}, "cannot be assigned"),
        ({"who": "admin@riverside.example"}, "own roles"),
        ({"role": roles.OPERATOR}, "valid choice"),
        ({"role": roles.GLOBAL, "location": "Lincoln Elementary"}, "whole tenant only"),
        ({"location": "Narnia"}, "No location"),
        (
            {"ends_at": "2020-01-01T00:00", "starts_at": "2021-01-01T00:00"},
            "before",
        ),
    ],
)
def test_what_is_wrong_is_said(district, admin, typed, said):
    Group.objects.create(name="Plain")
    data = {"who": "sam.reed@riverside.example", "role": roles.HELPDESK} | typed
    assert said in errors(save(admin, url("roleassignment"), **data))
    assert not RoleAssignment.objects.filter(user=district.sam).exists()


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59", "0001-01-01T00:00:00", "1999-12-31T23:59:59"])
def test_no_date_that_could_not_be_read_again(district, staff, settings, moment):
    """Of a year that PostgreSQL has and Python has not, every page of whoever holds the role would fail."""
    settings.TIME_ZONE = "America/New_York" if moment.startswith("9") else "Asia/Tokyo"
    typed = {"who": "admin@riverside.example", "role": "Directory Readers"}
    for name in ("starts_at", "ends_at"):
        saved = save(staff["privileged"], url("roleassignment"), **typed, **{name: moment})
        assert "between the years 2000 and 2999" in errors(saved)
    assert len(User.objects.get(pk=district.admin.pk).assignments) == 1


def test_a_name_that_a_person_and_a_group_have_is_nobodys(district, admin):
    group = Group.objects.create(name="sam.reed@riverside.example", is_role_assignable=True)
    typed = {"who": group.name, "role": roles.HELPDESK}
    assert "A person and a group have the name" in errors(save(admin, url("roleassignment"), **typed))


def test_a_privileged_role_administrator_makes_no_global_one(district, staff):
    data = {"who": "sam.reed@riverside.example", "role": roles.GLOBAL}
    assert "Only a Global Administrator" in errors(save(staff["privileged"], url("roleassignment"), **data))
    held = RoleAssignment.objects.get(user=district.admin)
    assert "Only a Global" in staff["privileged"].get(url("roleassignment", held)).content.decode()
    data["role"] = roles.HELPDESK
    assert errors(save(staff["privileged"], url("roleassignment"), **data)) == ""


def test_the_last_administrators_role_is_not_deleted(district, admin):
    held = RoleAssignment.objects.get(user=district.admin)
    page = admin.post(url("roleassignment", held, "delete"), {"post": "yes"}, follow=True)
    assert "last Global Administrator" in page.content.decode()
    assert RoleAssignment.objects.filter(pk=held.pk).exists()


def test_assignments_are_found_by_who_holds_them(district, admin):
    group = Group.objects.create(name="Night shift", is_role_assignable=True)
    assign(group, roles.HELPDESK)

    def found(words: str) -> set[str]:
        rows = admin.get(f"{AT}/roleassignment/", {"q": words}).context["cl"].result_list
        return {str(row.user or row.group) for row in rows}

    assert found("mar lop") == {"Maria López"}
    assert found("night") == {"Night shift"}
    assert found("Helpdesk Administrator") == {"Helen Park", "Night shift"}


# Guests


def test_a_guest_is_asked_and_removed(district, lake, admin):
    for name in ("kai.wood@lakeshore.example", "nobody@lakeshore.example"):
        page = admin.post(url("guest"), {"user_name": name}, follow=True)
        assert "they have been asked" in page.content.decode()
    assert Invitation.objects.count() == 0  # they stand at the home
    with lake.tenant.scope():
        assert Invitation.objects.get().user == lake.kai
    kai = User.objects.get(user_principal_name="kai.wood@lakeshore.example")
    assert admin.get(url("guest", kai)).status_code == 200
    assert admin.post(url("guest", kai, "delete"), {"post": "yes"}).status_code == 302
    with lake.tenant.scope():
        assert not Invitation.objects.exists()


def test_a_guest_is_read_and_not_changed(district, lake, guest_maria, sign_in):
    browser, where = sign_in(lake.admin), f"/lakeshore/admin/directory/guest/{guest_maria.pk}/change/"
    page = browser.get(where).content.decode()
    assert "Riverside Unified School District" in page and 'name="_save"' not in page
    assert browser.post(where, {"display_name": "X"}).status_code == 403
    with lake.tenant.scope():
        own = User.objects.get(pk=lake.ivy.pk)
    assert browser.get(f"/lakeshore/admin/directory/guest/{own.pk}/change/").status_code == 302


# Whose pages they are


MODELS = ["user", "administrativeunit", "group", "roleassignment", "guest"]
OPENS = {
    "user": {"user"},
    "groups": {"group"},
    "privileged": {"group", "roleassignment"},
    "reader": set(),
}


@pytest.mark.parametrize("model", MODELS)
def test_who_opens_which_page(district, staff, admin, sign_in, model):
    for what in ("", "add/"):
        got = {name: browser.get(f"{AT}/{model}/{what}").status_code for name, browser in staff.items()}
        assert got == {name: 200 if model in OPENS[name] else 403 for name in staff}
        assert admin.get(f"{AT}/{model}/{what}").status_code == 200
        for person in (district.sam, district.helen, district.maria):
            assert sign_in(person).get(f"{AT}/{model}/{what}").status_code == 403


def test_a_role_over_a_location_opens_no_page(district, sign_in):
    scoped = make_person("scoped@riverside.example", "Scoped")
    for role in (roles.USER, roles.GROUPS):
        assign(scoped, role, district.lincoln)
    assert sign_in(scoped).get("/riverside/admin/").status_code == 403


def test_nothing_is_saved_past_the_deeds(district, admin):
    """No bulk actions, no inlines, no editing in lists: the stock ways to write."""
    from mystaff.admin import inside

    for model, page in inside._registry.items():
        assert not page.inlines and not page.list_editable, model
    data = {"action": "delete_selected", "_selected_action": str(district.sam.pk), "post": "yes"}
    admin.post(f"{AT}/user/", data)
    assert User.objects.filter(pk=district.sam.pk).exists()
    assert not GroupMember.objects.exists()
