"""A gateway that speaks HTTP: any local provider's, described by address, headers and body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from directory import outgoing
from directory.notifiers import Deferred, Undeliverable, filling

if TYPE_CHECKING:
    from directory.models import TextSettings

# Of the answers in the four hundreds those that another try can change (RFC 9110, 15.5; RFC 6585, 4).
PASSING = {408, 425, 429}


class Http:
    """Asks as the tenant's settings say."""

    def __init__(self, settings: TextSettings) -> None:
        self.settings = settings

    def send(self, to: str, text: str) -> None:
        """Success is a status in the two hundreds and, where one is set, the expected text in the answer."""
        given = filling.values(self.settings, to, text)
        answer = ask(
            self.settings.method,
            filling.url(self.settings, given),
            filling.headers(self.settings, given),
            filling.body(self.settings, given),
        )
        if self.settings.expected not in answer.text:
            raise Undeliverable(_("The gateway’s answer does not hold the expected text."))


def ask(method: str, url: str, headers: dict[str, str], body: str) -> outgoing.Answer:
    """The answer in the two hundreds. Raises Undeliverable or Deferred: they tell its status at most."""
    try:
        answer = outgoing.request(method, url, headers=headers, body=body.encode())
    except outgoing.Forbidden as error:
        raise Undeliverable(str(error)) from None
    except outgoing.Unreachable as error:
        raise Deferred(str(error)) from None
    if 200 <= answer.status < 300:
        return answer
    sentence = _("The gateway refused it (%s).") % answer.status
    lasting = 300 <= answer.status < 500 and answer.status not in PASSING
    raise Undeliverable(sentence) if lasting else Deferred(sentence)
