"""Services that answer page by page: each is asked for the next one, and what breaks says where it broke."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

from django.utils.translation import gettext as _

from directory.connectors import AuthorityError
from directory.connectors.rest import Reply, Service
from directory.models import ConnectedDirectory, Source
from directory.sync.findings import Finding, RosterError
from tenants import scopes
from tenants.models import EmailDomain

PATIENCE = 120  # seconds for one page, with all the waiting while the service is busy
LARGEST = 16 * 1024 * 1024  # bytes of a page
LONGEST_KEY = 256
MOST = 20_000  # pages of one resource

# Which page comes after this one, or None.
Next = Callable[[dict[str, Any]], str | None]


class Lost(Exception):
    """The service no longer knows how far we had read."""


def directory_of(source: Source) -> ConnectedDirectory:
    """What the source reads. Raises RosterError where nothing is connected."""
    row = source.directory
    if row is None or not row.enabled or row.kind != source.kind:
        raise broken(source.key, _("No connected directory of this kind is chosen, or it is not enabled."))
    return row


def own_domains() -> frozenset[str]:
    """The domains of the tenant in whose scope we are."""
    return frozenset(EmailDomain.objects.filter(tenant=scopes.require()).values_list("domain", flat=True))


def broken(resource: str, message: str) -> RosterError:
    return RosterError([Finding(resource, 0, message)])


class Pages:
    """The pages of one resource, one after the other; of them no two are in memory."""

    def __init__(self, service: Service, resource: str, url: str, after: Next) -> None:
        self.service, self.resource, self.url, self.after = service, resource, url, after
        self.number = 0

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Raises RosterError, which names resource and page, or Lost."""
        url, seen = self.url, set()
        while url:
            self.own(url)
            self.number += 1
            if url in seen or self.number > MOST:
                raise self.broken(_("It does not come to an end."))
            seen.add(url)
            data = self._page(url)
            yield data
            url = self.after(data)
            if not isinstance(url, str | None):
                raise self.broken(self.service.not_understood(Reply(200)))

    def rows(self, data: dict[str, Any], name: str) -> list[dict[str, Any]]:
        """The things of a page, each of which has an id; where there are none, the list may be missing."""
        rows = data.get(name, [])
        if isinstance(rows, list) and all(isinstance(row, dict) for row in rows):
            return rows
        raise self.broken(self.service.not_understood(Reply(200)))

    def text(self, row: dict[str, Any], name: str) -> str:
        """A text that must be there."""
        if isinstance(value := row.get(name), str) and value:
            return value
        raise self.broken(self.service.not_understood(Reply(200)))

    def key(self, row: dict[str, Any], name: str) -> str:
        """An id."""
        value = self.text(row, name)
        if value.isprintable() and len(value) <= LONGEST_KEY:
            return value
        raise self.broken(self.service.not_understood(Reply(200)))

    def own(self, url: str) -> str:
        """A link, if it leads to the service itself: our token goes along with it."""
        if url.startswith(f"{self.service.address}/"):
            return url
        raise self.broken(_("It leads to another server."))

    def broken(self, why: str) -> RosterError:
        said = _("Page %(number)d could not be read, and nothing has been changed. %(why)s")
        return broken(self.resource, said % {"number": self.number, "why": why})

    def _page(self, url: str) -> dict[str, Any]:
        try:
            reply = self.service.ask("GET", url, end=monotonic() + PATIENCE, largest=LARGEST)
        except AuthorityError as error:
            raise self.broken(str(error)) from None
        if reply.status == 200 and reply.data is not None:
            return reply.data
        if reply.status in (400, 404, 410):
            raise Lost(self.broken(self.service.not_understood(reply)))
        raise self.broken(self._why(reply))

    def _why(self, reply: Reply) -> str:
        if reply.status == 401:
            return self.service.not_signed_in()
        if reply.status == 403 and not self.service.is_busy(reply):
            return self.service.fill(_("%(service)s does not let MyStaff read this."))
        return self.service.not_understood(reply)


def written(row: dict[str, Any], name: str) -> str:
    """A text that may be missing."""
    value = row.get(name)
    return value.strip() if isinstance(value, str) else ""
