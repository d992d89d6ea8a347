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
READING = ("GET", "HEAD", "OPTIONS")


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 while the database does not answer: trying again will help."""
    if not _is_lost(sys.exc_info()[1]):
        return stock(request)
    page = get_template("503.html").render({"sent": request.method not in READING})
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER)})


def _is_lost(error: BaseException | None) -> bool:
    while error and not isinstance(error, LOST):
        error = error.__cause__
    return error is not None
