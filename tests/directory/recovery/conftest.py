"""Somebody on the way back into an account, step by step."""

import re

import pytest
from django.core import mail

from directory.models import EmailMethod, OutboxMessage, PhoneMethod, Recovery, User, Way
from directory.recovery import flow
from tests import jobs

HOME, MOBILE = "sam.home@example.org", "+14255550100"
OWN = "Velvet-Harbor-82"


class Visitor:
    """A browser of somebody who says that they are this person."""

    def __init__(self, user_name: str) -> None:
        self.recovery, self.token = flow.start(user_name)

    def ask(self, way: str = Way.EMAIL, destination: str = HOME) -> list[str]:
        """Have a code sent; the codes that arrived, wherever."""
        texts, mails = OutboxMessage.objects.count(), len(mail.outbox)
        flow.ask_for_code(self.current, way, destination)
        jobs.run()
        return codes_sent(texts, mails)

    def prove(self, way: str = Way.EMAIL, destination: str = HOME) -> bool:
        return flow.prove(self.current, self.ask(way, destination)[-1])

    @property
    def current(self) -> Recovery:
        return Recovery.objects.get(pk=self.recovery.pk)

    @property
    def step(self) -> str:
        return flow.step(self.current)


def codes_sent(texts: int = 0, mails: int = 0) -> list[str]:
    """The codes that arrived after so many texts and mails, oldest first."""
    new = OutboxMessage.objects.order_by("pk").values_list("body", flat=True)[texts:]
    bodies = [*new, *(message.body for message in mail.outbox[mails:])]
    return [found for body in bodies for found in re.findall(r"(?<!\d)\d{6}(?!\d)", body)]


def give(person: User, *, email: str = "", mobile: str = "", by: User | None = None) -> None:
    """Put an address or a number on file, as set by somebody."""
    setter = by and by.pk
    if email:
        EmailMethod.objects.update_or_create(user=person, defaults={"address": email, "set_by": setter})
    if mobile:
        PhoneMethod.objects.update_or_create(user=person, defaults={"number": mobile, "set_by": setter})


@pytest.fixture
def sam(district) -> Visitor:
    """Sam, staff at Lincoln, with an alternate address and a mobile phone."""
    return Visitor(district.sam.user_principal_name)
