"""Runs in the admin: asked for, looked at, confirmed."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import resolve
from procrastinate.contrib.django.models import ProcrastinateJob

from audit.models import Entry, record
from directory import schedule
from directory.models import AccessPolicy, Run, RunChange, RunState, Source
from mystaff.admin.run_report import SHOWN, Report, shown_kind
from mystaff.upload_handlers import LARGEST_ROSTER, MOST
from tenants import scopes
from tests.conftest import make_person
from tests.directory.sources import make_run, make_source
from tests.mystaff.admin.conftest import AT
from tests.mystaff.reading import text_of

LIST = f"{AT}/source/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def roster(district) -> Source:
    return make_source()


@pytest.fixture
def service(district) -> Source:
    return make_source("sis", "oneroster-rest", name="SIS", address="https://sis.example")


def run_page(run: Run) -> str:
    return f"{LIST}runs/{run.pk}/"


def zipped(content: bytes = b"PK\x03\x04...") -> SimpleUploadedFile:
    return SimpleUploadedFile("roster.zip", content, "application/zip")


def start(browser: Client, source: Source, **typed):
    return browser.post(f"{LIST}{source.pk}/start/", typed)


# Asking


def test_a_run_is_asked_for_with_a_button(admin, service, district):
    response = start(admin, service, _run="1")
    run = Run.objects.get()
    assert response.headers["Location"] == run_page(run)
    assert (run.source, run.is_dry, run.content, run.asked_by) == (service, False, None, district.admin)
    assert run.state == RunState.WAITING
    job = ProcrastinateJob.objects.get(task_name="directory.run_source")
    assert job.args == {"tenant": str(district.tenant.pk), "run": str(run.pk)}


def test_a_dry_run_is_what_enter_presses(admin, service):
    start(admin, service, _dry="1")
    assert Run.objects.get().is_dry
    page = admin.get(f"{LIST}{service.pk}/start/").content.decode()
    assert page.index('name="_dry"') < page.index('name="_run"')


def test_a_file_is_kept_for_the_run(admin, roster):
    start(admin, roster, _run="1", file=zipped())
    assert bytes(Run.objects.get().content) == b"PK\x03\x04..."


def test_without_its_file_it_does_not_run(admin, roster):
    assert "This field is required." in text_of(start(admin, roster, _run="1"))
    assert "empty" in text_of(start(admin, roster, _run="1", file=zipped(b"")))
    assert not Run.objects.exists()


def test_larger_than_other_files_and_not_endless(admin, roster):
    assert start(admin, roster, _run="1", file=zipped(b"x" * (MOST + 1))).status_code == 302
    assert len(Run.objects.get().content) == MOST + 1
    response = start(admin, roster, _run="1", file=zipped(b"x" * (LARGEST_ROSTER + 1)))
    assert "The file is larger than 32 MB." in text_of(response) and Run.objects.count() == 1


def test_nobody_else_fills_the_memory(district, roster, rf):
    """What is kept of a file that somebody else sends there is no more than anywhere else."""
    kept = {}
    for who, place in ((district.admin, "start"), (district.sam, "start"), (district.admin, "runs")):
        path = f"/admin/directory/source/{roster.pk}/{place}/"
        request = rf.post(path, {"file": zipped(b"x" * (MOST + 9))})
        request.user, request.resolver_match = who, resolve(path, "mystaff.urls")
        kept[who.first_name, place] = len(request.FILES["file"].read())
    assert kept == {("Ada", "start"): MOST + 9, ("Sam", "start"): MOST, ("Ada", "runs"): MOST}


def test_a_service_takes_no_file(admin, service):
    page = admin.get(f"{LIST}{service.pk}/start/").content.decode()
    assert 'type="file"' not in page
    start(admin, service, _run="1", file=zipped())
    assert Run.objects.get().content is None


def test_a_form_from_elsewhere_starts_nothing(district, service):
    from tests.conftest import signed_in

    session = signed_in(district.admin).cookies
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = session
    assert start(strict, service, _run="1").status_code == 403
    run = make_run(service, RunState.BRAKED)
    assert strict.post(f"{run_page(run)}confirm/").status_code == 403
    assert Run.objects.count() == 1


def test_a_policy_may_want_a_newer_proof_before_a_run_and_not_for_looking(admin, service):
    run = make_run(service, RunState.BRAKED)
    AccessPolicy.objects.create(name="Admin", state="on", on_admin=True, confirm_age=10)
    assert "/confirm/" in start(admin, service, _run="1").headers["Location"]
    assert "/riverside/confirm/" in admin.post(f"{run_page(run)}confirm/").headers["Location"]
    assert Run.objects.count() == 1
    assert admin.get(run_page(run)).status_code == 200


# Looking


def test_a_run_that_goes_on_asks_for_more(admin, service):
    run = make_run(service, RunState.READING, done=4210, total=12000, counts={"people added": 3})
    page = admin.get(run_page(run)).content.decode()
    assert 'hx-trigger="every 2s"' in page and 'hx-get="?seen=reading"' in page
    assert '<progress id="run-progress" max="12000" value="4210">' in page
    assert "4,210 of 12,000" in page and "Load this page again" in page
    assert "<h1>" in page and "<form" in page  # the frame, with its sign-out


def test_only_the_part_that_changes_is_sent(admin, service):
    run = make_run(service, RunState.READING, total=None)
    answer = admin.get(f"{run_page(run)}?seen=reading", headers=HTMX)
    part = answer.content.decode()
    assert answer.headers["X-Run"] == "reading"
    assert "<html" not in part and 'id="run-live"' in part and "hx-swap-oob" not in part
    assert '<progress id="run-progress">' in part  # nobody knows of how many
    Run.objects.update(state=RunState.WRITING)
    part = admin.get(f"{run_page(run)}?seen=reading", headers=HTMX).content.decode()
    assert 'id="run-state" hx-swap-oob="innerHTML"' in part and "Writing" in part


def test_an_ended_run_asks_no_more(admin, service):
    run = make_run(service)
    part = admin.get(f"{run_page(run)}?seen=writing", headers=HTMX).content.decode()
    assert "hx-trigger" not in part and "<progress" not in part and "Done" in part
    assert "Nothing to change." in part


def test_counts_problems_and_warnings(admin, service):
    many = [f"users.csv:{n}: wrong" for n in range(SHOWN + 5)]
    run = make_run(
        service,
        RunState.FAILED,
        counts={"people added": 1030, "people disabled": 0},
        problems=many,
        warnings=["<b>orgs.csv:2: odd</b>"],
    )
    page = text_of(admin.get(run_page(run)))
    assert "Failed: nothing was changed" in page and "users.csv:0: wrong" in page
    assert f"users.csv:{SHOWN}: wrong" not in page and "And 5 more." in page
    assert "People added 1,030" in page and "People disabled" not in page
    assert "&lt;b&gt;orgs.csv:2: odd&lt;/b&gt;" in admin.get(run_page(run)).content.decode()


def test_what_changed_by_name_page_by_page(admin, service):
    run = make_run(service, counts={"people added": 3, "people disabled": 1})
    rows = [("people added", ["Ann", "Bob"]), ("people added", ["Cid"]), ("people disabled", ["Dan <i>"])]
    for position, (kind, names) in enumerate(rows):
        RunChange.objects.create(run=run, position=position, kind=kind, names=names)
    first = admin.get(run_page(run)).content.decode()
    assert "Dan &lt;i&gt;" in first and "Ann" not in first  # what is taken away comes first
    added = text_of(admin.get(f"{run_page(run)}?show=people+added"))
    assert "Ann Bob" in added and "Cid" not in added and "Page 1 of 2" in added
    assert "Cid" in text_of(admin.get(f"{run_page(run)}?show=people+added&page=2"))
    for odd in ("?show=nonsense", "?page=x", "?page=99", "?show=%00&page=%00", "?seen=%00"):
        assert admin.get(f"{run_page(run)}{odd}").status_code == 200


def test_past_runs(admin, service):
    for days in range(30):
        make_run(service, ago=timedelta(days=days), counts={"people added": days})
    page = text_of(admin.get(f"{LIST}{service.pk}/runs/"))
    assert "People added" not in page and "people added: 3" in page and "Page 1 of 2" in page
    assert "people added: 29" in text_of(admin.get(f"{LIST}{service.pk}/runs/?page=2"))


def test_past_runs_say_why_they_failed(admin, service):
    make_run(service, RunState.FAILED, problems=["users.csv:2: The column username is empty.", "more"])
    make_run(service, RunState.FAILED, problems=["x" * 500])
    make_run(service)
    page = text_of(admin.get(f"{LIST}{service.pk}/runs/"))
    assert "nothing was changed users.csv:2: The column username is empty." in page
    assert "more" not in page and "None" not in page
    assert "x" * 159 + "…" in page and "x" * 160 not in page


def test_the_pages_of_many_runs_ask_no_more_questions(admin, service, django_assert_max_num_queries):
    for days in range(20):
        make_run(service, ago=timedelta(days=days))
    admin.get(f"{LIST}{service.pk}/runs/")
    with django_assert_max_num_queries(16):
        admin.get(f"{LIST}{service.pk}/runs/")


def test_another_tenants_run_does_not_exist(admin, lake):
    with lake.tenant.scope():
        theirs = make_source()
        run = make_run(theirs, RunState.BRAKED)
    for path in (run_page(run), f"{LIST}{theirs.pk}/runs/", f"{LIST}{theirs.pk}/start/"):
        assert admin.get(path).status_code == 404
    assert start(admin, theirs, _run="1").status_code == 404
    assert admin.post(f"{run_page(run)}confirm/").status_code == 404
    with lake.tenant.scope():
        assert Run.objects.count() == 1


def test_names_are_kept_for_90_days(admin, service):
    for days in (89, 91):
        run = make_run(service, ago=timedelta(days=days), counts={"people added": 1}, warnings=["x: odd"])
        RunChange.objects.create(run=run, position=0, kind="people added", names=[f"Ann {days}"])
    with scopes.scope(None):
        schedule.clear_old_messages(timestamp=0)
    new, old = (text_of(admin.get(run_page(run))) for run in service.runs.all())
    assert "Ann 89" in new and "x: odd" in new
    assert "People added" in old and "Ann 91" not in old and "x: odd" not in old


def test_whatever_stands_in_a_row_the_page_is_there(admin, service):
    odd = {"people added": "x", "people disabled": None, "new": 3, "canary": {}}
    run = make_run(service, RunState.BRAKED, counts=odd, problems=[{"a": 1}, None], warnings=[3])
    RunChange.objects.create(run=run, position=0, kind="new", names=[{"key": "x"}, None])
    assert "New" in text_of(admin.get(run_page(run)))
    Source.objects.update(roles={"teacher": "x", "y": 3}, columns={"z": 1}, rhythm="daily")
    assert admin.get(f"{LIST}{service.pk}/change/").status_code == 200


def test_it_leads_to_its_line_in_the_trail(admin, service):
    run = make_run(service)
    assert "In the trail" not in text_of(admin.get(run_page(run)))
    entry = record(
        "Import roster",
        category="ProvisioningManagement",
        operation="Import",
        actor={"id": None, "name": "sis"},
        correlation_id=run.pk,
    )
    assert f"/riverside/admin/audit/entry/{entry.pk}/change/" in admin.get(run_page(run)).content.decode()


# Confirming


@pytest.fixture
def braked(service) -> Run:
    for number in range(3):
        make_person(f"p{number}@riverside.example", f"Pupil {number}", source="sis", source_id=str(number))
    counts = {"people disabled": 2, "role assignments removed": 4, "role assignments added": 1}
    return make_run(service, RunState.BRAKED, counts=counts)


def test_a_stopped_run_says_plainly_what_it_would_do(admin, braked):
    page = text_of(admin.get(run_page(braked)))
    assert "Stopped by the brake: nothing was changed" in page
    assert "This would disable 2 of 3 people." in page
    assert "It would take away 4 role assignments and add 1." in page


def test_it_says_who_could_not_get_in_as_before(admin, service):
    run = make_run(service, RunState.BRAKED, counts={"user names changed": 1200, "passwords that move": 7})
    page = text_of(admin.get(run_page(run)))
    assert "It would change 1,200 user names." in page
    assert "The passwords of 7 people would live elsewhere from then on." in page


@pytest.mark.parametrize("kind", ["user names changed", "passwords that move", "user names held back"])
def test_their_names_come_first_too(admin, service, kind):
    run = make_run(service, RunState.BRAKED, counts={"people added": 1, kind: 1})
    for position, (what, name) in enumerate({"people added": "Ann", kind: "Cid"}.items()):
        RunChange.objects.create(run=run, position=position, kind=what, names=[name])
    page = text_of(admin.get(run_page(run)))
    assert "Cid" in page and "Ann" not in page


def test_the_names_that_stopped_it_come_first(admin, service):
    counts = {"people changed": 40, "people enabled": 2, "passwords that move": 40}
    run = make_run(service, RunState.BRAKED, counts=counts)
    assert shown_kind(Report(run), "") == "passwords that move"


def test_a_dry_run_with_nothing_to_do_offers_nothing(admin, service):
    run = make_run(service, is_dry=True, counts={"people changed": 0})
    assert "Run this" not in admin.get(run_page(run)).content.decode()


def test_it_is_confirmed_as_it_was_shown(admin, braked):
    response = admin.post(f"{run_page(braked)}confirm/")
    run = Run.objects.get(confirms=braked)
    assert response.headers["Location"] == run_page(run) and not run.is_dry
    assert Entry.objects.filter(activity="Start roster import", result="success").exists()
    # Once: what came after it is another question.
    assert "Confirm and run" not in text_of(admin.get(run_page(braked)))
    admin.post(f"{run_page(braked)}confirm/")
    assert Run.objects.filter(confirms=braked).count() == 1


def test_a_dry_run_can_be_done(admin, service):
    run = make_run(service, is_dry=True, counts={"people added": 3})
    assert "Dry run done: nothing was changed" in text_of(admin.get(run_page(run)))
    assert 'value="Run this"' in admin.get(run_page(run)).content.decode()
    admin.post(f"{run_page(run)}confirm/")
    assert Run.objects.filter(confirms=run, is_dry=False).count() == 1


def test_names_held_back_are_changed_with_a_word_of_their_own(admin, service):
    run = make_run(service, is_dry=True, counts={"user names held back": 2})
    page = admin.get(run_page(run)).content.decode()
    assert "Also change the user names held back (2)" in page and 'name="held"' in page
    admin.post(f"{run_page(run)}confirm/")
    assert not Run.objects.get(confirms=run).changes_held
    Run.objects.filter(confirms=run).delete()
    admin.post(f"{run_page(run)}confirm/", {"held": "on"})
    assert Run.objects.get(confirms=run).changes_held
    entry = Entry.objects.filter(activity="Start roster import", result="success").first()
    assert {"key": "user names held back", "value": "changed"} in entry.additional_details


def test_where_none_is_held_back_nobody_is_asked(admin, service):
    run = make_run(service, is_dry=True, counts={"people added": 3})
    assert 'name="held"' not in admin.get(run_page(run)).content.decode()
    admin.post(f"{run_page(run)}confirm/", {"held": "on"})
    assert not Run.objects.get(confirms=run).changes_held


@pytest.mark.parametrize("state", ["done", "failed", "writing", "broken-off"])
def test_other_runs_are_not_confirmed(admin, service, state):
    run = make_run(service, state)
    assert admin.post(f"{run_page(run)}confirm/").headers["Location"] == run_page(run)
    assert admin.get(f"{run_page(run)}confirm/").headers["Location"] == run_page(run)
    assert Run.objects.count() == 1


def test_the_file_is_taken_along_or_chosen_again(admin, roster):
    run = make_run(roster, RunState.BRAKED, content=b"PK1")
    assert 'type="file"' not in admin.get(run_page(run)).content.decode()
    Run.objects.update(content=None)
    assert 'type="file"' in admin.get(run_page(run)).content.decode()
    assert "This field is required." in text_of(admin.post(f"{run_page(run)}confirm/"))
    admin.post(f"{run_page(run)}confirm/", {"file": zipped()})
    assert bytes(Run.objects.get(confirms=run).content) == b"PK\x03\x04..."


def test_the_kept_file_goes_into_the_next_run(admin, roster):
    run = make_run(roster, RunState.BRAKED, content=b"PK1")
    admin.post(f"{run_page(run)}confirm/")
    assert bytes(Run.objects.get(confirms=run).content) == b"PK1"
