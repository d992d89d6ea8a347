"""People in the admin: every save is a deed, and the page says why where there is none."""

import pytest

from audit.models import Entry, Result
from directory import actions, roles
from directory.door import Initiator
from directory.models import EmailMethod, UnitMembership, User
from mystaff.admin import listing
from tests.conftest import assign, make_person, make_unit
from tests.directory.sources import make_source
from tests.directory.trail import changes, outcomes
from tests.mystaff.admin.conftest import AT
from tests.mystaff.admin.pages import errors, save
from tests.mystaff.reading import text_of

LIST, ADD = f"{AT}/user/", f"{AT}/user/add/"
ZOE = {"user_principal_name": "Zoe.New@riverside.example", "display_name": "Zoë New"}


def page_of(person) -> str:
    return f"{AT}/user/{person.pk}/change/"


def test_a_person_is_added_with_an_address_and_a_number_and_no_password(district, admin):
    methods = {"alternate_email_address": "zoe@home.example", "mobile_phone_number": "(425) 555-0177"}
    assert errors(save(admin, ADD, **ZOE, **methods)) == ""
    zoe = User.objects.get(user_principal_name="zoe.new@riverside.example")
    assert not zoe.has_usable_password()
    assert (zoe.alternate_email.address, zoe.phones.get().number) == ("zoe@home.example", "+14255550177")
    page = admin.get(LIST).content.decode()
    assert "has no password yet" in page
    assert f'href="/riverside/people/{zoe.pk}/"' in page
    assert outcomes("Add user") == [Result.SUCCESS]
    assert outcomes("Admin registered security info") == [Result.SUCCESS] * 2


def test_there_is_no_password_field(district, admin):
    for where in (ADD, page_of(district.sam)):
        page = admin.get(where).content.decode()
        assert 'type="password"' not in page
        assert "argon2" not in page


def test_every_field_is_changed_by_its_own_deed(district, admin):
    typed = {"surname": "Hall", "alternate_email_address": "new@home.example", "mobile_phone_number": ""}
    assert errors(save(admin, page_of(district.sam), **typed)) == ""
    sam = User.objects.get(pk=district.sam.pk)
    assert (sam.surname, sam.alternate_email.address, sam.phones.count()) == ("Hall", "new@home.example", 0)
    assert changes("Update user") == {"surname": ("Reed", "Hall")}
    assert changes("Admin updated security info") == {
        "alternateEmail": ("sam.home@example.org", "new@home.example")
    }
    assert changes("Admin deleted security info") == {"mobilePhone": ("+14255550100", None)}


def test_nothing_typed_is_no_deed(district, admin):
    assert errors(save(admin, page_of(district.sam))) == ""
    assert not Entry.objects.exists()


def test_an_account_is_disabled_and_enabled(district, admin):
    assert errors(save(admin, page_of(district.sam), is_active=None)) == ""
    assert not User.objects.get(pk=district.sam.pk).is_active
    assert errors(save(admin, page_of(district.sam), is_active="on")) == ""
    assert (outcomes("Disable account"), outcomes("Enable account")) == ([Result.SUCCESS], [Result.SUCCESS])


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"user_principal_name": "omar.diaz@riverside.example"}, "taken"),
        ({"user_principal_name": "sam@elsewhere.example"}, "domain"),
        ({"display_name": ""}, "required"),
        ({"mobile_phone_number": "12"}, "too short"),
        ({"alternate_email_address": "nothing"}, "valid email"),
        ({"alternate_email_address": "sam.reed@riverside.example"}, "without this account"),
    ],
)
def test_what_is_wrong_is_said_on_the_form(district, admin, typed, said):
    assert said in errors(save(admin, page_of(district.sam), **typed))
    assert not Entry.objects.exists()


def test_a_name_taken_meanwhile_is_said_on_the_form_too(district, admin, monkeypatch):
    """The unique constraint itself, past both checks."""
    monkeypatch.setattr(User, "validate_constraints", lambda *args, **kwargs: None)
    monkeypatch.setattr(User, "validate_unique", lambda *args, **kwargs: None)
    said = errors(save(admin, page_of(district.sam), user_principal_name="omar.diaz@riverside.example"))
    assert "This user name is taken." in said
    assert outcomes("Update user") == [Result.FAILURE]


def test_a_person_is_deleted_after_a_question(district, admin):
    where = f"{AT}/user/{district.tom.pk}/delete/"
    question = admin.get(where).content.decode()
    assert "Role assignments: 2" in question
    assert admin.post(where, {"post": "yes"}).status_code == 302
    assert not User.objects.filter(pk=district.tom.pk).exists()
    assert outcomes("Delete user") == [Result.SUCCESS]


# Out of reach


def test_a_page_that_cannot_be_changed_says_why(district, admin):
    closed = make_unit("Closed", is_restricted=True)
    UnitMembership.objects.create(unit=closed, user=district.pia)
    page = admin.get(page_of(district.pia)).content.decode()
    assert "Pia is in a restricted location." in page
    assert 'name="_save"' not in page and "deletelink" not in page
    assert "This is your own account." in admin.get(page_of(district.admin)).content.decode()


def test_a_post_by_hand_meets_the_door(district, admin):
    data = {**ZOE, "is_active": "on", "display_name": "Hacked"}
    response = admin.post(page_of(district.admin), data)
    assert "This is your own account." in errors(response)
    where = f"{AT}/user/{district.admin.pk}/delete/"
    assert "own account" in admin.post(where, {"post": "yes"}, follow=True).content.decode()
    assert User.objects.get(pk=district.admin.pk).display_name == "Ada Rivers"
    assert (outcomes("Update user"), outcomes("Delete user")) == ([Result.DENIED], [Result.DENIED])


def test_a_user_administrator_changes_people_and_sees_no_methods(district, staff):
    page = staff["user"].get(page_of(district.sam)).content.decode()
    assert "sam.home@example.org" not in page and "555-0100" not in page
    assert errors(save(staff["user"], page_of(district.sam), surname="Hall")) == ""
    assert "holds" in staff["user"].get(page_of(district.admin)).content.decode()
    forged = {**ZOE, "is_active": "on", "alternate_email_address": "thief@evil.example"}
    staff["user"].post(page_of(district.omar), forged)
    assert not EmailMethod.objects.filter(user=district.omar).exists()


def test_the_last_administrator_is_not_disabled_by_one_who_goes_soon(district, sign_in):
    from datetime import timedelta

    from django.utils import timezone

    second = make_person("second@riverside.example", "Second")
    assign(second, roles.GLOBAL, ends_at=timezone.now() + timedelta(days=1))
    said = errors(save(sign_in(second), page_of(district.admin), is_active=None))
    assert "last Global Administrator" in said
    assert User.objects.get(pk=district.admin.pk).is_active


def test_people_of_other_tenants_and_guests_have_no_page(district, lake, guest_maria, admin, sign_in):
    for where in (page_of(lake.ivy), f"{AT}/user/{lake.ivy.pk}/delete/"):
        response = admin.get(where)
        assert response.status_code == 302 and response.headers["Location"] == "/riverside/admin/"
    browser = sign_in(lake.admin)
    assert browser.get(f"/lakeshore/admin/directory/user/{guest_maria.pk}/change/").status_code == 302


# The list


def test_people_are_found_by_the_beginnings_of_words(district, admin):
    page = admin.get(LIST, {"q": "lop mar"}).content.decode()
    assert "María López" in page or "Maria López" in page
    assert "Sam Reed" not in page


def test_the_list_is_counted_so_far_and_no_further(district, admin, monkeypatch):
    monkeypatch.setattr(listing, "MOST", 3)
    page = admin.get(LIST).content.decode()
    assert "The first 3: search for the others." in page
    found = text_of(admin.get(LIST, {"q": "r"}))  # of everybody's domain
    assert "More than 3 results" in found
    assert "1 result (" in text_of(admin.get(LIST, {"q": "sam.reed"}))


def test_many_are_written_as_people_do(district, admin, monkeypatch):
    monkeypatch.setattr(listing.UpToPaginator, "_found", 1001)
    assert "The first 1,000: search for the others." in text_of(admin.get(LIST))
    assert "More than 1,000 results" in text_of(admin.get(LIST, {"q": "r"}))


def test_the_list_costs_the_same_for_few_and_for_many(district, admin, django_assert_max_num_queries):
    for number in range(40):
        make_person(f"p{number}@riverside.example", f"Person {number}")
    admin.get(LIST)  # the first notes where the session is used from
    with django_assert_max_num_queries(16):
        admin.get(LIST)


def test_filters(district, admin):
    actions.disable_user(district.sam, by=Initiator(district.admin))

    def names(**asked: str) -> set[str]:
        return {person.display_name for person in admin.get(LIST, asked).context["cl"].result_list}

    assert names(account="disabled") == {"Sam Reed"}
    assert names(location=str(district.lincoln.pk)) == {"Maria López", "Sam Reed", "Pia Moss"}
    assert len(names(location="nowhere")) == len(names())


def test_no_order_is_asked_for_that_would_sort_everybody(district, admin):
    def names(**asked: str) -> list[str]:
        return [person.sort_name for person in admin.get(LIST, asked).context["cl"].result_list]

    assert names(o="2") == names(o="-1") == names() == sorted(names())


@pytest.mark.parametrize("asked", ["password__startswith=a", "id__in=x", "words__word=a", "tenant__slug=a"])
def test_the_list_takes_no_made_up_questions(admin, asked):
    assert admin.get(f"{LIST}?{asked}").status_code == 400


def test_the_history_is_the_trail(district, admin, staff):
    where = f"{AT}/user/{district.sam.pk}/history/"
    assert admin.get(where).headers["Location"].endswith("?q=sam.reed%40riverside.example")
    assert staff["user"].get(where).status_code == 403
    assert "historylink" not in staff["user"].get(page_of(district.sam)).content.decode()


def test_a_page_shows_where_somebody_is_and_where_they_come_from(district, admin, staff):
    User.objects.filter(pk=district.tom.pk).update(source="oneroster", source_id="7")
    make_source("oneroster", name="Our roster")
    page = admin.get(page_of(district.tom)).content.decode()
    assert (
        f'href="{AT}/administrativeunit/{district.jefferson_staff.pk}/change/">Jefferson High/Staff' in page
    )
    assert "Password Administrator: Algebra 2" in page
    assert "comes from the source Our roster" in page and "no longer names" not in page
    assert "administrativeunit" not in staff["user"].get(page_of(district.sam)).content.decode()
