"""What a visitor gets when we are at fault."""

import pytest
from django.db import InterfaceError, OperationalError
from django.test import RequestFactory
from procrastinate.exceptions import ConnectorException
from psycopg.errors import LockNotAvailable

from mystaff.failures import server_error


def answer_to(error: Exception, cause: Exception | None = None, method: str = "get"):
    request = getattr(RequestFactory(), method)("/riverside/")
    try:
        raise error from cause
    except Exception:
        return server_error(request)


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (OperationalError("gone"), None),
        (InterfaceError("closed"), None),
        (ConnectorException(), OperationalError("gone")),
    ],
)
def test_a_database_that_is_away_is_503_with_a_time_to_come_back(error, cause):
    answer = answer_to(error, cause)
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "Nothing was changed" in answer.content.decode()


def test_what_was_sent_may_have_been_done():
    page = answer_to(OperationalError("gone"), method="post").content.decode()
    assert "We do not know whether what you sent was done" in page
    assert "Nothing was changed" not in page


def test_every_other_failure_is_500():
    answer = answer_to(ZeroDivisionError())
    assert answer.status_code == 500
    assert "Look whether what you did has happened" in answer.content.decode()


@pytest.mark.parametrize("path", ["/", "/riverside/", "/health/"])
def test_the_site_shows_it_inside_and_outside(client, db, riverside, monkeypatch, path):
    def gone(*args, **kwargs):
        raise OperationalError("gone")

    client.raise_request_exception = False
    monkeypatch.setattr("mystaff.signin.middleware.PersonMiddleware.process_request", gone)
    answer = client.get(path)
    assert answer.status_code == 503
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]


def test_a_failure_is_logged_for_operators_and_told_to_nobody_else(client, riverside, monkeypatch, caplog):
    def broken(*args, **kwargs):
        raise ZeroDivisionError("what only the log may know")

    client.raise_request_exception = False
    monkeypatch.setattr("mystaff.signin.middleware.PersonMiddleware.process_request", broken)
    answer = client.get("/riverside/sign-in/")
    assert answer.status_code == 500
    assert b"ZeroDivision" not in answer.content and b"only the log" not in answer.content
    told = [record for record in caplog.records if record.name == "django.request"]
    assert [record.levelname for record in told] == ["ERROR"]
    assert "what only the log may know" in caplog.text


@pytest.mark.parametrize(("method", "said"), [("get", "Nothing was changed"), ("post", "was not done")])
def test_what_somebody_else_holds_is_told_apart_from_a_database_that_is_away(method, said):
    waited = OperationalError("canceling statement due to lock timeout")
    waited.__cause__ = LockNotAvailable()
    answer = answer_to(ConnectorException(), waited, method)
    page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "Busy at the moment" in page and said in page and "not available" not in page
