"""Asking for a one-time code: from one browser, one code at a time, ten seconds between two."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from secrets import token_urlsafe
from typing import TypeVar

from django.utils import timezone

from directory.models import User
from directory.models.recovery import CodeRequest
from directory.recovery import codes

# Both are Microsoft Entra's, "How it works: self-service password reset".
SESSION = timedelta(minutes=15)
AGAIN = timedelta(seconds=10)
Row = TypeVar("Row", bound=CodeRequest)


def begin(model: type[Row], key: str, **values: str) -> tuple[Row, str]:
    """A new row, and the token for the cookie of the browser that it belongs to."""
    token = token_urlsafe(32)
    ends_at = timezone.now() + SESSION
    return model.objects.create(token_hash=_hash(token), name_key=key, ends_at=ends_at, **values), token


def under_way(model: type[Row], token: str) -> Row | None:
    """What the browser with this token is in the middle of, if it is not over."""
    return model.objects.filter(token_hash=_hash(token), ends_at__gt=timezone.now()).first()


def is_too_soon(row: CodeRequest, way: str) -> bool:
    """Whether a code was asked for this way less than ten seconds ago."""
    return bool(row.way == way and row.asked_at and timezone.now() - row.asked_at < AGAIN)


def ask(row: CodeRequest, way: str, destination: str) -> None:
    """Write down where a code is to go; the one before it counts no more."""
    row.way, row.destination, row.asked_at = way, destination, timezone.now()
    row.code_hash, row.code_ends_at = "", None
    row.save(update_fields=["way", "destination", "asked_at", "code_hash", "code_ends_at"])


def new_code(row: CodeRequest, person: User) -> str:
    """A code for this person, of which the row keeps a hash."""
    code = codes.make()
    row.person = person
    row.code_hash = codes.hashed(row, code)
    row.code_ends_at = timezone.now() + codes.LIFETIME
    row.save(update_fields=["person", "password_changed_at", "code_hash", "code_ends_at"])
    return code


def use_up(row: CodeRequest, code: str) -> bool:
    """Whether the code is right; then it was so for the last time.

    Looked at as it stands now, under the lock of its name: the worker may just have sent another.
    """
    row.refresh_from_db()
    if not codes.is_right(row, code) or row.code_ends_at <= timezone.now():
        return False
    row.code_hash, row.code_ends_at = "", None
    row.save(update_fields=["code_hash", "code_ends_at"])
    return True


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
