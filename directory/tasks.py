"""Work for later. A job carries ids and never a secret; it enters its tenant's scope first."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from functools import partial, wraps
from secrets import SystemRandom
from uuid import UUID

from procrastinate.contrib.django import app

from directory import administrators, dynamic_units, notices, turns
from directory.models import (
    Message,
    PhoneSignIn,
    Proof,
    Recovery,
    Run,
    SignInLock,
    User,
)
from directory.recovery import delivery, steps
from directory.security_info import delivery as codes_to_new
from directory.sync import runs
from tenants import scopes

RETRY = turns.Retry(max_attempts=notices.TRIES, exponential_wait=4)
LASTING = ("directory.run_source",)  # may take an hour, and leave slots to the others
SENDING: set[str] = set()  # names of tasks that may wait for a server, which the tenants share fairly
SILENCE = 60  # seconds without a sign of life until a worker counts as dead; it gives one every ten
LONGEST = timedelta(minutes=15)  # that a job may take
CHANCE = SystemRandom()
URGENT = 10  # before everything else that waits: a code lives five minutes
MOST_TOLD = 100  # Global Administrators, when an administrator was reset: as many as Microsoft Entra tells


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
    # File and secret are decrypted only where they are read: a lost key is a run that says so.
    rows = Run.objects.defer("content", "source__secret").select_related("source")
    if found := rows.filter(pk=run).first():
        runs.execute(found)


@tenant_task
def keep_units_current(*, person: str) -> None:
    """Let locations with rules follow what has changed about somebody."""
    dynamic_units.keep_one_current(UUID(person))


@tenant_task
def put_units_right() -> None:
    """Compare everybody with the rules of all locations."""
    dynamic_units.put_right()


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
