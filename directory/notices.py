"""What people are told about their own account, and the codes that prove who they are.

A message is a row from the moment it is asked for (Message), so that administrators see what became of it.
No row and no job holds the text; no notice holds a password or a code. Sending is the worker's business,
inside the tenant's scope and outside of transactions: a row says how a try ended even if it failed.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from traceback import format_tb
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from directory.models import Channel, EmailMethod, Message, MessageTemplate, State, User
from directory.models.messages import surroundings
from directory.notifiers import Deferred, Undeliverable, mail, texts
from directory.wordings import Finished, finish

__all__ = [
    "Deferred",
    "Undeliverable",
    "Notice",
    "address",
    "address_all",
    "deliver",
    "send",
    "send_to",
    "texts_are_sent",
]

logger = logging.getLogger(__name__)

TRIES = 8
AT_ONCE = 1000  # rows in one statement
texts_are_sent = texts.are_sent


class Notice(NamedTuple):
    """What a person is to be told; without channel and address by e-mail to their alternate address."""

    person: User
    name: str
    channel: str = ""
    to: str = ""


def address(person: User, name: str, channel: str = "", to: str = "") -> Message | None:
    """The row of a message that is to be sent: to this address, or to the person's alternate one.

    Nothing, where there is no address, or no text goes to this person anyway.
    """
    return next(iter(address_all([Notice(person, name, channel, to)])), None)


def address_all(wanted: Iterable[Notice]) -> list[Message]:
    """The rows of many messages, as `address` makes them, in a few statements."""
    wanted = list(wanted)
    alternate = _alternate_addresses({one.person.pk for one in wanted if not one.to})
    texted = texts.sent_to({one.person.pk for one in wanted if one.channel == Channel.SMS})
    rows = []
    for one in wanted:
        to = one.to or alternate.get(one.person.pk, "")
        if to and (one.channel != Channel.SMS or one.person.pk in texted):
            channel = one.channel or Channel.EMAIL
            rows.append(Message(person=one.person, name=one.name, channel=channel, to=to))
    return Message.objects.bulk_create(rows, batch_size=AT_ONCE)


def _alternate_addresses(people: Collection[UUID]) -> dict[UUID, str]:
    found = EmailMethod.objects.filter(user__in=people).values_list("user_id", "address") if people else ()
    return dict(found)


def _alternate_address(person: User) -> str:
    return _alternate_addresses([person.pk]).get(person.pk, "")


def send(person: User, name: str, **values: object) -> None:
    """Mail it to the alternate address; with none on file there is nobody to tell. Raises like send_to."""
    if to := _alternate_address(person):
        send_to(Channel.EMAIL, to, name, person, **values)


def send_to(channel: str, to: str, name: str, person: User, **values: object) -> None:
    """Send the message of this name, such as "code", over "email" or "sms" to this very address.

    Raises Undeliverable where trying again is no use, and Deferred where it can help: for the queue.
    """
    wanted = {"person": person, "name": name, "channel": channel, "to": to}
    # The same job, tried again; of several at once, each has a row of its own.
    message = Message.objects.filter(state=State.WAITING, **wanted).exclude(reason="").first()
    if message and message.take_up(only_put_off=True):
        _try(message, values)
    else:
        deliver(Message.objects.create(**wanted), **values)


def deliver(message: Message, **values: object) -> None:
    """Try once, and write down how it ended; a message that is done with already is left alone."""
    if message.take_up():
        _try(message, values)


def _try(message: Message, values: dict[str, object]) -> None:
    try:
        _hand_over(message, values)
    except Undeliverable as error:
        message.settle(State.FAILED, str(error))
        raise
    except Deferred as error:
        raise _put_off(message, str(error)) from None
    except Exception as error:
        # What others say may hold what was to be sent: the log gets the places, and nobody the words.
        logger.error("A message failed.\n%s", "".join(format_tb(error.__traceback__)))
        reason = _("Something went wrong (%s).") % type(error).__name__
        raise _put_off(message, reason) from None
    message.settle(State.SENT)


def _put_off(message: Message, reason: str) -> Exception:
    """Note why it was not sent this time, or for the last time; gives what the queue is to hear."""
    if message.tries < TRIES:
        message.settle(State.WAITING, reason)
        return Deferred(reason)
    message.settle(State.FAILED, reason)
    return Undeliverable(reason)


def _hand_over(message: Message, values: dict[str, object]) -> None:
    finished = _finished(message, values)
    if message.channel == Channel.EMAIL:
        mail.send(message.to, finished)
    else:
        texts.send(message, finished.text)


def _finished(message: Message, values: dict[str, object]) -> Finished:
    person = message.person
    given = {"name": person.first_name, "user_name": person.user_principal_name} | surroundings() | values
    own = MessageTemplate.objects.filter(name=message.name, channel=message.channel).first()
    return finish(message.name, message.channel, given, own and (own.subject, own.text, own.html))
