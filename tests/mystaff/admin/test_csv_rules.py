"""People as a file: every rule of the single deeds holds for each row, and nobody else's file is there."""

from base64 import urlsafe_b64encode
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from audit.models import Entry, Result
from directory import roles, schedule
from directory.models import EmailMethod, UnitMembership, Upload, User
from tests.conftest import assign, make_person, make_unit
from tests.directory.trail import outcomes
from tests.mystaff.admin.files import (
    CONFIRM,
    EXPORT,
    PAGE,
    confirm,
    csv,
    downloaded,
    key,
    problems,
    send,
    take,
)
from tests.mystaff.reading import text_of

SAM, OMAR = "sam.reed@riverside.example", "omar.diaz@riverside.example"


# Rows that are refused, by their lines


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("User name,Name", ",Nobody"), {2: "The user name is missing."}),
        (("User name,Name", "zoe@elsewhere.example,Zoë"), {2: "domain of this organization"}),
        (("User name,Name", "zoe,Zoë"), {2: "domain of this organization"}),
        (("User name,Job", "zoe@riverside.example,Cook"), {2: "Name: This field cannot be blank."}),
        (("User name,Name", f"{SAM},"), {2: "Name: This field cannot be blank."}),
        (("User name,Name", f"{SAM},Sam,X"), {2: "There are 3 cells for 2 columns."}),
        (("User name,Name", SAM), {2: "There are 1 cells for 2 columns."}),
        (("User name,Name", "user name,NAME"), {2: "This line names the columns a second time."}),
        (("User name,Job", f"{SAM},A", f"{SAM.upper()},B"), {3: "Line 2 is about the same person."}),
        (("User name,Job", f"{SAM},{'x' * 129}"), {2: "Job: Ensure this value has at most 128 characters"}),
        (("User name,Job", f'{SAM},"a\nb"', f"{OMAR},C"), {2: "Line breaks"}),
        (("User name,Account enabled", f"{SAM},perhaps"), {2: "Account enabled: Write true or false."}),
        (("User name,Mobile phone number", f"{SAM},12"), {2: "too short"}),
        (("User name,Alternate email address", f"{SAM},no"), {2: "valid email"}),
        (("User name,Alternate email address", f"{SAM},{SAM.title()}"), {2: "without this account"}),
        (
            ("User name,Alternate email address", f"{SAM},anyone@Riverside.example"),
            {2: "without this account"},
        ),
        (
            ("User name,Name,otherMails", "z@riverside.example,Z,Z@riverside.example"),
            {2: "without this account"},
        ),
    ],
)
def test_a_bad_row_is_named_and_nothing_can_be_confirmed(district, admin, lines, said):
    page = send(admin, csv(*lines))
    found = problems(page)
    assert found.keys() == said.keys()
    for line, sentence in said.items():
        assert sentence in found[line]
        assert f"Line {line}" in page.content.decode()
    assert not key(page)
    assert not Entry.objects.exists()


def test_lines_are_counted_as_the_file_has_them(district, admin):
    page = send(admin, csv("", "User name,Job", f'{OMAR},"a', 'b"', "", f"{SAM},x,y"))
    assert problems(page).keys() == {3, 6}


def test_a_bad_row_stops_the_good_ones_even_past_the_page(district, admin):
    """A POST by hand of a file whose preview had no button."""
    send(admin, csv("User name,Job", f"{SAM},Cook", "x@elsewhere.example,Cook"))
    answer = admin.post(CONFIRM, {"import_file_name": str(Upload.objects.get().pk)})
    assert "cannot be imported" not in answer.content.decode() and problems(answer).keys() == {3}
    assert not User.objects.filter(job_title="Cook").exists()
    assert outcomes("Import people") == [Result.FAILURE]
    assert not Entry.objects.exclude(activity="Import people").exists()


# Whom the importer reaches


def test_out_of_reach_is_refused_with_the_sentence_of_the_single_deed(district, admin):
    closed = make_unit("Closed", is_restricted=True)
    UnitMembership.objects.create(unit=closed, user=district.pia)
    page = send(
        admin,
        csv("User name,Job", "admin@riverside.example,Boss", "pia.moss@riverside.example,X", f"{SAM},Y"),
    )
    assert problems(page) == {2: "This is your own account.", 3: "Pia is in a restricted location."}


def test_a_user_administrator_changes_people_and_no_methods(district, staff):
    user = staff["user"]
    take(user, "User name,Name,Job", f"{SAM},Sam Reed,Cook", "new@riverside.example,New,")
    page = send(user, csv("User name,Job", "admin@riverside.example,Cook"))
    assert "holds Global Administrator" in problems(page)[2]
    page = send(user, csv("User name,Account enabled", "admin@riverside.example,no"))
    assert "holds Global Administrator" in problems(page)[2]
    page = send(user, csv("User name,Mobile phone number", f"{OMAR},+14255550177"))
    assert problems(page) == {2: "Your role does not include this."}
    page = send(user, csv("User name,Name,otherMails", "b@riverside.example,B,b@home.example"))
    assert problems(page) == {2: "Your role does not include addresses and phone numbers of new people."}


def test_nobody_finds_out_by_guessing_what_is_on_file(district, staff):
    """Right or wrong, a guess is answered alike; and an empty cell removes nothing that is not seen."""
    answers = []
    for guess in ("sam.home@example.org", "wrong@example.org", "no address"):
        page = send(staff["user"], csv("User name,otherMails", f"{SAM},{guess}"))
        answers.append(problems(page))
        assert "sam.home" not in page.content.decode().replace(guess, "")
    assert answers[0] == answers[1] == answers[2] == {2: "Your role does not include this."}
    page = send(staff["user"], csv("User name,otherMails,mobilePhone", f"{SAM},,"))
    assert not problems(page) and "As they are: 1" in page.content.decode()
    assert EmailMethod.objects.filter(user=district.sam).exists()


def test_guests_are_their_own_organizations(district, lake, guest_maria, sign_in):
    browser = sign_in(lake.admin)
    where = PAGE.replace("riverside", "lakeshore")
    page = send(browser, csv("User name,Job", "maria.lopez@riverside.example,Cook"), where)
    assert "guest" in problems(page)[2]


@pytest.mark.parametrize("who", ["groups", "privileged", "reader"])
def test_others_have_no_such_pages(district, staff, who):
    browser = staff[who]
    assert browser.get(PAGE).status_code == 403
    assert send(browser, csv("User name,Name", "a@riverside.example,A")).status_code == 403
    assert browser.post(CONFIRM, {"import_file_name": "x"}).status_code == 403
    assert browser.get(EXPORT).status_code == 403
    assert not Upload.objects.exists() and not Entry.objects.exists()


def test_the_last_global_administrator_is_not_disabled(district, sign_in):
    second = make_person("second@riverside.example", "Second")
    assign(second, roles.GLOBAL, ends_at=timezone.now() + timedelta(days=1))
    page = send(sign_in(second), csv("User name,Account enabled", "admin@riverside.example,false"))
    assert "last Global Administrator" in problems(page)[2]


def test_who_became_the_last_one_since_the_preview_is_not_disabled(district, admin):
    """Not even though the rows look the same: it is counted again when it is done."""
    page = send(admin, csv("User name,Account enabled", f"{SAM},no"))
    assign(district.sam, roles.GLOBAL)
    district.admin.role_assignments.update(ends_at=timezone.now() + timedelta(days=1))
    answer = confirm(admin, page)
    assert answer.status_code == 200 and "last Global Administrator" in problems(answer)[2]
    assert User.objects.get(pk=district.sam.pk).is_active


# How the file is kept


def test_the_file_is_encrypted_while_it_waits(admin):
    page = send(admin, csv("User name,Name", "a@riverside.example,Secretly"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM directory_upload")
        assert b"Secretly" not in bytes(cursor.fetchone()[0])
    assert b"Secretly" in bytes(Upload.objects.get().content)
    assert confirm(admin, page).status_code == 302
    assert User.objects.filter(display_name="Secretly").exists()


def test_without_the_key_it_is_chosen_again(admin, settings):
    page = send(admin, csv("User name,Name", "a@riverside.example,A"))
    settings.MYSTAFF_ENCRYPTION_KEYS = [urlsafe_b64encode(bytes(32)).decode()]
    answer = confirm(admin, page)
    assert answer.headers["Location"] == PAGE and "is over" in text_of(admin.get(PAGE))
    settings.MYSTAFF_ENCRYPTION_KEYS = None
    page = send(admin, csv("User name,Name", "a@riverside.example,A"))
    assert page.status_code == 200 and "MYSTAFF_ENCRYPTION_KEYS is not set" in page.content.decode()
    assert not User.objects.filter(display_name="A").exists()


# Whose file it is


def test_another_administrators_upload_is_not_there(district, admin, sign_in):
    page = send(admin, csv("User name,Name", "a@riverside.example,A"))
    assign(district.omar, roles.GLOBAL)
    answer = confirm(sign_in(district.omar), page)
    assert answer.headers["Location"] == PAGE
    assert Upload.objects.count() == 1 and not Entry.objects.exists()
    assert not User.objects.filter(display_name="A").exists()


def test_another_tenants_upload_is_not_there(district, lake, admin, sign_in):
    page = send(admin, csv("User name,Name", "a@riverside.example,A"))
    with lake.tenant.scope():
        assert not Upload.objects.exists()
        answer = confirm(sign_in(lake.admin), page, CONFIRM.replace("riverside", "lakeshore"))
        assert answer.headers["Location"].startswith("/lakeshore/")
        assert not Entry.objects.exists()
    assert Upload.objects.count() == 1


def test_a_file_lives_for_an_hour(district, lake, admin):
    page = send(admin, csv("User name,Name", "a@riverside.example,A"))
    Upload.objects.update(at=timezone.now() - timedelta(minutes=59))
    schedule.clear_uploads(timestamp=0)
    assert Upload.objects.count() == 1
    Upload.objects.update(at=timezone.now() - timedelta(minutes=61))
    assert confirm(admin, page).headers["Location"] == PAGE  # over, even before it is deleted
    schedule.clear_uploads(timestamp=0)
    assert not Upload.objects.exists()


# Export


def test_an_export_can_be_imported_again_and_changes_nothing(district, admin):
    User.objects.filter(pk=district.sam.pk).update(
        display_name='=HYPERLINK("x")', job_title="'=1+1", department='O\'Neil, "Ann"', given_name="-Ann"
    )
    text = downloaded(admin)
    assert text.splitlines()[0] == (
        "User name,Name,First name,Last name,Job,Department,Employee number,Account enabled,"
        "Alternate email address,Mobile phone number"
    )
    assert '"\'=HYPERLINK(""x"")",\'-Ann,Reed,\'\'=1+1,' in text and "'+14255550100" in text
    assert not [cell for line in text.splitlines() for cell in line.split(",") if cell[:1] in "=+-@" and cell]
    page = send(admin, b"\xef\xbb\xbf" + text.encode())
    assert problems(page) == {}
    assert [step.kind for step in page.context["result"].plan.steps] == ["same"] * User.objects.count()


def test_an_export_is_what_the_list_shows_and_an_entry(district, admin):
    text = downloaded(admin, q="sam")
    assert "Sam Reed" in text and "Omar" not in text and "argon2" not in text
    done = Entry.objects.get(activity="Export people", result=Result.SUCCESS)
    assert {"key": "people", "value": "1"} in done.additional_details
    assert admin.get(EXPORT, {"password__startswith": "a"}).status_code == 400
    assert outcomes("Export people") == [Result.SUCCESS]


def test_an_export_shows_only_what_its_reader_may_see(district, lake, guest_maria, staff, sign_in):
    text = downloaded(staff["user"])
    assert "Sam Reed" in text and "sam.home" not in text and "Alternate" not in text
    EmailMethod.objects.create(user=district.admin, address="ada@home.example")
    assign(district.omar, roles.AUTHENTICATION)
    assign(district.omar, roles.USER)
    text = downloaded(sign_in(district.omar))
    assert "sam.home@example.org" in text and "ada@home.example" not in text
    answer = sign_in(lake.admin).get(EXPORT.replace("riverside", "lakeshore"))
    theirs = b"".join(answer.streaming_content).decode()
    assert "Ivy Chen" in theirs and "riverside.example" not in theirs


def test_batches_of_an_export_leave_nobody_out(district, admin, monkeypatch):
    from directory.people_csv import export

    whole = downloaded(admin)
    monkeypatch.setattr(export, "AT_ONCE", 2)
    User.objects.filter(pk__in=[district.tom.pk, district.pia.pk]).update(sort_name="ada rivers")
    names = [line.split(",")[0] for line in downloaded(admin).splitlines()]
    assert sorted(names) == sorted(line.split(",")[0] for line in whole.splitlines())
