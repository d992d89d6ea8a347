"""A run in a browser: live, stopped and confirmed, by keyboard, without a script, in every look."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from directory.models import Run, RunChange, RunState, Source
from tenants.models import Session
from tests.browser.conftest import DESK
from tests.browser.steps import go, heading, press
from tests.browser.test_accessibility import OF_THE_ADMIN, in_every_look
from tests.browser.test_keyboard import press as press_by_keyboard
from tests.browser.test_layout import too_wide, unclear_names
from tests.conftest import make_person
from tests.directory.sources import make_directory, make_run, make_source

ADMIN = "/riverside/admin/directory/source/"
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


@pytest.fixture
def source(stage) -> Source:
    for number in range(12):
        make_person(f"p{number}@riverside.example", f"Pupil {number}", source="sis", source_id=str(number))
    return make_source("sis", "oneroster-rest", name="Student information system", rhythm="daily")


def going(source: Source, state: str = RunState.READING, **fields) -> Run:
    return make_run(source, state, sign_of_life=timezone.now(), **fields)


def braked(source: Source) -> Run:
    counts = {
        "people added": 1030,
        "user names held back": 2,
        "people disabled": 4,
        "memberships removed": 12,
    }
    run = make_run(source, RunState.BRAKED, counts=counts, warnings=["users.csv:17: “x” is no domain."])
    names = {"people added": [f"Pupil {n}" for n in range(40)], "people disabled": ["Sam Reed", LONG]}
    for position, (kind, said) in enumerate(names.items()):
        RunChange.objects.create(run=run, position=position, kind=kind, names=said)
    return run


def page_of(run: Run) -> str:
    return f"{ADMIN}runs/{run.pk}/"


def update(run: Run, **values) -> None:
    Run.objects.filter(pk=run.pk).update(**values)


def state(page: Page, words: str) -> None:
    expect(page.get_by_role("status")).to_have_text(words)


def test_a_run_is_followed_to_its_end(visit, stage, source):
    run = going(source)
    page = visit(stage.admin, DESK)
    page.goto(page_of(run))
    state(page, "Reading what the source says")
    bar = page.get_by_role("progressbar", name="Progress")
    expect(bar).not_to_have_attribute("value", "0")
    update(run, state=RunState.WRITING, done=4210, total=12000, counts={"people added": 7})
    state(page, "Writing")
    expect(page.get_by_text("4,210 of 12,000")).to_be_visible()
    assert bar.evaluate("bar => [bar.value, bar.max]") == [4210, 12000]
    RunChange.objects.create(run=run, position=0, kind="people added", names=["Ann Ott"])
    update(run, state=RunState.DONE, ended_at=timezone.now())
    state(page, "Done")
    expect(page.get_by_text("Ann Ott")).to_be_visible()
    # It asks no more.
    expect(page.locator("[hx-trigger]")).to_have_count(0)
    expect(page.get_by_role("progressbar")).to_have_count(0)


def test_whoever_stands_elsewhere_on_the_page_stays_there(visit, stage, source):
    run = going(source)
    page = visit(stage.admin, DESK)
    page.goto(page_of(run))
    link = page.get_by_role("link", name="Student information system")
    link.focus()
    update(run, done=9, total=10)
    expect(page.get_by_text("9 of 10")).to_be_visible()
    expect(link).to_be_focused()


def test_a_session_that_ends_meanwhile_leads_to_the_sign_in(visit, stage, source):
    run = going(source)
    page = visit(stage.admin)
    page.goto(page_of(run))
    state(page, "Reading what the source says")
    Session.objects.filter(owner=stage.admin.pk).update(expires_at=timezone.now() - timedelta(days=1))
    heading(page, "Sign in")


def test_without_a_script_a_link_loads_it_again(visit, stage, source):
    run = going(source)
    page = visit(stage.admin, java_script_enabled=False)
    page.goto(page_of(run))
    state(page, "Reading what the source says")
    update(run, state=RunState.DONE, ended_at=timezone.now())
    press(page, "Load this page again")
    state(page, "Done")


def test_a_source_is_added_and_run_without_a_script(visit, stage):
    page = visit(stage.admin, java_script_enabled=False)
    page.goto(f"{ADMIN}add/")
    go(page, "CSV files")
    page.get_by_label("Name:", exact=True).fill("Staff list")
    page.get_by_label("Short name:").fill("staff")
    go(page, "Save")
    expect(page.get_by_text("Staff list is added. Try a dry run first.")).to_be_visible()
    go(page, "Dry run")
    expect(page.get_by_text("This field is required.")).to_be_visible()
    file = {"name": "people.csv", "mimeType": "text/csv", "buffer": b"User name,Name\n"}
    page.get_by_label("File:").set_input_files(file)
    go(page, "Dry run")
    state(page, "Waiting for its turn")
    run = Run.objects.get()
    assert run.is_dry and bytes(run.content) == file["buffer"]


def test_a_stopped_run_is_confirmed_by_keyboard(visit, stage, source):
    run = braked(source)
    page = visit(stage.admin, DESK)
    page.goto(page_of(run))
    expect(page.get_by_text("This would disable 4 of 12 people.")).to_be_visible()
    press_by_keyboard(page, "Confirm and run")
    state(page, "Waiting for its turn")
    confirmed = Run.objects.get(confirms=run)
    assert (confirmed.asked_by, confirmed.changes_held) == (stage.admin, False)


def test_names_held_back_are_changed_by_keyboard(visit, stage, source):
    run = braked(source)
    page = visit(stage.admin, DESK)
    page.goto(page_of(run))
    page.get_by_label("Also change the user names held back (2)").focus()
    page.keyboard.press("Space")
    press_by_keyboard(page, "Confirm and run")
    state(page, "Waiting for its turn")
    assert Run.objects.get(confirms=run).changes_held


def pages(page: Page, source: Source):
    """Every page of sources and directories, by its name."""
    directory = make_directory(name=LONG[:60])
    directory.save()
    problems = [f"users.csv:9: {LONG} is too long."]
    failed = make_run(source, RunState.FAILED, problems=problems, ago=timedelta(days=1))
    paths = {
        "kinds": f"{ADMIN}add/",
        "a roster": f"{ADMIN}add/?kind=oneroster-csv",
        "a directory's": f"{ADMIN}add/?kind=ldap",
        "columns": f"{ADMIN}add/?kind=csv",
        "kinds of directories": "/riverside/admin/directory/connecteddirectory/add/",
        "google": "/riverside/admin/directory/connecteddirectory/add/?kind=google",
        "a connected directory": f"/riverside/admin/directory/connecteddirectory/{directory.pk}/change/",
        "failed": page_of(failed),
        "going on": page_of(going(source, done=3, total=10, ago=timedelta(hours=2))),
        "stopped": page_of(braked(source)),
        "front page": "/riverside/admin/",
        "the source": f"{ADMIN}{source.pk}/change/",
        "runs": f"{ADMIN}{source.pk}/runs/",
        "start": f"{ADMIN}{source.pk}/start/",
        "delete": f"{ADMIN}{source.pk}/delete/",
    }
    for name, path in paths.items():
        page.goto(path)
        yield name, page


def test_the_pages_fit_and_names_are_clear(visit, stage, source):
    found = []
    for name, page in pages(visit(stage.admin), source):
        unclear = [] if name == "front page" else unclear_names(page)  # of the stock admin's lists
        found += [f"{name}: {problem}" for problem in too_wide(page) + unclear]
    assert not found, "\n".join(found)


def test_axe_finds_no_more_than_on_the_stock_admin(visit, stage, source):
    found = [one for name, page in pages(visit(stage.admin), source) for one in in_every_look(name, page)]
    ours = [one for one in found if one.partition("): ")[2].partition(": ")[0] not in OF_THE_ADMIN]
    assert not ours, "\n".join(ours)
