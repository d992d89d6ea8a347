"""What different people meet: where they start, whom they see, what is refused and why."""

import pytest
from playwright.sync_api import expect

from audit.models import Entry, Result
from directory.models import Access, Settings, User
from tests.browser.conftest import DESK, PHONE
from tests.browser.steps import OWN, choose_own, field, generated, heading, press, pressable, sign_in
from tests.conftest import make_person

OOPS = (
    "Oops, seems you're not authorized to see My Staff at this time. "
    "Please contact your admin for more information."
)


def names(page) -> list[str]:
    return page.locator("tbody .person span:last-child").all_inner_texts()


def test_a_teacher_chooses_among_classes(visit, stage):
    page = visit(stage.tom)
    page.goto("/riverside/")
    heading(page, "Locations")
    assert page.locator(".place h2").all_inner_texts() == ["Algebra 2", "Biology"]
    press(page, "Algebra 2")
    heading(page, "Algebra 2")
    assert names(page) == ["Nora Field"]
    press(page, "Locations")
    press(page, "Biology")
    expect(page.get_by_role("heading", name="Nobody here yet")).to_be_visible()


def test_one_location_opens_by_itself(visit, stage):
    page = visit(stage.maria)
    page.goto("/riverside/")
    heading(page, "Lincoln Elementary")
    assert names(page) == ["Maria López", "Pia Moss", "Sam Reed"]
    press(page, "Students")
    heading(page, "Students")
    assert names(page) == ["Pia Moss"]
    press(page, "Lincoln Elementary")
    heading(page, "Lincoln Elementary")


def test_the_helpdesk_sees_every_place_and_everyone(visit, stage):
    page = visit(stage.helen, DESK)
    page.goto("/riverside/")
    assert page.locator(".place h2").all_inner_texts() == ["Jefferson High", "Lincoln Elementary"]
    press(page, "Everyone")
    heading(page, "Everyone")
    assert len(names(page)) == User.objects.count()


@pytest.mark.parametrize("access", [None, Access.NOBODY, Access.SELECTED])
def test_without_a_role_or_without_access_the_portal_is_closed(visit, stage, access):
    """A role and the tenant's setting are needed; neither is enough."""
    if access:
        Settings.objects.update(my_staff_access=access)
    page = visit(stage.maria if access else stage.omar)
    for path in ("/riverside/", "/riverside/search/?q=nora", f"/riverside/people/{stage.pia.pk}/"):
        assert page.goto(path).status == 403
        heading(page, OOPS)
    press(page, "My account")
    heading(page, "My account")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_refused_deed_stays_visible_with_its_reason(visit, stage, size):
    page = visit(stage.helen, size)
    page.goto(f"/riverside/people/{stage.admin.pk}/")
    button = page.get_by_role("button", name="Reset password", exact=True)
    expect(button).to_be_disabled()
    expect(button).to_have_accessible_description("Ada holds Global Administrator.")
    reason = page.get_by_text("Ada holds Global Administrator.").first
    expect(reason).to_be_visible()
    expect(page.get_by_role("button", name="Add phone number", exact=True)).to_be_disabled()
    assert page.goto(f"/riverside/people/{stage.admin.pk}/reset-password/").status == 403
    expect(page.get_by_text("Ada holds Global Administrator.")).to_be_visible()


def test_a_press_that_came_too_late_is_refused_with_the_same_sentence(visit, stage):
    """The page was open while the role was taken away."""
    page = visit(stage.tom)
    page.goto(f"/riverside/people/{stage.nora.pk}/reset-password/")
    Settings.objects.update(look_up_everyone=True)
    stage.nora.unit_memberships.all().delete()
    press(page, "Generate a password")
    expect(page.get_by_text("Nora is not in your locations.")).to_be_visible()
    denied = Entry.objects.get(target_id=stage.nora.pk)
    assert (denied.result, denied.result_reason) == (Result.DENIED, "Nora is not in your locations.")


def test_people_elsewhere_show_name_and_location_only(visit, stage):
    Settings.objects.update(look_up_everyone=True)
    page = visit(stage.maria, DESK)
    page.goto("/riverside/search/?q=omar")
    press(page, "Omar Díaz")
    heading(page, "Omar Díaz")
    expect(page.locator("main")).to_contain_text("Jefferson High")
    expect(page.locator("main")).not_to_contain_text("omar.diaz@")
    for name in ("Reset password", "Add phone number"):
        button = page.get_by_role("button", name=name, exact=True)
        expect(button).to_be_disabled()
        expect(button).to_have_accessible_description("Omar is not in your locations.")
    expect(page.get_by_role("heading", name="History")).to_have_count(0)


def test_without_looking_up_everyone_others_are_not_there(visit, stage):
    page = visit(stage.maria)
    page.goto("/riverside/")
    page.get_by_role("searchbox", name="Search", exact=True).fill("nora")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Nobody found for “nora”")).to_be_visible()
    assert page.goto(f"/riverside/people/{stage.nora.pk}/").status == 404


def test_a_guest_switches_and_helps_there(visit, stage):
    page, ivy = visit(stage.maria), visit()
    page.goto("/riverside/")
    press(page, "Switch organization", "Lakeshore Academies")
    heading(page, "Harbor Campus")
    press(page, "Ivy Chen", "Reset password", "Generate a password")
    temporary = generated(page)
    with stage.lake.tenant.scope():
        done = Entry.objects.get(target_id=stage.lake.ivy.pk, result=Result.SUCCESS)
        assert done.actor_name == "Maria López"
    sign_in(ivy, stage.lake.ivy, temporary)
    choose_own(ivy)
    heading(ivy, "My account")
    press(page, "Switch organization", "Riverside Unified School District")
    heading(page, "Lincoln Elementary")


def test_a_list_changes_in_place_and_the_address_with_it(visit, stage):
    """htmx: only the list is loaded; the address says what is shown, and Back works."""
    for number in range(30):
        make_person(f"p{number:02}@riverside.example", f"Pupil {number:02}", stage.lincoln_students)
    page, loads = visit(stage.maria), []
    page.goto("/riverside/")
    page.on("load", lambda page: loads.append(page))
    press(page, "Next page")
    expect(page.get_by_text("26–33 of 33").first).to_be_visible()
    assert page.url.endswith("?page=2") and not loads
    expect(page.get_by_role("status").filter(has_text="26–33 of 33")).to_have_count(1)  # read out
    page.go_back()
    expect(page.get_by_text("1–25 of 33").first).to_be_visible()
    page.get_by_role("searchbox", name="Search this location").press_sequentially("pupil 07")
    expect(page.get_by_text("1–1 of 1").first).to_be_visible()
    assert names(page) == ["Pupil 07"] and "q=pupil" in page.url
    page.reload()
    assert names(page) == ["Pupil 07"]


def test_signed_out_meanwhile_leads_to_the_sign_in_page(visit, stage):
    """Not into a part of the page that was open."""
    page = visit(stage.maria)
    page.goto(f"/riverside/people/{stage.sam.pk}/")
    stage.maria.revoke_sessions()
    stage.maria.save()
    press(page, "Remove phone number")
    heading(page, "Sign in")
    expect(field(page, "Username")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_person_sees_only_their_own_account_afterwards(visit, stage):
    page = visit(stage.sam)
    page.goto("/riverside/account/")
    expect(page.get_by_text("sam.home@example.org")).to_be_visible()
    press(page, "Change password")
    field(page, "Current password").fill("wrong")
    field(page, "New password").fill(OWN)
    field(page, "Confirm new password").fill(OWN)
    press(page, "Save")
    expect(page.get_by_role("alert")).to_contain_text("This is not your current password.")
    expect(pressable(page, "Sign out")).to_be_visible()
