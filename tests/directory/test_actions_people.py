"""People: added, changed, disabled, removed, each by those whom the tables let and by nobody else."""

import json

import pytest
from django.core.exceptions import ValidationError
from procrastinate.contrib.django.models import ProcrastinateJob

from audit.models import Entry, Result
from directory import actions, roles
from directory.connectors import Refused
from directory.door import Denied, Initiator
from directory.models import (
    EmailMethod,
    GroupMember,
    Message,
    RoleAssignment,
    SearchWord,
    UnitMembership,
    User,
)
from tests.conftest import assign, make_person, make_unit
from tests.directory.trail import changes, outcomes


@pytest.fixture
def by(district):
    return Initiator(district.admin, "192.0.2.9", "Admin")


@pytest.fixture
def una(district):
    """A User Administrator of the whole tenant."""
    una = make_person("una@riverside.example", "Una User")
    assign(una, roles.USER)
    return una


def new(upn: str = "Zoe.New@Riverside.example", name: str = "Zoë New", **fields) -> User:
    return User(user_principal_name=upn, display_name=name, **fields)


def fresh(person: User) -> User:
    return User.objects.get(pk=person.pk)


# Added


def test_a_person_is_added_without_a_password_and_found(district, by):
    zoe = new(given_name="Zoë", department="Music")
    actions.add_user(zoe, by=by)
    assert fresh(zoe).user_principal_name == "zoe.new@riverside.example"
    assert not fresh(zoe).has_usable_password()
    assert zoe in User.objects.search("zoe")
    assert changes("Add user") == {
        "userPrincipalName": (None, "zoe.new@riverside.example"),
        "displayName": (None, "Zoë New"),
        "givenName": (None, "Zoë"),
        "department": (None, "Music"),
        "accountEnabled": (None, True),
    }


@pytest.mark.parametrize(
    ("upn", "said"),
    [("sam.reed@riverside.example", "taken"), ("zoe@lakeshore.example", "domain"), ("zoe", "domain")],
)
def test_a_name_taken_or_elsewhere_is_refused_before_anything_is_written(district, lake, by, upn, said):
    with pytest.raises(ValidationError, match=said):
        actions.add_user(new(upn), by=by)
    assert not Entry.objects.exists()


def test_a_name_taken_meanwhile_is_a_refusal_and_no_error(district, by, monkeypatch):
    monkeypatch.setattr(User, "full_clean", lambda person, **kwargs: None)
    with pytest.raises(Refused, match="taken"):
        actions.add_user(new("sam.reed@riverside.example"), by=by)
    assert outcomes("Add user") == [Result.FAILURE]


def test_who_adds_people(district, una):
    actions.add_user(new(), by=Initiator(una))
    scoped = make_person("scoped@riverside.example", "Scoped User")
    assign(scoped, roles.USER, district.lincoln)
    for nobody in (district.sam, district.maria, district.helen, scoped):
        with pytest.raises(Denied):
            actions.add_user(new("other@riverside.example"), by=Initiator(nobody))
    assert not User.objects.filter(user_principal_name="other@riverside.example").exists()
    assert outcomes("Add user") == [Result.SUCCESS] + [Result.DENIED] * 4


# Changed


def test_old_and_new_of_every_changed_field_stand_in_the_trail(district, by):
    actions.update_user(district.sam, {"surname": "Reed-Hall", "job_title": "Librarian"}, by=by)
    assert (fresh(district.sam).surname, fresh(district.sam).job_title) == ("Reed-Hall", "Librarian")
    assert changes("Update user") == {"surname": ("Reed", "Reed-Hall"), "jobTitle": (None, "Librarian")}
    assert district.sam in User.objects.search("hall")


def test_a_new_name_is_sorted_and_signs_in_lower_case(district, by):
    actions.update_user(
        district.sam, {"display_name": "Éva Reed", "user_principal_name": "EVA@riverside.example"}, by=by
    )
    sam = fresh(district.sam)
    assert (sam.sort_name, sam.user_principal_name) == ("eva reed", "eva@riverside.example")


def test_what_is_as_it_was_is_no_deed(district, by):
    actions.update_user(district.sam, {"surname": "Reed"}, by=by)
    assert not Entry.objects.exists()


def test_nothing_but_facts_is_taken(district, by):
    actions.update_user(district.sam, {"password": "x", "home_tenant_id": district.tenant.pk}, by=by)
    assert not fresh(district.sam).is_guest
    assert not Entry.objects.exists()


# Whom the tables let whom reach


DEEDS = {
    "Update user": lambda person, by: actions.update_user(person, {"job_title": "X"}, by=by),
    "Disable account": lambda person, by: actions.disable_user(person, by=by),
    "Enable account": lambda person, by: actions.enable_user(person, by=by),
    "Delete user": lambda person, by: actions.remove_user(person, by=by),
}


@pytest.mark.parametrize("activity", DEEDS)
def test_a_user_administrator_reaches_whom_the_table_says(district, una, activity):
    deed = DEEDS[activity]
    deed(district.sam, Initiator(una))  # no role
    deed(district.helen, Initiator(una))  # Helpdesk Administrator
    for above in (district.admin, district.maria):  # Global, Authentication Administrator
        with pytest.raises(Denied, match="holds"):
            deed(above, Initiator(una))
    assert outcomes(activity) == [Result.SUCCESS] * 2 + [Result.DENIED] * 2


@pytest.mark.parametrize("activity", DEEDS)
def test_nobody_does_it_without_the_role_or_to_themselves(district, activity):
    for actor, person in (
        (district.sam, district.omar),
        (district.helen, district.omar),
        (district.admin, district.admin),
    ):
        with pytest.raises(Denied):
            DEEDS[activity](person, Initiator(actor))
    assert outcomes(activity) == [Result.DENIED] * 3


@pytest.mark.parametrize("activity", DEEDS)
def test_a_restricted_location_keeps_even_a_global_administrator_out(district, by, activity):
    closed = make_unit("Closed", is_restricted=True)
    UnitMembership.objects.create(unit=closed, user=district.sam)
    with pytest.raises(Denied, match="restricted"):
        DEEDS[activity](district.sam, by)


@pytest.mark.parametrize("activity", DEEDS)
def test_guests_and_people_of_other_tenants_are_out_of_reach(district, lake, guest_maria, by, activity):
    with lake.tenant.scope(), pytest.raises(Denied):
        DEEDS[activity](guest_maria, Initiator(lake.admin))
    with pytest.raises((Denied, User.DoesNotExist)):
        DEEDS[activity](lake.ivy, by)
    with lake.tenant.scope():
        assert User.objects.filter(pk=lake.ivy.pk, is_active=True, job_title="").exists()


# Disabled and enabled


def test_a_disabled_person_is_signed_out_and_comes_back_with_another_session(district, by, sign_in):
    browser = sign_in(district.sam)
    actions.disable_user(district.sam, by=by)
    assert browser.get("/riverside/account/").status_code == 302
    assert changes("Disable account") == {"accountEnabled": (True, False)}
    actions.enable_user(district.sam, by=by)
    assert browser.get("/riverside/account/").status_code == 302
    assert sign_in(fresh(district.sam)).get("/riverside/account/").status_code == 200


# Removed


def test_what_hangs_on_a_removed_person_goes_and_the_trail_stays(district, by):
    actions.reset_password(district.tom, "Maple-Bridge-93", by=by)
    actions.remove_user(district.tom, by=by)
    for model in (UnitMembership, RoleAssignment, SearchWord, GroupMember, EmailMethod):
        assert not model.objects.filter(user=district.tom.pk).exists()
    entries = Entry.objects.filter(target_id=district.tom.pk)
    assert entries.filter(activity="Reset password (by admin)").count() == 2
    gone = changes("Delete user")
    assert gone["userPrincipalName"] == ("tom.baker@riverside.example", None)
    assert gone["Role.DisplayName"][0].startswith("Password Administrator, Jefferson High/")


# Alternate e-mail


def test_an_alternate_address_is_added_changed_and_removed(district, by):
    actions.set_alternate_email(district.pia, "pia@home.example", by=by)
    assert EmailMethod.objects.get(user=district.pia).set_by == district.admin.pk
    assert changes("Admin registered security info") == {"alternateEmail": (None, "pia@home.example")}
    actions.set_alternate_email(district.pia, "pia@new.example", by=by)
    assert changes("Admin updated security info") == {
        "alternateEmail": ("pia@home.example", "pia@new.example")
    }
    actions.remove_alternate_email(district.pia, by=by)
    assert not EmailMethod.objects.filter(user=district.pia).exists()
    assert changes("Admin deleted security info") == {"alternateEmail": ("pia@new.example", None)}
    told = {(message.name, message.to) for message in Message.objects.all()}
    assert told == {
        ("email_added", "pia@home.example"),
        ("email_changed", "pia@new.example"),
        ("email_changed", "pia@home.example"),
        ("email_removed", "pia@new.example"),
    }
    assert ProcrastinateJob.objects.count() == 4


@pytest.mark.parametrize("address", ["PIA.moss@riverside.example", "no address"])
def test_an_address_must_be_one_and_not_the_accounts_own(district, by, address):
    with pytest.raises(Refused):
        actions.set_alternate_email(district.pia, address, by=by)
    assert not EmailMethod.objects.filter(user=district.pia).exists()


def test_an_address_is_a_method_and_needs_the_role_for_methods(district, una):
    actions.set_alternate_email(district.pia, "pia@home.example", by=Initiator(district.maria))
    for nobody in (una, district.helen, district.tom, district.sam):
        with pytest.raises(Denied):
            actions.set_alternate_email(district.pia, "thief@evil.example", by=Initiator(nobody))
        with pytest.raises(Denied):
            actions.remove_alternate_email(district.pia, by=Initiator(nobody))
    assert EmailMethod.objects.get(user=district.pia).address == "pia@home.example"


def test_no_entry_holds_a_hash(district, by):
    for number, deed in enumerate(DEEDS.values()):
        person = make_person(f"p{number}@riverside.example", f"Person {number}")
        deed(person, by)
    kept = json.dumps(list(Entry.objects.values()), default=str)
    assert "argon2" not in kept
