"""From where a session is used: noted once an hour, for the person's own list."""

from collections.abc import Callable
from contextlib import suppress

from django.contrib.auth import SESSION_KEY
from django.db import Error
from django.http import HttpRequest, HttpResponse

from mystaff.initiator import client_ip


class SeenMiddleware:
    """Notes the address and the browser of whoever is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # A page that did not ask who it is may be kept by browsers: it stays so.
        if request.session.accessed and SESSION_KEY in request.session:
            # Comfort only: it must not stand in the way of an answer that is shown once.
            with suppress(Error):
                request.session.note(client_ip(request), request.META.get("HTTP_USER_AGENT", ""))
        return response
