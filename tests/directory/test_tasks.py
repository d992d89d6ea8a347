"""Work for later: inside its tenant, with ids only, and only if the transaction stands."""

import pytest
from django.core import mail
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from directory import actions, tasks
from directory.actions import Initiator
from directory.models import OutboxMessage, User
from tenants import scopes
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
    assert ProcrastinateJob.objects.get().status == "succeeded"


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
        tasks.send_notice.run(person=str(district.sam.pk), notice="password_reset")


def test_a_job_runs_in_its_own_tenant_only(district, lake):
    with pytest.raises(User.DoesNotExist):
        tasks.send_notice.run(
            tenant=str(lake.tenant.pk), person=str(district.sam.pk), notice="password_reset"
        )
    assert mail.outbox == []


def test_every_task_enters_a_tenant():
    app.perform_import_paths()
    ours = {name for name in app.tasks if name.startswith("directory.")}
    assert ours == {"directory.send_notice"}
    assert all(task.func.__wrapped__.__name__ in name for name, task in app.tasks.items() if name in ours)


def test_the_demos_mail_is_kept_where_its_tenant_is(district, lake, settings):
    settings.EMAIL_BACKEND = "directory.notifiers.outbox.EmailBackend"
    tasks.send_notice.run(tenant=str(district.tenant.pk), person=str(district.sam.pk), notice="phone_changed")
    assert OutboxMessage.objects.get().to == "sam.home@example.org"
    with lake.tenant.scope():
        assert not OutboxMessage.objects.exists()


def test_a_user_name_needs_a_domain_of_the_tenant(district):
    somebody = make_person("x@riverside.example", "X")
    somebody.user_principal_name = "x@lakeshore.example"
    with pytest.raises(Exception, match="domain of this organization"):
        somebody.full_clean()
