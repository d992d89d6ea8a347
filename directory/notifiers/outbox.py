"""The demo's way out: messages are kept in a table and shown at /outbox/."""

from collections.abc import Iterable

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from directory.models import OutboxMessage


class EmailBackend(BaseEmailBackend):
    """A backend of Django's mail that keeps instead of sending."""

    def send_messages(self, email_messages: Iterable[EmailMessage]) -> int:
        kept = [
            OutboxMessage(channel="email", to=to, subject=message.subject, body=message.body)
            for message in email_messages
            for to in message.recipients()
        ]
        OutboxMessage.objects.bulk_create(kept)
        return len(kept)


class Outbox:
    """The same for text messages."""

    def send(self, to: str, text: str) -> None:
        OutboxMessage.objects.create(channel="sms", to=to, body=text)
