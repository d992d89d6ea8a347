"""Text messages: whether one may go out, and through which of the gateways."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.models import Gateway, Message, TextSettings
from directory.notifiers import Notifier, Undeliverable
from directory.notifiers.http import Http
from directory.notifiers.outbox import Outbox
from directory.notifiers.smpp import Smpp
from directory.notifiers.twilio import Twilio
from tenants import scopes

GATEWAYS = {Gateway.TWILIO: Twilio, Gateway.HTTP: Http, Gateway.SMPP: Smpp}
TEST = "test"


def send(message: Message, text: str) -> None:
    """Send the text to the message's number, if the tenant's settings let it. Raises like Notifier.send."""
    tenants_own = TextSettings.current()
    notifier = open_notifier(tenants_own)
    if message.name != TEST and not tenants_own.reaches(message.person):
        raise Undeliverable(_("Texts go to staff only."))
    if not tenants_own.goes_to(message.to):
        raise Undeliverable(_("Texts do not go to the country of this number."))
    if not _counts(message, tenants_own.daily_limit):
        raise Undeliverable(_("The limit of texts for this day was reached."))
    notifier.send(message.to, text)


def open_notifier(tenants_own: TextSettings) -> Notifier:
    """The tenant's gateway; the demo's texts never leave the machine."""
    if settings.MYSTAFF_DEMO:
        return Outbox()
    if tenants_own.gateway == Gateway.NONE:
        raise Undeliverable(_("No gateway for texts has been set up."))
    return GATEWAYS[Gateway(tenants_own.gateway)](tenants_own)


def are_sent(person=None) -> bool:
    """Whether texts leave at all; with a person, whether they go to them."""
    return bool(sent_to([person.pk])) if person else _leave(TextSettings.current())


def sent_to(people: Collection[UUID]) -> set[UUID]:
    """Those of these people, by their ids, to whom texts leave."""
    tenants_own = TextSettings.current()
    return tenants_own.reached(people) if people and _leave(tenants_own) else set()


def _leave(tenants_own: TextSettings) -> bool:
    return settings.MYSTAFF_DEMO or tenants_own.gateway != Gateway.NONE


@transaction.atomic
def _counts(message: Message, limit: int) -> bool:
    """Whether it fits into the day's limit; then it takes its place, once however often it is tried.

    One at a time in each tenant: two that count at once would both find the last place free.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"texts {scopes.require()}"])
    if message.counted_on is None:
        today = timezone.localdate()
        if Message.objects.filter(counted_on=today).count() >= limit:
            return False
        message.counted_on = today
        message.save(update_fields=["counted_on"])
    return True
