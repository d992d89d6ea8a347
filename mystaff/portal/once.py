"""A ticket in a page's form that lets a deed happen once: reload, Back or a double press do nothing more."""

from __future__ import annotations

from secrets import token_urlsafe

from django.core import signing
from django.core.cache import cache

from directory.models import User

SALT = "mystaff.portal.once"
KEPT = 24 * 60 * 60  # seconds; longer than any session


def ticket(person: User, version: str | None = None) -> str:
    """Good for one deed on this person, and only while what it changes is still what it is now.

    That is their password, or what the caller gives a version of.
    """
    version = _version(person) if version is None else version
    return signing.dumps([str(person.pk), version, token_urlsafe(9)], salt=SALT, compress=False)


def claim(value: str, person: User, version: str | None = None) -> bool:
    """Use a ticket up; False if it was used, or what it is for has changed since it was written.

    The version catches a page left open while somebody else reset the same person; the cache's add, which is
    atomic, catches two presses at once.
    """
    nonce = _nonce(value, person, version)
    return bool(nonce) and cache.add(f"ticket:{nonce}", 1, KEPT)


def is_current(value: str, person: User) -> bool:
    """Whether the password is still the one it was when the ticket was written, used up or not."""
    return bool(_nonce(value, person))


def _nonce(value: str, person: User, now: str | None = None) -> str:
    try:
        pk, then, nonce = signing.loads(value, salt=SALT, max_age=KEPT)
    except (signing.BadSignature, ValueError):
        return ""
    return nonce if [pk, then] == [str(person.pk), _version(person) if now is None else now] else ""


def _version(person: User) -> str:
    return person.password_changed_at.isoformat() if person.password_changed_at else ""
