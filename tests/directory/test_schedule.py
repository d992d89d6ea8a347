"""What the clock starts: one tenant's trouble is its own."""

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from directory import schedule, tasks
from directory.models import RunState, Source
from directory.sync import attention
from tenants import scopes
from tenants.models import Tenant
from tests.directory.sources import make_run, make_source

SECRET = "a-secret-of-the-source"
REST = {"kind": "oneroster-rest", "address": "https://sis.example", "client_id": "mystaff", "secret": SECRET}


@pytest.fixture
def sources(lake, district):
    """One in each tenant; that of Lakeshore, which comes first, is due at an hour that there is not."""
    with lake.tenant.scope():
        make_source("sis", rhythm="daily", hour=99, **REST)
        make_run(Source.objects.get())
    return make_source("sis", rhythm="hourly", **REST)


def test_a_tenant_that_fails_keeps_no_other_from_its_sources(lake, sources, caplog):
    assert lake.tenant.name < "Riverside"
    with scopes.scope(None):
        schedule.start_due_sources(0)
    assert sources.runs.count() == 1
    with lake.tenant.scope():
        assert Source.objects.get().runs.count() == 1
    [said] = [record.getMessage() for record in caplog.records if record.name == "directory.schedule"]
    assert "lakeshore" in said and "start_due_sources" in said and "ValueError" in said
    assert SECRET not in caplog.text


def test_a_source_whose_key_is_lost_says_so_and_keeps_no_other(sources):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE directory_source SET secret = '1.00000000.' || secret")
    directory = make_source("other", rhythm="hourly", **REST)
    schedule.start_due_sources(0)
    assert sources.runs.count() == directory.runs.count() == 1
    run = sources.runs.get()
    tasks.run_source.run(tenant=str(run.tenant_id), run=str(run.pk))
    run.refresh_from_db()
    assert (run.state, run.problems) == (
        RunState.FAILED,
        ["The secret of the source cannot be read any more. Type it again."],
    )
    assert "The last run failed." in [notice.sentence for notice in attention.notices()]


JOBS = [
    schedule.start_due_sources,
    schedule.put_all_units_right,
    schedule.clear_recoveries,
    schedule.clear_uploads,
    schedule.clear_expired_sessions,
    schedule.clear_tokens,
    schedule.clear_old_messages,
]


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_every_job_serves_the_others_and_logs_no_text_of_an_error(lake, district, job, monkeypatch, caplog):
    entered, enter = [], Tenant.scope

    def scope(tenant):
        entered.append(tenant.slug)
        if tenant.slug == "lakeshore":
            raise ZeroDivisionError(f"a library says {SECRET}")
        return enter(tenant)

    monkeypatch.setattr(Tenant, "scope", scope)
    job(timestamp=0)
    assert entered == ["lakeshore", "operators", "riverside"]
    assert "lakeshore" in caplog.text and "ZeroDivisionError" in caplog.text
    assert SECRET not in caplog.text


def test_no_job_of_the_clock_is_missing_here():
    app.perform_import_paths()
    of_the_queue = {"directory.remove_old_jobs", "directory.retry_stalled_jobs"}
    found = {periodic.task.name for periodic in app.periodic_registry.periodic_tasks.values()}
    assert found - of_the_queue == {job.name for job in JOBS}
