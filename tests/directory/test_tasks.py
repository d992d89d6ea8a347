"""Work for later: inside its tenant, with ids only, and only if the transaction stands."""

from datetime import timedelta
from hashlib import sha256

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from directory import actions, notices, schedule, tasks
from directory.door import Initiator
from directory.models import EmailMethod, OutboxMessage, Way
from directory.recovery import flow
from tenants import scopes
from tenants.models import Session
from tests.conftest import make_person

NEW = "Maple-Bridge-93"


def work() -> None:
    """A real worker, until the queue is empty."""
    with app.replace_connector(app.connector.get_worker_connector()) as worker_app:
        worker_app.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_sends_the_notice_of_a_reset(district):
    actions.reset_password(district.sam, NEW, by=Initiator(district.maria))
    work()
    [message] = mail.outbox
    assert message.to == ["sam.home@example.org"]
    assert message.subject == "Your password has been reset"
    assert "sam.reed@riverside.example" in message.body
    assert "Riverside help desk" in message.body
    assert NEW not in message.body
    assert ProcrastinateJob.objects.get(task_name="directory.send_message").status == "succeeded"


@pytest.mark.django_db(transaction=True)
def test_a_code_does_not_wait_for_notices_even_of_another_tenant(district, lake):
    """It lives five minutes: a tenant with a slow gateway and many texts must not use them up."""
    with lake.tenant.scope():
        EmailMethod.objects.create(user=lake.ivy, address="ivy.home@example.org")
        for _n in range(3):
            tasks.notify(lake.ivy, "password_changed")
    recovery, _token = flow.start(district.sam.user_principal_name)
    flow.ask_for_code(recovery, Way.EMAIL, "sam.home@example.org")
    with connection.cursor() as cursor:  # its moment has come
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now()")
    work()
    assert [message.to[0].partition(".")[0] for message in mail.outbox] == ["sam", "ivy", "ivy", "ivy"]


@pytest.mark.django_db(transaction=True)
def test_nobody_is_told_where_nothing_is_on_file(district):
    actions.reset_password(district.nora, NEW, by=Initiator(district.tom))
    work()
    assert mail.outbox == []


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_deed_tells_nobody(district):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        tasks.notify(district.sam, "password_reset")
        raise ZeroDivisionError
    assert not ProcrastinateJob.objects.exists()


def test_outside_every_scope_nothing_is_queued(district):
    with scopes.scope(None), pytest.raises(scopes.NoScope):
        tasks.notify(district.sam, "password_reset")


def test_a_job_without_its_tenant_fails_instead_of_seeing_nobody(district):
    with scopes.scope(None), pytest.raises(TypeError):
        tasks.send_message.run(message=str(district.sam.pk))


def test_a_job_runs_in_its_own_tenant_only(district, lake):
    message = notices.address(district.sam, "password_reset")
    tasks.send_message.run(tenant=str(lake.tenant.pk), message=str(message.pk))
    assert mail.outbox == []
    tasks.send_message.run(tenant=str(district.tenant.pk), message=str(message.pk))
    assert len(mail.outbox) == 1


def test_every_task_enters_a_tenant_or_walks_through_all():
    app.perform_import_paths()
    ours = {name.partition(".")[2] for name in app.tasks if name.startswith("directory.")}
    in_a_tenant = {"send_message", "send_code", "note_wrong_code", "note_lock", "tell_administrators"}
    in_a_tenant |= {"note_sign_in_lock", "send_sign_in_code", "note_phone_lock", "send_proof", "run_source"}
    in_a_tenant |= {"keep_units_current", "put_units_right"}
    through_all = {"clear_expired_sessions", "clear_recoveries", "remove_old_jobs", "retry_stalled_jobs"}
    through_all |= {"start_due_sources", "put_all_units_right"}
    assert ours == in_a_tenant | through_all | {"clear_old_messages", "clear_uploads", "clear_tokens"} | {
        "tell_administrator"
    }


def test_sessions_that_are_over_are_deleted_in_every_tenant(district, lake, sign_in):
    browser = sign_in(district.sam)
    sign_in(district.nora)
    sign_in(lake.ivy)
    yesterday = timezone.now() - timedelta(days=1)
    with lake.tenant.scope():
        Session.objects.update(expires_at=yesterday)
    Session.objects.exclude(pk=sha256(browser.session.session_key.encode()).hexdigest()).update(
        expires_at=yesterday
    )
    with scopes.scope(None):
        schedule.clear_expired_sessions(timestamp=0)
    assert Session.objects.count() == 1
    assert browser.get("/riverside/account/").status_code == 200
    with lake.tenant.scope():
        assert Session.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_jobs_that_are_done_leave_the_queue_after_three_days(district):
    actions.reset_password(district.sam, NEW, by=Initiator(district.maria))
    work()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = at - interval '4 days'")
    EmailMethod.objects.create(user=district.pia, address="pia.home@example.org")
    actions.reset_password(district.pia, NEW, by=Initiator(district.maria))
    schedule.remove_old_jobs.defer(timestamp=0)
    work()
    # What is queued every minute may be there as well.
    left = ProcrastinateJob.objects.exclude(task_name="directory.retry_stalled_jobs")
    assert sorted(left.values_list("task_name", flat=True)) == [
        "directory.remove_old_jobs",
        "directory.send_message",
    ]


def test_the_demos_mail_is_kept_where_its_tenant_is(district, lake, settings):
    settings.EMAIL_BACKEND = "directory.notifiers.outbox.EmailBackend"
    notices.deliver(notices.address(district.sam, "phone_changed"))
    assert OutboxMessage.objects.get().to == "sam.home@example.org"
    with lake.tenant.scope():
        assert not OutboxMessage.objects.exists()


def test_a_user_name_needs_a_domain_of_the_tenant(district):
    somebody = make_person("x@riverside.example", "X")
    somebody.user_principal_name = "x@lakeshore.example"
    with pytest.raises(Exception, match="domain of this organization"):
        somebody.full_clean()
