"""The site asked in this process, as its server asks it: time in the database, time in all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import RequestFactory

from tenants import scopes
from tests.benchmarks.people import Case


class Site:
    """The whole site, middleware and signals included."""

    def __init__(self) -> None:
        self._handler = WSGIHandler()

    def get(self, case: Case) -> bytes:
        """The page; raises AssertionError unless it is one."""
        environ = RequestFactory(SERVER_NAME="127.0.0.1", HTTP_COOKIE=case.cookie).get(case.path).environ
        said = []
        response = self._handler(environ, lambda status, headers: said.append(status))
        try:
            body = b"".join(response)
        finally:
            response.close()
        assert said == ["200 OK"], f"{case.path}: {said[0]}"
        return body


class DatabaseTime:
    """Counts statements and the seconds from asking the database to having its answer."""

    def __init__(self) -> None:
        self.seconds, self.statements = 0.0, 0

    def __call__(self, execute: Callable, *args):
        return self._timed(execute)(*args)

    def _timed(self, function: Callable) -> Callable:
        def timed(*args, **kwargs):
            began = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                self.seconds += time.perf_counter() - began
                self.statements += 1

        return timed

    @contextmanager
    def running(self) -> Iterator[DatabaseTime]:
        """Count what pages ask, and what they do not see: entering scopes and the connection's check."""
        with ExitStack() as stack:
            stack.enter_context(connection.execute_wrapper(self))
            stack.enter_context(patch.object(scopes, "_set", self._timed(scopes._set)))
            stack.enter_context(patch.object(connection, "is_usable", self._timed(connection.is_usable)))
            yield self


def database_times(site: Site, case: Case, times: int) -> tuple[list[float], int]:
    """Seconds in the database of each of so many requests, and the statements of one."""
    for _n in range(3):
        site.get(case)
    measured = []
    for _n in range(times):
        with DatabaseTime().running() as spent:
            site.get(case)
        measured.append(spent.seconds)
    return measured, spent.statements


def round_trips(times: int) -> list[float]:
    """Seconds of the smallest question there is."""
    measured = []
    for _n in range(times):
        with DatabaseTime().running() as spent, connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        measured.append(spent.seconds)
    return measured


def whole_times(site: Site, cases: list[Case], times: int) -> list[float]:
    """Seconds of so many requests, going round the cases."""
    measured = []
    for n in range(times):
        began = time.perf_counter()
        site.get(cases[n % len(cases)])
        measured.append(time.perf_counter() - began)
    return measured
