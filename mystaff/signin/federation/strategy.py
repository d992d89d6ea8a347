"""What social-auth's backends ask of their surroundings."""

from __future__ import annotations

from typing import Any

from social_core.backends.base import BaseAuth
from social_core.storage import BaseStorage, NonceMixin
from social_django.strategy import DjangoStrategy

from directory.federation import Received
from directory.models import FederationTicket


class Tickets(NonceMixin):
    """What may be used once, in the tenant's own table; social-auth's is unique over the whole instance."""

    @classmethod
    def use(cls, server_url: str, timestamp: int, salt: str) -> bool:
        FederationTicket.give(server_url, salt)
        return True

    @classmethod
    def consume(cls, server_url: str, timestamp: int, salt: str) -> bool:
        return FederationTicket.take(server_url, salt)


class Storage(BaseStorage):
    """Nothing but tickets: people and their accounts are the directory's."""

    nonce = Tickets


class Strategy(DjangoStrategy):
    """Ends where the answer is checked: no pipeline, and no call of Django's login."""

    def authenticate(self, backend: BaseAuth, *args: Any, **kwargs: Any) -> Received:
        return backend.received(kwargs["response"])
