"""Twilio: one request for each text. Source: Twilio's "Messages resource"."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from directory.notifiers.http import ask

if TYPE_CHECKING:
    from directory.models import TextSettings


class Twilio:
    """Sends in the name of the tenant's own account."""

    address = "https://api.twilio.com"

    def __init__(self, settings: TextSettings) -> None:
        self.settings = settings

    def send(self, to: str, text: str) -> None:
        """Raises Undeliverable or Deferred."""
        settings = self.settings
        sender = "MessagingServiceSid" if settings.sender.startswith("MG") else "From"
        key = b64encode(f"{settings.account}:{settings.secret}".encode()).decode()
        ask(
            "POST",
            f"{self.address}/2010-04-01/Accounts/{settings.account}/Messages.json",
            {
                "Authorization": f"Basic {key}",
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
            },
            urlencode({"To": to, sender: settings.sender, "Body": text}),
        )
