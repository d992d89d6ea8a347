"""A browser without pictures: one person, signed in, at a real web server."""

import re
from dataclasses import dataclass
from html import unescape
from http.client import HTTPConnection
from urllib.parse import urlencode

from django.conf import settings

from directory.models import User
from tests.conftest import signed_in
from tests.faults.programs import HOST, PATIENCE, Web

TOKEN = "x" * 32  # sent as cookie and in the form, as a page of ours would


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: dict[str, str]

    @property
    def temporary(self) -> str:
        """The password that it shows."""
        return unescape(re.search(r'id="temporary"[^>]* value="([^"]+)"', self.text)[1])

    @property
    def ticket(self) -> str:
        """What the page's form carries."""
        return re.search(r'name="ticket" value="([^"]+)"', self.text)[1]


class Browser:
    """Makes a connection for each request, so that none of them depends on an earlier one."""

    def __init__(self, web: Web, person: User) -> None:
        self.port = web.port
        session = signed_in(person).cookies[settings.SESSION_COOKIE_NAME].value
        self.cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={TOKEN}"

    def get(self, path: str) -> Answer:
        """A page."""
        return self._ask("GET", path)

    def post(self, path: str, **typed: str) -> Answer:
        """Send a form."""
        return self._ask("POST", path, urlencode({"csrfmiddlewaretoken": TOKEN} | typed))

    def reset(self, person: User) -> Answer:
        """Open the page and press its button."""
        return self.press(person, self.get(reset_page(person)).ticket)

    def press(self, person: User, ticket: str) -> Answer:
        """Press **Generate a password** on a page that is open."""
        return self.post(reset_page(person), ticket=ticket, generate="1")

    def _ask(self, method: str, path: str, body: str = "") -> Answer:
        headers = {"Cookie": self.cookies, "Content-Type": "application/x-www-form-urlencoded"}
        connection = HTTPConnection(HOST, self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.read().decode(), dict(answer.getheaders()))
        finally:
            connection.close()


def profile(person: User) -> str:
    """A person's page."""
    return f"/riverside/people/{person.pk}/"


def reset_page(person: User) -> str:
    """The page with the button."""
    return f"{profile(person)}reset-password/"
