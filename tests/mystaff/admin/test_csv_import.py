"""People as a file: preview, confirm, and the trail of it."""

import pytest

from audit.models import Entry, Result, left_open
from audit.verification import Verification
from directory.models import EmailMethod, Message, SearchWord, Upload, User
from tests import jobs
from tests.directory.trail import changes, outcomes
from tests.mystaff.admin.files import LIST, PAGE, confirm, csv, key, problems, send, take

HEADER = "User name,Name,First name,Last name,Job,Department,Employee number,Account enabled"
METHODS = "User name,Alternate email address,Mobile phone number"


def person(name: str) -> User:
    return User.objects.get(user_principal_name=f"{name}@riverside.example")


def test_the_preview_says_what_would_change_and_changes_nothing(district, admin):
    page = send(
        admin,
        csv(
            "User name,Name,Last name",
            "zoe.new@riverside.example,Zoë New,New",
            "sam.reed@riverside.example,Sam Reed,Hall",
            "OMAR.diaz@riverside.example,Omar Díaz,Díaz",
        ),
    )
    said = page.content.decode()
    assert "Added: 1" in said and "Changed: 1" in said and "As they are: 1" in said
    assert "Last name: Reed → Hall" in said and "Line 2" in said and "Zoë New" in said
    assert key(page)
    assert not User.objects.filter(surname__in=["New", "Hall"]).exists()
    assert not Entry.objects.exists()


def test_confirmed_people_are_added_and_changed_with_an_entry_each(district, admin):
    answer = take(
        admin,
        HEADER,
        "Zoe.New@riverside.example,Zoë New,Zoë,New,Teacher,Science,77,true",
        "sam.reed@riverside.example,Sam Hall,Sam,Hall,,,E-1042,",
    )
    assert answer.headers["Location"] == LIST
    assert "1 person added, 1 changed." in admin.get(LIST).content.decode()
    zoe, sam = person("zoe.new"), person("sam.reed")
    assert (zoe.display_name, zoe.job_title, zoe.employee_id, zoe.is_active) == (
        "Zoë New",
        "Teacher",
        "77",
        True,
    )
    assert not zoe.has_usable_password() and zoe.sort_name == "zoe new"
    assert (sam.display_name, sam.sort_name) == ("Sam Hall", "sam hall")
    assert set(User.objects.search("hall")) == {sam} and set(User.objects.search("science new")) == set()
    assert set(SearchWord.search("77").values_list("user_id", flat=True)) == {zoe.pk}
    assert changes("Update user") == {"displayName": ("Sam Reed", "Sam Hall"), "surname": ("Reed", "Hall")}
    assert changes("Add user")["userPrincipalName"] == (None, "zoe.new@riverside.example")
    assert changes("Add user")["accountEnabled"] == (None, True)


def test_the_import_is_one_attempt_and_all_entries_hang_together(district, admin):
    take(
        admin,
        "User name,Name",
        "a@riverside.example,A",
        "b@riverside.example,B",
        "sam.reed@riverside.example,Sam R",
    )
    entries = list(Entry.objects.order_by("sequence"))
    assert [(one.activity, one.result) for one in entries] == [
        ("Import people", Result.ATTEMPTED),
        ("Add user", Result.SUCCESS),
        ("Add user", Result.SUCCESS),
        ("Update user", Result.SUCCESS),
        ("Import people", Result.SUCCESS),
    ]
    assert len({one.correlation_id for one in entries}) == 1
    assert {"key": "added", "value": "2"} in entries[-1].additional_details
    assert entries[0].target_name == "people.csv"
    assert {one.actor_principal_name for one in entries} == {"admin@riverside.example"}
    assert entries[1].target_name == "A" and entries[3].target_name == "Sam Reed"
    assert list(Verification().findings()) == []
    assert Entry.objects.filter(pk__in=[one.pk for one in entries]).filter(left_open()).count() == 0


def test_addresses_and_numbers_and_who_is_told(district, admin):
    take(
        admin,
        METHODS,
        "sam.reed@riverside.example,new@home.example,",
        "omar.diaz@riverside.example,omar@home.example,(425) 555-0177",
    )
    sam, omar = person("sam.reed"), person("omar.diaz")
    assert (sam.alternate_email.address, sam.phones.count()) == ("new@home.example", 0)
    assert (omar.alternate_email.address, omar.phones.get().number) == ("omar@home.example", "+14255550177")
    assert omar.alternate_email.set_by == omar.phones.get().set_by == district.admin.pk
    found = Entry.objects.exclude(activity="Import people").values_list("activity", "target_name")
    assert sorted(found) == [
        ("Admin deleted security info", "Sam Reed"),
        ("Admin registered security info", "Omar Díaz"),
        ("Admin registered security info", "Omar Díaz"),
        ("Admin updated security info", "Sam Reed"),
    ]
    assert changes("Admin updated security info") == {
        "alternateEmail": ("sam.home@example.org", "new@home.example")
    }
    told = set(Message.objects.values_list("person__given_name", "name", "channel", "to"))
    assert told == {
        ("Sam", "email_changed", "email", "new@home.example"),
        ("Sam", "email_changed", "email", "sam.home@example.org"),
        ("Sam", "phone_removed", "email", "new@home.example"),
        ("Sam", "phone_removed", "sms", "+14255550100"),
        ("Omar", "email_added", "email", "omar@home.example"),
        ("Omar", "phone_added", "email", "omar@home.example"),
    }
    assert jobs.queued() == ["send_message"] * 6


def test_the_same_people_are_told_as_by_the_single_deeds(district, admin):
    """One by one or from a file: the same messages, in whatever channel."""
    from directory import actions
    from directory.door import Initiator

    def told() -> list:
        found = sorted(Message.objects.values_list("name", "channel", "to"))
        Message.objects.all().delete()
        return found

    by = Initiator(district.admin)
    actions.set_alternate_email(district.sam, "one@home.example", by=by)
    actions.set_phone(district.sam, "+14255550111", by=by)
    actions.remove_alternate_email(district.sam, by=by)
    actions.remove_phone(district.sam, by=by)
    single = told()
    EmailMethod.objects.create(user=district.sam, address="sam.home@example.org")
    district.sam.phones.create(number="+14255550100")
    take(admin, "User name,Alternate email address", "sam.reed@riverside.example,one@home.example")
    take(admin, "User name,Mobile phone number", "sam.reed@riverside.example,+14255550111")
    take(admin, "User name,Alternate email address", "sam.reed@riverside.example,")
    take(admin, "User name,Mobile phone number", "sam.reed@riverside.example,")
    assert told() == single


def test_accounts_are_disabled_and_enabled_and_sessions_end(district, admin, sign_in):
    browser = sign_in(district.sam)
    assert browser.get("/riverside/account/").status_code == 200
    take(admin, "User name,Account enabled", "sam.reed@riverside.example,no")
    assert not person("sam.reed").is_active
    assert browser.get("/riverside/account/").status_code == 302
    take(admin, "userPrincipalName,accountEnabled", "sam.reed@riverside.example,TRUE")
    assert person("sam.reed").is_active
    assert browser.get("/riverside/account/").status_code == 302
    assert (outcomes("Disable account"), outcomes("Enable account")) == ([Result.SUCCESS], [Result.SUCCESS])


def test_a_changed_number_is_no_longer_used_to_sign_in(district, admin):
    district.sam.phones.update(sms_sign_in=True)
    take(admin, "User name,Mobile phone number,Job", "sam.reed@riverside.example,+1 425 555 0100,Cook")
    assert district.sam.phones.get().sms_sign_in
    take(admin, "User name,Mobile phone number", "sam.reed@riverside.example,+1 425 555 0101")
    assert not district.sam.phones.get().sms_sign_in


def test_columns_that_are_not_there_change_nothing_and_empty_cells_empty(district, admin):
    User.objects.filter(pk=district.sam.pk).update(job_title="Cook", department="Kitchen")
    take(admin, "employeeId;userPrincipalName;jobTitle", ";sam.reed@riverside.example;")
    sam = person("sam.reed")
    assert (sam.job_title, sam.employee_id, sam.department, sam.surname) == ("", "", "Kitchen", "Reed")
    assert (sam.alternate_email.address, sam.phones.count(), sam.is_active) == (
        "sam.home@example.org",
        1,
        True,
    )


def test_nothing_to_change_is_no_deed_and_cannot_be_confirmed(district, admin):
    page = send(admin, csv("User name,Name", "sam.reed@riverside.example,Sam Reed"))
    assert "There is nothing to change." in page.content.decode() and not key(page)
    assert not Entry.objects.exists()


# What stands between preview and confirm


def test_the_file_is_kept_for_its_owner_and_forgotten_at_confirm(district, admin):
    page = send(admin, csv("User name,Name", "a@riverside.example,A"))
    upload = Upload.objects.get()
    assert (upload.owner, str(upload.pk)) == (district.admin, key(page))
    page = send(admin, csv("User name,Name", "b@riverside.example,B"))
    assert Upload.objects.get().pk != upload.pk  # the second takes the place of the first
    confirm(admin, page)
    assert not Upload.objects.exists()


def test_a_second_press_imports_nothing_twice(district, admin):
    page = send(admin, csv("User name,Name", "a@riverside.example,A"))
    confirm(admin, page)
    answer = confirm(admin, page)
    assert answer.headers["Location"] == PAGE
    assert "This preview is over." in admin.get(PAGE).content.decode()
    assert outcomes("Add user") == [Result.SUCCESS]


@pytest.mark.parametrize("meanwhile", ["changed", "removed", "added"])
def test_what_was_not_seen_is_not_done(district, admin, meanwhile):
    page = send(
        admin,
        csv("User name,Name,Job", "sam.reed@riverside.example,Sam Reed,Cook", "new@riverside.example,N,Cook"),
    )
    if meanwhile == "changed":
        User.objects.filter(pk=district.sam.pk).update(job_title="Janitor")
    elif meanwhile == "removed":
        User.objects.filter(pk=district.sam.pk).delete()
    else:
        User.objects.create(user_principal_name="new@riverside.example", display_name="Somebody else")
    before = set(User.objects.values_list("user_principal_name", "display_name", "job_title"))
    again = confirm(admin, page)
    assert again.status_code == 200
    assert "This changed meanwhile: look at the preview again." in again.content.decode()
    assert set(User.objects.values_list("user_principal_name", "display_name", "job_title")) == before
    assert [(one.activity, one.result) for one in Entry.objects.order_by("sequence")] == [
        ("Import people", Result.ATTEMPTED),
        ("Import people", Result.FAILURE),
    ]
    assert confirm(admin, again).status_code == 302  # what was looked at again is done
    assert person("new").job_title == "Cook"


def test_a_role_lost_between_preview_and_confirm_stops_the_import(district, admin):
    from directory import roles
    from tests.conftest import assign

    page = send(admin, csv("User name,Job", "sam.reed@riverside.example,Cook"))
    assign(district.sam, roles.PRIVILEGED_ROLE)
    district.admin.role_assignments.update(role=roles.USER)
    answer = confirm(admin, page)
    assert answer.status_code == 200 and "holds" in problems(answer)[2]
    assert person("sam.reed").job_title == ""


def test_nothing_is_half_imported_when_the_database_refuses(district, admin, monkeypatch):
    """The last statement fails: what came before it is taken back, and the trail says failure."""
    from directory import tasks

    page = send(admin, csv("User name,Name", "a@riverside.example,A", "sam.reed@riverside.example,Sam R"))

    def fail(wanted):
        raise RuntimeError("gone")

    monkeypatch.setattr(tasks, "notify_all", fail)
    with pytest.raises(RuntimeError):
        confirm(admin, page)
    assert not User.objects.filter(user_principal_name="a@riverside.example").exists()
    assert person("sam.reed").display_name == "Sam Reed"
    assert [one.result for one in Entry.objects.order_by("sequence")] == [Result.ATTEMPTED, Result.FAILURE]
    assert Upload.objects.count() == 1
