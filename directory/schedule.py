"""What the worker does by the clock, tenant by tenant: what is over is deleted, what is due is begun."""

import logging
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import wraps

from allauth.idp.oidc.models import Token
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate import JobContext, builtin_tasks
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status
from procrastinate.manager import JobManager

from directory import dynamic_units, lockout, signing_keys
from directory.actions import runs
from directory.models import (
    AccessPass,
    FederationTicket,
    Message,
    PhoneSignIn,
    Proof,
    Recovery,
    State,
    Upload,
)
from directory.models.uploads import UPLOAD_LIVES
from directory.recovery import throttle
from directory.sync import old_runs
from directory.tasks import LONGEST, RETRY, SILENCE
from tenants import limits
from tenants.models import Tenant
from tenants.sessions import SessionStore

KEPT = timedelta(days=90)  # that the row of a message stays
GIVEN_UP = timedelta(days=2)  # after which no job is left that would try a message again

logger = logging.getLogger(__name__)


def in_each_tenant(work: Callable[[], None]) -> Callable[[int], None]:
    """Make the clock's work of what is done in one tenant: where it fails, it fails for that one alone."""

    @wraps(work)
    def everywhere(timestamp: int) -> None:
        for tenant in Tenant.objects.all():
            try:
                with tenant.scope():
                    work()
            except Exception as error:
                _log(work.__name__, tenant, error)
                if not connection.in_atomic_block:
                    connection.close_if_unusable_or_obsolete()  # a lost one would fail the others too

    return everywhere


def _log(work: str, tenant: Tenant, error: Exception) -> None:
    """What and where it was; never its text, which may hold what was sent or stored."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    about = (work, tenant.slug, type(error).__name__, where.filename, where.lineno)
    logger.error("%s failed in the tenant %s: %s at %s:%s", *about)


@app.periodic(cron="*/5 * * * *")
@app.task(name="directory.start_due_sources", queueing_lock="start_due_sources")
@in_each_tenant
def start_due_sources() -> None:
    """Every five minutes: sources whose hour has come are run, tenant by tenant."""
    runs.start_due()


@app.periodic(cron="52 2 * * *")
@app.task(name="directory.put_all_units_right", queueing_lock="put_all_units_right")
@in_each_tenant
def put_all_units_right() -> None:
    """Every night: should anything have changed people past the deeds, locations follow their rules."""
    dynamic_units.put_right()


@app.periodic(cron="37 * * * *")
@app.task(name="directory.clear_recoveries", queueing_lock="clear_recoveries")
@in_each_tenant
def clear_recoveries() -> None:
    """Every hour: ways back into accounts and to providers that are over, and old counts, are deleted."""
    throttle.clear_old()
    lockout.clear_old()
    Proof.objects.filter(ends_at__lt=timezone.now()).delete()
    limits.forget()
    AccessPass.objects.filter(ends_at__lt=timezone.now()).delete()
    FederationTicket.clear_old()
    for model in (Recovery, PhoneSignIn):
        model.objects.filter(ends_at__lt=timezone.now() - LONGEST).delete()  # jobs may still read it


@app.periodic(cron="42 * * * *")
@app.task(name="directory.clear_uploads", queueing_lock="clear_uploads")
@in_each_tenant
def clear_uploads() -> None:
    """Every hour: files that nobody confirmed within one are deleted, those of sources' runs within a day."""
    Upload.objects.filter(at__lt=timezone.now() - UPLOAD_LIVES).delete()
    runs.forget_files()


@app.periodic(cron="17 3 * * *")
@app.task(name="directory.clear_expired_sessions", queueing_lock="clear_expired_sessions")
@in_each_tenant
def clear_expired_sessions() -> None:
    """Every night: sessions that are over are deleted, tenant by tenant."""
    SessionStore.clear_expired()


@app.periodic(cron="47 * * * *")
@app.task(name="directory.clear_tokens", queueing_lock="clear_tokens")
@in_each_tenant
def clear_tokens() -> None:
    """Every hour: applications' codes and tokens that are over are deleted, and keys that have retired."""
    Token.objects.expired().delete()
    signing_keys.forget_retired()


@app.periodic(cron="22 3 * * *")
@app.task(name="directory.clear_old_messages", queueing_lock="clear_old_messages")
@in_each_tenant
def clear_old_messages() -> None:
    """Every night: rows of messages are deleted after 90 days; what no job takes up any more has failed.

    So long are the names of what a source's runs changed kept too.
    """
    now = timezone.now()
    Message.objects.filter(at__lt=now - KEPT).delete()
    old_runs.forget_names(before=now - KEPT)
    for message in Message.objects.filter(state=State.WAITING, at__lt=now - GIVEN_UP):
        message.settle(State.FAILED, message.reason or _("No worker took it up."))


@app.periodic(cron="27 3 * * *")
@app.task(name="directory.remove_old_jobs", queueing_lock="remove_old_jobs", pass_context=True)
async def remove_old_jobs(context: JobContext, timestamp: int) -> None:
    """Every night: jobs that were done or given up three days ago leave the queue."""
    await builtin_tasks.remove_old_jobs(
        context, max_hours=72, remove_failed=True, remove_cancelled=True, remove_aborted=True
    )


@app.periodic(cron="* * * * *")
@app.task(name="directory.retry_stalled_jobs", queueing_lock="retry_stalled_jobs", pass_context=True)
async def retry_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """Every minute: jobs whose worker has died, or could not say how they ended, go back into the queue.

    So a job is done at least once: one that was done, but not yet marked as done, is done again.
    """
    manager = context.app.job_manager
    dead = await manager.get_stalled_jobs(seconds_since_heartbeat=SILENCE)
    stalled = {job.id: job.attempts for job in dead}
    async for job in _endless():
        stalled[job.pk] = job.attempts
    for pk, attempts in stalled.items():
        # Another worker was faster, or the same job waits in the queue already.
        with suppress(ConnectorException):
            await _put_back(manager, pk, attempts)


def _endless() -> QuerySet:
    begun = timezone.now() - LONGEST
    return ProcrastinateJob.objects.filter(status=Status.DOING.value).exclude(
        procrastinateevent__at__gt=begun
    )


async def _put_back(manager: JobManager, job: int, attempts: int) -> None:
    """As often as a job that fails: it may be this very job that its workers die of."""
    if attempts < RETRY.max_attempts:
        await manager.retry_job_by_id_async(job, timezone.now())
    else:
        await manager.finish_job_by_id_async(job, Status.FAILED, delete_job=False)
