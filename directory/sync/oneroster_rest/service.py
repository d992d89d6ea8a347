"""The way to a OneRoster service: a token by client credentials, and collections page by page.

A reading that breaks off half way is no reading: what is missing would look as if it were gone.
"""

import json
from base64 import b64encode
from collections.abc import Iterator
from time import monotonic, sleep
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory import outgoing
from directory.models import Source
from directory.sync.findings import Findings
from directory.sync.oneroster.tables import MAX_ROWS

PATH = "/ims/oneroster/rostering/v1p2"
# OneRoster 1.2, "Rostering Service REST/JSON Binding", 3.3: reads the core of it, and no demographics.
SCOPE = "https://purl.imsglobal.org/spec/or/v1p2/scope/roster-core.readonly"
TOKEN_PATHS = ("/token", "/oauth2/token", "/oauth/token", "/oauth/access_token", "/ims/oneroster/token")
PAGE = 500  # objects asked for at once; many servers give 100
LARGEST = 16 * 2**20  # bytes of a page
PATIENCE = 60  # seconds for a page
LONGEST = 60 * 60  # seconds for everything
WAITS = (2, 10)  # seconds before another try
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
ADDRESS, TOKEN = gettext_lazy("address of the source"), "token"


class Service:
    """One source's service; what cannot be read is refused by the name of the resource."""

    def __init__(self, source: Source, findings: Findings) -> None:
        self.source, self.findings = source, findings
        self.base, self.token_urls = _addresses(source.address, findings)
        self.token, self.end = "", monotonic() + LONGEST

    def objects(self, resource: str) -> Iterator[Any]:
        """All objects of a collection. Raises RosterError, with the number of the one where it breaks off."""
        seen, said = 0, None
        while said is None or seen < said:
            if seen > MAX_ROWS or monotonic() > self.end:
                self._stop(resource, seen, _("There is more than this program reads, or it took too long."))
            answer = self._page(resource, seen)
            page = self._listed(resource, seen, answer)
            total = _number(answer.headers.get("x-total-count", ""))
            if total is not None and said not in (None, total):
                text = _("The number changed from %(first)d to %(then)d while it was read. Run it again.")
                self._stop(resource, seen, text, first=said, then=total)
            said = total if said is None else said
            if not page:
                break
            yield from page
            seen += len(page)
        if said is not None and seen != said:
            text = _("It breaks off: the service says that there are %(all)d, and gave %(seen)d.")
            self._stop(resource, seen, text, all=said, seen=seen)

    def _listed(self, resource: str, seen: int, answer: outgoing.Answer) -> list[Any]:
        if answer.is_cut:
            self._stop(resource, seen, _("The page is larger than this program reads."))
        try:
            found = json.loads(answer.text)
        except (ValueError, RecursionError):
            found = None
        page = found.get(resource) if isinstance(found, dict) else None
        if not isinstance(page, list):
            self._stop(resource, seen, _("The answer is no page of a OneRoster service."))
        return page

    def _page(self, resource: str, offset: int) -> outgoing.Answer:
        """A page, with a new token if the one that we have is no longer good."""
        query = urlencode({"limit": PAGE, "offset": offset})
        url = f"{self.base}{PATH}/{resource}?{query}"
        for is_fresh in (False, True):
            if is_fresh or not self.token:
                self.token = self._new_token()
            headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
            answer = self._ask(resource, offset, "GET", url, headers)
            if answer.status != 401:
                break
        if answer.status != 200:
            text = _("The service refused it (%(status)d).")
            self._stop(resource, offset, text, status=answer.status)
        return answer

    def _new_token(self) -> str:
        """RFC 6749, 4.4."""
        for url in self.token_urls:
            answer = self._asked_for_token(url)
            if answer.status not in (404, 405):
                self.token_urls = [url]
                break
        if answer.status != 200:
            text = _("The service gives no token for this client ID and secret (%(status)d).")
            self._stop(TOKEN, 0, text, status=answer.status)
        token = _token(answer.text)
        if not token:
            self._stop(TOKEN, 0, _("The answer holds no token."))
        return token

    def _asked_for_token(self, url: str) -> outgoing.Answer:
        """RFC 6749, 2.3.1: as every server should take it; else in the form, as some do only."""
        name, secret = self.source.client_id, self.source.secret
        pair = f"{quote(name, safe='')}:{quote(secret, safe='')}"
        basic = {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        form = {"grant_type": "client_credentials", "scope": SCOPE}
        answer = self._ask(TOKEN, 0, "POST", url, kind | basic, urlencode(form).encode())
        if answer.status in (400, 401):
            form |= {"client_id": name, "client_secret": secret}
            answer = self._ask(TOKEN, 0, "POST", url, kind, urlencode(form).encode())
        return answer

    def _ask(
        self, resource: str, offset: int, method: str, url: str, headers: dict[str, str], body: bytes = b""
    ) -> outgoing.Answer:
        """The answer, after some patience: readings change nothing, so asking again is safe."""
        for wait in (*WAITS, 0):
            answer, why = None, _("It cannot be asked.")
            try:
                answer = outgoing.request(
                    method, url, headers=headers, body=body, seconds=PATIENCE, largest=LARGEST
                )
            except outgoing.Forbidden as error:
                self._stop(resource, offset, str(error))
            except outgoing.Unreachable as error:
                why = str(error)
            except ValueError:  # of a header or an address that http.client does not send
                self._stop(resource, offset, why)
            if answer and answer.status not in PASSING:
                return answer
            sleep(wait)
        if answer is None:
            self._stop(resource, offset, why)
        return answer

    def _stop(self, resource: str, offset: int, text: str, **values: object) -> None:
        """Refuse, where: at the object that would have come next."""
        place = 0 if resource == TOKEN else offset + 1
        self.findings.refuse(resource, place, text, **values)
        self.findings.stop_if_refused()


def _addresses(text: str, findings: Findings) -> tuple[str, list[str]]:
    """Where the service is, and where tokens are: a second address, else where they often are there.

    The standard names no place for tokens; they are asked for on the service's own host only.
    """
    parts = text.split()
    base = parts[0].rstrip("/").removesuffix(PATH) if parts else ""
    given = parts[1:]
    if len(given) > 1 or not _is_address(base) or not all(_is_address(one, with_query=True) for one in given):
        findings.refuse(ADDRESS, 0, _("The address is not one like https://sis.example/oneroster."))
        findings.stop_if_refused()
    host = "{0.scheme}://{0.netloc}".format(urlsplit(base))
    usual = [root + path for root in dict.fromkeys((base, host)) for path in TOKEN_PATHS]
    return base, given or usual


def _is_address(text: str, *, with_query: bool = False) -> bool:
    try:
        parts = urlsplit(text)
        known = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        return False
    plain = text.isascii() and text.isprintable() and "@" not in parts.netloc and not parts.fragment
    return bool(known and plain and (with_query or not parts.query))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _token(text: str) -> str:
    """RFC 6749, 5.1; and A.12: anything but visible characters has no place in a header."""
    try:
        token = json.loads(text)["access_token"]
    except (ValueError, RecursionError, LookupError, TypeError):
        return ""
    fits = isinstance(token, str) and len(token) <= 16 * 1024 and token.isascii() and token.isprintable()
    return token if fits else ""
