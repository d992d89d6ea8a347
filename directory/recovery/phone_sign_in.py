"""Signing in with a phone number and a code by text, as the browser goes it.

Like the way back (flow.py) nothing here looks anybody up before a code was right: for every number, known or
not, the same rows are written and the same job is queued, and the worker finds out whose number it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import timezone

from directory import tasks
from directory.models import PhoneSignIn, User, Way
from directory.recovery import asking, eligibility, throttle


def start(number: str) -> tuple[PhoneSignIn, str]:
    """Have a code sent to a number (E.164); returns the row and the token for the cookie. Raises Locked."""
    key = throttle.key_of(number, "phone")
    if throttle.locked_until(key):
        raise throttle.Locked
    row, token = asking.begin(PhoneSignIn, key, destination=number)
    ask_for_code(row)
    return row, token


def under_way(token: str) -> PhoneSignIn | None:
    """What this browser is in the middle of, if it is not over."""
    return asking.under_way(PhoneSignIn, token)


def ask_for_code(row: PhoneSignIn) -> None:
    """Have a code sent, or sent again; the one before counts no more. Raises Locked.

    Asked again within ten seconds nothing happens.
    """
    if is_too_soon(row):
        return
    with _lock_noted(row):
        throttle.count(row.name_key, throttle.SIGN_IN)
    asking.ask(row, Way.SMS, row.destination)
    tasks.send_sign_in_code(row=row.pk)


def is_too_soon(row: PhoneSignIn) -> bool:
    """Whether a code was asked for less than ten seconds ago."""
    return asking.is_too_soon(row, Way.SMS)


def prove(row: PhoneSignIn, code: str) -> User | None:
    """Whose code this is, if that person may still sign in with it; it counts once. Raises Locked."""
    with _lock_noted(row):
        right = throttle.attempt(row.name_key, lambda: asking.use_up(row, code))
    if not right:
        return None
    PhoneSignIn.objects.filter(pk=row.pk).update(ends_at=timezone.now(), destination="")
    if person := _proven(row):
        # Whoever signs in often, as on shared devices, is not locked out by it. Others' tries stay counted.
        throttle.give_back(row.name_key, throttle.SIGN_IN, throttle.CHECK)
    return person


def _proven(row: PhoneSignIn) -> User | None:
    """The person, unless the number, the switch or the password was touched since the code was asked for."""
    phone = eligibility.sign_in_phone(row.destination)
    if phone is None or phone.user_id != row.person_id or phone.set_at > row.asked_at:
        return None
    return phone.user if phone.user.password_changed_at == row.password_changed_at else None


@contextmanager
def _lock_noted(row: PhoneSignIn) -> Iterator[None]:
    """Have the trail told, by the worker, of a number that has just been locked."""
    try:
        yield
    except throttle.Locked as locked:
        if locked.just_now:
            tasks.note_phone_lock(row=row.pk)
        raise
