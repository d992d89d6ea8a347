"""Work for later. A job carries ids and never a secret; it enters its tenant's scope first."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from procrastinate import JobContext, RetryStrategy, builtin_tasks
from procrastinate.contrib.django import app

from directory import notices
from directory.models import User
from tenants import scopes
from tenants.models import Tenant
from tenants.sessions import SessionStore

RETRY = RetryStrategy(max_attempts=8, exponential_wait=4)


def tenant_task(function: Callable[..., None]):
    """Make a task that runs inside the tenant that queued it; queued outside every scope it fails."""

    @app.task(name=f"directory.{function.__name__}", retry=RETRY)
    @wraps(function)
    def run(*, tenant: str, **ids: str) -> None:
        with scopes.scope(UUID(tenant)):
            function(**ids)

    @wraps(function)
    def later(**ids: object) -> None:
        run.defer(tenant=str(scopes.require()), **{name: str(value) for name, value in ids.items()})

    later.run = run
    return later


@tenant_task
def send_notice(*, person: str, notice: str) -> None:
    """Tell a person what was done to their account."""
    notices.send(User.objects.get(pk=person), notice)


@app.periodic(cron="17 3 * * *")
@app.task(name="directory.clear_expired_sessions", queueing_lock="clear_expired_sessions")
def clear_expired_sessions(timestamp: int) -> None:
    """Every night: sessions that are over are deleted, tenant by tenant."""
    for tenant in Tenant.objects.all():
        with tenant.scope():
            SessionStore.clear_expired()


@app.periodic(cron="27 3 * * *")
@app.task(name="directory.remove_old_jobs", queueing_lock="remove_old_jobs", pass_context=True)
async def remove_old_jobs(context: JobContext, timestamp: int) -> None:
    """Every night: jobs that were done or given up three days ago leave the queue."""
    await builtin_tasks.remove_old_jobs(
        context, max_hours=72, remove_failed=True, remove_cancelled=True, remove_aborted=True
    )


def notify(person: User, notice: str) -> None:
    """Queue a notice; part of the transaction it is called in, so that it goes out only if that stands."""
    send_notice(person=person.pk, notice=notice)
