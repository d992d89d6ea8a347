"""Doors to people: e-mail and text messages. A message leaves whole, or one of two errors says why not."""

from typing import Protocol


class Undeliverable(Exception):
    """It cannot be delivered, now or later; the text is a sentence for admins and holds nothing secret."""


class Deferred(Exception):
    """It was not taken this time, and trying later can help; the text is a sentence like the other's."""


class Notifier(Protocol):
    """What every way out for text messages can do. Raises Undeliverable or Deferred."""

    def send(self, to: str, text: str) -> None: ...
