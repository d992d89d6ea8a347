"""From the file that is chosen to the people who are there: pages, queue and engine together."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from audit.models import Entry
from directory.models import Run, RunState, Source, User
from tests import jobs
from tests.conftest import make_person
from tests.directory.sources import make_source
from tests.mystaff.admin.conftest import AT
from tests.mystaff.reading import text_of

ROWS = [f"p{n}@riverside.example,Pupil {n}" for n in range(20)]


@pytest.fixture
def source(transactional_db, district) -> Source:
    return make_source("sis", "csv", name="SIS")


def upload(browser: Client, source: Source, rows: list[str], button: str = "_run") -> Run:
    file = SimpleUploadedFile("people.csv", "\n".join(["User name,Name", *rows]).encode())
    browser.post(f"{AT}/source/{source.pk}/start/", {button: "1", "file": file})
    jobs.run()
    return source.runs.first()


def page(browser: Client, run: Run):
    return browser.get(f"{AT}/source/runs/{run.pk}/")


def confirm(browser: Client, run: Run) -> Run:
    browser.post(f"{AT}/source/runs/{run.pk}/confirm/")
    jobs.run()
    return Run.objects.get(confirms=run)


def test_a_dry_run_and_then_the_run(source, admin):
    dry = upload(admin, source, ROWS, "_dry")
    assert dry.state == RunState.DONE and not User.objects.filter(source="sis").exists()
    said = text_of(page(admin, dry))
    assert "Dry run done: nothing was changed" in said and "Pupil 7 (p7@riverside.example)" in said
    run = confirm(admin, dry)
    assert run.state == RunState.DONE and User.objects.filter(source="sis").count() == 20
    shown = page(admin, run)
    assert "People added 20" in re.sub(r"20 *People added", "People added 20", text_of(shown))
    entry = Entry.objects.get(correlation_id=run.pk, activity="Import roster")
    assert f"/riverside/admin/audit/entry/{entry.pk}/change/" in shown.content.decode()
    assert Run.objects.exclude(content=None).count() == 0  # nothing is kept that is not needed any more


def test_a_run_that_is_stopped_and_confirmed(source, admin):
    upload(admin, source, ROWS)
    stopped = upload(admin, source, ROWS[:10])
    assert stopped.state == RunState.BRAKED
    said = text_of(page(admin, stopped))
    assert "This would disable 10 of 20 people." in said and "Pupil 15 (p15@riverside.example)" in said
    assert "A run waits until somebody confirms it." in text_of(admin.get("/riverside/admin/"))
    assert confirm(admin, stopped).state == RunState.DONE
    assert User.objects.filter(source="sis", is_active=False).count() == 10
    assert "somebody confirms it" not in text_of(admin.get("/riverside/admin/"))


def test_a_file_with_problems_changes_nothing(source, admin):
    run = upload(admin, source, [*ROWS[:2], "x@elsewhere.example,X"])
    assert run.state == RunState.FAILED and not User.objects.filter(source="sis").exists()
    said = text_of(page(admin, run))
    assert "people.csv:4:" in said and "Failed: nothing was changed" in said
    assert "The last run failed." in text_of(admin.get("/riverside/admin/"))


def test_only_one_at_a_time(source, admin):
    file = {"file": SimpleUploadedFile("people.csv", b"User name,Name\n")}
    admin.post(f"{AT}/source/{source.pk}/start/", {"_run": "1"} | file)
    file["file"].seek(0)
    again = admin.post(f"{AT}/source/{source.pk}/start/", {"_run": "1"} | file, follow=True)
    assert "A run of this source goes on already." in text_of(again)
    assert Run.objects.count() == 1


def test_one_that_is_off_does_not_run(source, admin):
    Source.objects.update(enabled=False)
    file = SimpleUploadedFile("people.csv", b"User name,Name\n")
    where = f"{AT}/source/{source.pk}/start/"
    assert "switched off" in text_of(admin.post(where, {"_run": "1", "file": file}, follow=True))


def test_deleted_it_leaves_its_people(source, admin, sign_in):
    upload(admin, source, ROWS)
    admin.post(f"{AT}/source/{source.pk}/delete/", {"post": "yes"})
    assert not Source.objects.exists() and User.objects.filter(display_name="Pupil 7", source="").exists()
    other = make_source("sis", "csv", name="SIS again")
    make_person("q@riverside.example", "Q")
    # By hand now: another source does not take them over.
    run = upload(admin, other, ROWS[:1])
    assert "belongs to somebody else" in text_of(page(admin, run))
