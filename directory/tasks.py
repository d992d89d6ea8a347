"""Work for later. A job carries ids and never a secret; it enters its tenant's scope first."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from functools import partial, wraps
from secrets import SystemRandom
from uuid import UUID

from allauth.idp.oidc.models import Token
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate import JobContext, builtin_tasks
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status
from procrastinate.manager import JobManager

from directory import administrators, lockout, notices, signing_keys, turns
from directory.models import (
    AccessPass,
    FederationTicket,
    Message,
    PhoneSignIn,
    Proof,
    Recovery,
    Run,
    SignInLock,
    State,
    Upload,
    User,
)
from directory.models.uploads import UPLOAD_LIVES
from directory.recovery import delivery, steps, throttle
from directory.security_info import delivery as codes_to_new
from directory.sync import runs
from tenants import limits, scopes
from tenants.models import Tenant
from tenants.sessions import SessionStore

RETRY = turns.Retry(max_attempts=notices.TRIES, exponential_wait=4)
SENDING: set[str] = set()  # names of tasks that may wait for a server, which the tenants share fairly
SILENCE = 60  # seconds without a sign of life until a worker counts as dead; it gives one every ten
LONGEST = timedelta(minutes=15)  # that a job may take
CHANCE = SystemRandom()
URGENT = 10  # before everything else that waits: a code lives five minutes
MOST_TOLD = 100  # Global Administrators, when an administrator was reset: as many as Microsoft Entra tells
KEPT = timedelta(days=90)  # that the row of a message stays
GIVEN_UP = timedelta(days=2)  # after which no job is left that would try a message again


def tenant_task(
    function: Callable[..., None] | None = None,
    *,
    priority: int = 0,
    between: tuple[float, float] | None = None,
    sends: bool = False,
):
    """Make a task that runs inside the tenant that queued it; queued outside every scope it fails.

    `between` are seconds: it begins at some moment between these, so that the requests which follow the one
    that queued it tell nothing, by the time they take, of how much it has to do. What `sends` waits for
    servers that may hang: of such jobs a tenant has only some in work at once (turns.py).
    """
    if function is None:
        return partial(tenant_task, priority=priority, between=between, sends=sends)
    name = f"directory.{function.__name__}"
    SENDING.update({name} if sends else ())

    @app.task(name=name, retry=RETRY, priority=priority)
    @wraps(function)
    def run(*, tenant: str, **ids: str) -> None:
        # What cannot be delivered is done with: to try again would be no use.
        with scopes.scope(UUID(tenant)), suppress(notices.Undeliverable):
            function(**ids)

    @wraps(function)
    def later(**ids: object) -> None:
        begun = {"schedule_in": {"seconds": CHANCE.uniform(*between)}} if between else {}
        values = {name: str(value) for name, value in ids.items()}
        run.configure(**begun).defer(tenant=str(scopes.require()), **values)

    def later_each(every: Iterable[dict[str, object]]) -> None:
        """A job for each of these, queued in one statement."""
        jobs = [{name: str(value) for name, value in ids.items()} for ids in every]
        if jobs:
            run.batch_defer(*({"tenant": str(scopes.require())} | job for job in jobs))

    later.run, later.each = run, later_each
    return later


@tenant_task(sends=True)
def send_message(*, message: str) -> None:
    """Send a message that waits; it is gone where its person is."""
    if found := Message.objects.filter(pk=message).select_related("person").first():
        notices.deliver(found)


@tenant_task(priority=URGENT, between=(1, 3), sends=True)
def send_code(*, recovery: str) -> None:
    """Find out who is on the way back into an account, and send the code; whoever is over is gone."""
    if under_way := Recovery.objects.filter(pk=recovery).first():
        delivery.send_code(under_way)


@tenant_task(priority=URGENT, sends=True)
def send_proof(*, proof: str) -> None:
    """Send the code to an address or number that somebody is about to prove; whatever is over is gone."""
    if found := Proof.objects.filter(pk=proof).select_related("person").first():
        codes_to_new.send_code(found)


@tenant_task(priority=URGENT, between=(1, 3), sends=True)
def send_sign_in_code(*, row: str) -> None:
    """Find out whose number it is, and send the code to sign in with."""
    if under_way := PhoneSignIn.objects.filter(pk=row).first():
        delivery.send_sign_in_code(under_way)


@tenant_task(between=(10, 60))
def note_phone_lock(*, row: str) -> None:
    """Tell the trail that signing in with a number is locked."""
    if under_way := PhoneSignIn.objects.filter(pk=row).first():
        steps.note_phone_lock(under_way)


@tenant_task(between=(10, 60))
def note_wrong_code(*, recovery: str) -> None:
    """Tell the trail of a wrong code."""
    if under_way := Recovery.objects.filter(pk=recovery).first():
        steps.note_wrong_code(under_way)


@tenant_task(between=(10, 60))
def note_lock(*, recovery: str) -> None:
    """Tell the trail that self-service is locked for a name."""
    if under_way := Recovery.objects.filter(pk=recovery).first():
        steps.note_lock(under_way)


@tenant_task(between=(10, 60))
def note_sign_in_lock(*, lock: str) -> None:
    """Tell the trail that wrong passwords have locked signing in, where the name is somebody's."""
    if found := SignInLock.objects.filter(pk=lock).first():
        steps.note_sign_in_lock(found)


@tenant_task
def tell_administrators(*, person: str) -> None:
    """Tell the Global Administrators, at most a hundred, that an administrator's password was reset."""
    for administrator in sorted(administrators.lasting())[:MOST_TOLD]:
        tell_administrator(administrator=administrator, person=person)


@tenant_task(sends=True)
def tell_administrator(*, administrator: str, person: str) -> None:
    """Tell one of them."""
    found = User.objects.in_bulk([administrator, person])
    told, reset = found.get(UUID(administrator)), found.get(UUID(person))
    if told and reset:
        notices.send(told, "administrator_reset", whom=reset.display_name)


@tenant_task(sends=True)
def run_source(*, run: str) -> None:
    """Do a run of a source; while another one of the tenant goes on, it is put back."""
    if found := Run.objects.filter(pk=run).select_related("source").first():
        runs.execute(found)


@app.periodic(cron="*/5 * * * *")
@app.task(name="directory.start_due_sources", queueing_lock="start_due_sources")
def start_due_sources(timestamp: int) -> None:
    """Every five minutes: sources whose hour has come are run, tenant by tenant."""
    from directory.actions.runs import start_due  # which queues jobs of this file

    for tenant in Tenant.objects.all():
        with tenant.scope():
            start_due()


@app.periodic(cron="37 * * * *")
@app.task(name="directory.clear_recoveries", queueing_lock="clear_recoveries")
def clear_recoveries(timestamp: int) -> None:
    """Every hour: ways back into accounts and to providers that are over, and old counts, are deleted."""
    for tenant in Tenant.objects.all():
        with tenant.scope():
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
def clear_uploads(timestamp: int) -> None:
    """Every hour: files that nobody confirmed within one are deleted, of sources' runs within a day."""
    from directory.actions.runs import forget_files

    for tenant in Tenant.objects.all():
        with tenant.scope():
            Upload.objects.filter(at__lt=timezone.now() - UPLOAD_LIVES).delete()
            forget_files()


@app.periodic(cron="17 3 * * *")
@app.task(name="directory.clear_expired_sessions", queueing_lock="clear_expired_sessions")
def clear_expired_sessions(timestamp: int) -> None:
    """Every night: sessions that are over are deleted, tenant by tenant."""
    for tenant in Tenant.objects.all():
        with tenant.scope():
            SessionStore.clear_expired()


@app.periodic(cron="47 * * * *")
@app.task(name="directory.clear_tokens", queueing_lock="clear_tokens")
def clear_tokens(timestamp: int) -> None:
    """Every hour: applications' codes and tokens that are over are deleted, and keys that have retired."""
    for tenant in Tenant.objects.all():
        with tenant.scope():
            Token.objects.expired().delete()
            signing_keys.forget_retired()


@app.periodic(cron="22 3 * * *")
@app.task(name="directory.clear_old_messages", queueing_lock="clear_old_messages")
def clear_old_messages(timestamp: int) -> None:
    """Every night: rows of messages are deleted after 90 days; what no job takes up any more has failed."""
    now = timezone.now()
    for tenant in Tenant.objects.all():
        with tenant.scope():
            Message.objects.filter(at__lt=now - KEPT).delete()
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


def notify(person: User, notice: str, channel: str = "", to: str = "") -> None:
    """Queue a notice, to the alternate address or to one that is given, such as the one until now.

    Part of the transaction it is called in, so that it goes out only if that stands.
    """
    scopes.require()  # without it nobody has an address, and nobody would be told
    if message := notices.address(person, notice, channel, to):
        send_message(message=message.pk)


def notify_all(wanted: Iterable[notices.Notice]) -> None:
    """Queue many notices in a few statements, as `notify` does one."""
    scopes.require()
    send_message.each({"message": message.pk} for message in notices.address_all(wanted))
