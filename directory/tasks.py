"""Work for later. A job carries ids and never a secret; it enters its tenant's scope first."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from directory import notices
from directory.models import User
from tenants import scopes

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


def notify(person: User, notice: str) -> None:
    """Queue a notice; part of the transaction it is called in, so that it goes out only if that stands."""
    send_notice(person=person.pk, notice=notice)
