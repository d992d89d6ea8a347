"""Services over HTTPS that want a token: how Microsoft's and Google's are asked, for deeds and for readings.

One rule for asking again: only what the server says it has not done, and to come again for (429, or 503 with
Retry-After), and only if the wait fits into the time left. What may have been done is never done twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from hashlib import sha256
from threading import Lock
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from directory import outgoing
from directory.connectors import CONNECTED, Refused, Unreachable
from directory.connectors.plainly import later, look_at
from directory.connectors.slots import slot
from directory.models import ConnectedDirectory
from tenants import scopes

RENEWED_BEFORE = 60  # seconds before its end that a token is no longer used
LONGEST_REQUEST = 30  # seconds, for what has more time as a whole
LONGEST_TOKEN = 16 * 1024  # characters

# Tokens of this process, by what they were asked with: they are in no cache that others read.
_tokens: dict[str, tuple[str, float]] = {}
_lock = Lock()


class NoAnswer(Unreachable):
    """It did not answer."""

    def __init__(self, said: str, plain: str, *, was_sent: bool = False) -> None:
        super().__init__(said, plain)
        self.was_sent = was_sent  # and may have been done all the same


@dataclass(frozen=True)
class Reply:
    """What a service answered: a status, and the object of its JSON ({} for 204, None for nonsense)."""

    status: int
    data: dict[str, Any] | None = None
    retry_after: float | None = None  # seconds


class Service:
    """One vendor's service, asked as the app or account that a connected directory names."""

    name = ""  # in sentences for people
    token_address = ""
    line: outgoing.Line | None = None  # for who reads many pages

    def __init__(self, directory: ConnectedDirectory) -> None:
        self.directory = directory

    def token_url(self) -> str:
        return self.token_address

    def grant(self) -> Mapping[str, str]:
        """The form that a token is asked with. Raises Refused where it cannot be made."""
        raise NotImplementedError

    def identity(self) -> tuple[str, ...]:
        """Everything that a token depends on."""
        row = self.directory
        return (self.token_url(), row.account, row.acts_for, row.secret)

    def is_busy(self, reply: Reply) -> bool:
        """Whether it says that nothing was done, and to come again."""
        return reply.status == 429 or (reply.status == 503 and reply.retry_after is not None)

    def ask(
        self,
        method: str,
        url: str,
        body: Mapping[str, Any] | None = None,
        *,
        end: float,
        largest: int = outgoing.LARGEST,
    ) -> Reply:
        """Ask one of the service's own addresses with a token, until `end` (monotonic) at the latest.

        Raises NoAnswer, or Refused or Unreachable where there is no token.
        """
        content = b"" if body is None else json.dumps(body).encode()
        kind = {} if body is None else {"Content-Type": "application/json"}
        for fresh in (False, True):  # a token that is no longer good has done nothing
            token = self._token(end, fresh)
            headers = kind | {"Authorization": f"Bearer {token}", "Accept": "application/json"}
            send = partial(outgoing.request, method, url, headers=headers, body=content, largest=largest)
            if self.line and method == "GET":
                send = partial(self.line.get, url, headers=headers, largest=largest)
            reply = self._until_it_has_time(send, end)
            if reply.status != 401:
                break
        return reply

    def probe(self, url: str) -> None:
        """Whether the account is let in and may read this. Raises Refused or Unreachable; changes nothing."""
        end = monotonic() + CONNECTED
        with slot(self.directory.name):
            self._token(end, fresh=True)
            reply = self.ask("GET", url, end=end)
        if reply.status == 403 and not self.is_busy(reply):
            raise Refused(self.fill(_("%(service)s lets MyStaff in, but not read who is there.")))
        if reply.status != 200 or reply.data is None:
            raise self.nonsense(reply)

    def _until_it_has_time(self, send: Callable[..., outgoing.Answer], end: float) -> Reply:
        wait = 1.0
        while True:
            reply = self._sent(send, end)
            pause = wait if reply.retry_after is None else max(reply.retry_after, 0.1)
            if not self.is_busy(reply) or monotonic() + pause >= end:
                return reply
            sleep(pause)
            wait *= 2

    def _token(self, end: float, fresh: bool) -> str:
        key = sha256(json.dumps([str(scopes.require()), *self.identity()]).encode()).hexdigest()
        with _lock:
            token, until = _tokens.get(key, ("", 0.0))
        if not token or fresh or monotonic() > until:
            token, lasts = self._fetched(end)
            _keep(key, token, monotonic() + lasts - RENEWED_BEFORE)
        return token

    def _fetched(self, end: float) -> tuple[str, float]:
        """A new token, and how many seconds it is good for."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        content = urlencode(self.grant()).encode()
        send = partial(outgoing.request, "POST", self.token_url(), headers=headers, body=content)
        try:
            reply = self._until_it_has_time(send, end)
        except NoAnswer as error:
            # Of what was to be done nothing was sent.
            raise Unreachable(str(error), error.plain) from None
        if reply.status in (400, 401, 403):
            raise self.not_let_in()
        data = (reply.data or {}) if reply.status == 200 else {}
        token, lasts = data.get("access_token"), data.get("expires_in")
        if not _is_token(token):
            raise self.nonsense(reply)
        return token, float(lasts) if isinstance(lasts, int) else 0.0

    def _sent(self, send: Callable[..., outgoing.Answer], end: float) -> Reply:
        try:
            answer = send(seconds=min(max(end - monotonic(), 0.0), LONGEST_REQUEST))
        except outgoing.Forbidden as error:
            raise NoAnswer(str(error), look_at(self.directory.name)) from None
        except outgoing.Unreachable as error:
            raise NoAnswer(str(error), later(self.directory.name), was_sent=error.was_sent) from None
        return Reply(answer.status, _object(answer), _seconds(answer.headers.get("retry-after", "")))

    def not_let_in(self) -> Refused:
        return Refused(self.not_signed_in(), look_at(self.directory.name))

    def nonsense(self, reply: Reply) -> Unreachable:
        """It has too much to do, or answered with something else than what it should."""
        plain = "" if self.is_busy(reply) else later(self.directory.name)
        return Unreachable(self.not_understood(reply), plain)

    def not_signed_in(self) -> str:
        """For whoever looks after it: the secret is no longer good, or never was."""
        said = _("%(service)s does not accept the account or the secret of “%(directory)s”.")
        return self.fill(said) + " " + _("An administrator needs to look at this connected directory.")

    def not_understood(self, reply: Reply) -> str:
        if self.is_busy(reply):
            return self.fill(_("%(service)s is too busy. Please try again in a few minutes."))
        said = _("%(service)s answered with something that MyStaff does not understand (%(status)s).")
        return self.fill(said, status=str(reply.status))

    def fill(self, sentence: str, **values: str) -> str:
        return sentence % ({"service": self.name, "directory": self.directory.name} | values)


def _keep(key: str, token: str, until: float) -> None:
    with _lock:
        for old in [name for name, (_token, ends) in _tokens.items() if ends < monotonic()]:
            del _tokens[old]
        _tokens[key] = (token, until)


def _is_token(token: Any) -> bool:
    """RFC 6749, A.12: visible characters; anything else has no place in a header."""
    fits = isinstance(token, str) and 0 < len(token) <= LONGEST_TOKEN
    return fits and token.isascii() and token.isprintable()


def _object(answer: outgoing.Answer) -> dict[str, Any] | None:
    if answer.is_cut:
        return None
    if answer.status == 204:
        return {}
    try:
        data = json.loads(answer.text)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _seconds(text: str) -> float | None:
    """Of a Retry-After, a number or a date (RFC 9110, 10.2.3); None for neither."""
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max((parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds(), 0.0)
    except (TypeError, ValueError):
        return None
