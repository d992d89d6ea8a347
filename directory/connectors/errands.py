"""A deed on one person at a service outside: one limit for all it asks, and sentences for the answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from logging import getLogger
from time import monotonic
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from directory.connectors import CONNECTED, Refused, Unreachable
from directory.connectors.plainly import ask_it
from directory.connectors.rest import NoAnswer, Reply, Service
from directory.connectors.slots import slot
from directory.models import ConnectedDirectory, Source, User

DONE = {200, 201, 204}  # and not 202, which promises only
REFUSALS = {400, 409, 412, 422}  # the request was understood and what it wants is not taken

logger = getLogger(__name__)


def key_at(directory: ConnectedDirectory, person: User) -> str:
    """The directory's own id of a person who comes from it, or ''; it may be read over another connection."""
    its_own = Q(directory=directory) | Q(authority=directory)
    came = Source.objects.filter(its_own, key=person.source, kind=directory.kind)
    return person.source_id if person.source and came.exists() else ""


def is_name_of(found: str, person: User) -> bool:
    """Whether a user name there is this person's: A is a, but no other letter is taken for one of these."""
    return (found.lower() if found.isascii() else found) == person.user_principal_name


@contextmanager
def errand_of(service: Service, person: User) -> Iterator[Errand]:
    """An errand, while it has one of the tenant's slots. Raises Unreachable if all are taken."""
    errand = Errand(service, person)
    with slot(service.directory.name):
        yield errand


class Errand:
    """Asks about one person, and does something for them; every failure is a sentence of ours."""

    def __init__(self, service: Service, person: User) -> None:
        self.service, self.person = service, person
        self.end = monotonic() + CONNECTED

    def read(self, url: str) -> dict[str, Any]:
        """What there is. Raises Refused or Unreachable; then nothing was changed."""
        reply = self.service.ask("GET", url, end=self.end)
        if reply.status == 200 and reply.data is not None:
            return reply.data
        raise self._refusal(reply) or self.service.nonsense(reply)

    def text(self, data: Mapping[str, Any], name: str) -> str:
        """A text that must be there."""
        if isinstance(value := data.get(name), str) and value:
            return value
        raise self.service.nonsense(Reply(200))

    def rows(self, data: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
        """A list of objects that must be there."""
        value = data.get(name)
        if isinstance(value, list) and all(isinstance(row, dict) for row in value):
            return value
        raise self.service.nonsense(Reply(200))

    def write(
        self, method: str, url: str, body: Mapping[str, Any] | None = None, *, refused: str
    ) -> dict[str, Any]:
        """Change something; `refused` is the sentence where it is not taken.

        Raises Refused, or Unreachable, which says where it may have been done all the same.
        """
        try:
            reply = self.service.ask(method, url, body, end=self.end)
        except NoAnswer as error:
            if not error.was_sent:
                raise Unreachable(str(error), error.plain) from None
            raise Unreachable(f"{error} {self._unknown()}", self._unknown()) from None
        if reply.status in DONE and reply.data is not None:
            return reply.data
        if reply.status in REFUSALS:
            raise Refused(self.say(refused))
        raise self._refusal(reply) or self._fault(reply)

    def end_sessions(self, url: str) -> dict[str, str]:
        """Sign the person out everywhere; what the trail says where that was not done.

        Their password is new by now, and with it most sessions end by themselves: nothing that fails here may
        keep the password from whoever has to tell it.
        """
        try:
            reply = self.service.ask("POST", url, end=self.end)
            failed = "" if reply.status in (200, 204) else f"status {reply.status}"
        except (Refused, Unreachable):
            failed = "no answer"
        if not failed:
            return {}
        about = (self.service.directory.key, self.person.pk, failed)
        logger.warning("Sessions in the connected directory %s of person %s did not end: %s", *about)
        return {"Sessions": f"Not ended in {self.service.name} ({failed})"}

    def refused(self, sentence: str) -> Refused:
        """For what only an administrator over there can mend."""
        said = self.say(sentence)
        return Refused(said, ask_it(said))

    def say(self, sentence: str, **values: str) -> str:
        return self.service.fill(sentence, name=self.person.first_name, **values)

    def _refusal(self, reply: Reply) -> Refused | Unreachable | None:
        if self.service.is_busy(reply):
            return self.service.nonsense(reply)
        if reply.status == 401:
            return self.service.not_let_in()
        if reply.status == 403:
            return self.refused(_("%(service)s does not let MyStaff do this for %(name)s."))
        if reply.status == 404:
            return self.refused(_("%(name)s is not in %(service)s."))
        return None

    def _fault(self, reply: Reply) -> Unreachable:
        return Unreachable(f"{self.service.not_understood(reply)} {self._unknown()}", self._unknown())

    def _unknown(self) -> str:
        return self.say(_("Whether it was done for %(name)s is not known: please do it again later."))
