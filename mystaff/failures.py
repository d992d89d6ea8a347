"""The page for when we are at fault: it promises nothing, and needs no database."""

import sys

import psycopg
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.views.defaults import server_error as stock

# Django's own for its queries; the driver's where a scope is told or a job is queued.
LOST = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
RETRY_AFTER = 30  # seconds
HELD = 60  # seconds; a run that holds what somebody else wants to change has ended by then, mostly
READING = ("GET", "HEAD", "OPTIONS")


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 where trying again will help: the database does not answer, or somebody else is at it."""
    error = sys.exc_info()[1]
    if _is(error, psycopg.errors.LockNotAvailable):
        return _later(request, HELD, is_held=True)
    return _later(request, RETRY_AFTER) if _is(error, LOST) else stock(request)


def _later(request: HttpRequest, seconds: int, **context: bool) -> HttpResponse:
    page = get_template("503.html").render({"sent": request.method not in READING} | context)
    return HttpResponse(page, status=503, headers={"Retry-After": str(seconds)})


def _is(error: BaseException | None, kinds: type | tuple[type, ...]) -> bool:
    """Whether it is one of these, or came of one."""
    while error and not isinstance(error, kinds):
        error = error.__cause__
    return error is not None
