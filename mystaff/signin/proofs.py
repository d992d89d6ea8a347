"""What somebody who is half in, or in for long, proves once more; a wrong guess is a wrong password."""

from __future__ import annotations

import time

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from directory import factors, lockout
from directory.connectors import checking
from directory.models import User
from mystaff import webauthn
from mystaff.initiator import network

WRONG_CODE = _("This code is not right, or it was used before.")
WRONG_KEY = _("This key did not work. Try again, or use another way.")
WRONG_PASSWORD = _("This is not your password.")
PERIOD = 30  # seconds that a code of an app is shown


class NotProved(Exception):
    """The text says why, for the person."""


def by_password(request: HttpRequest, person: User, password: str) -> None:
    """Note that they know the password; raises NotProved."""
    _attempt(request, person, password, lambda: checking.is_right(person, password), WRONG_PASSWORD)
    record_authentication(request, person, method="password", reauthenticated=True)


def by_code(request: HttpRequest, person: User, code: str, *, again: bool = False) -> None:
    """Note that they hold the app, or had a recovery code; raises NotProved."""
    found: list[Authenticator] = []

    def is_right() -> bool:
        row = factors.proved_by(person, code)
        found.extend([row] if row else [])
        return bool(row)

    # The same code later is another guess: what is wrong now may be right then.
    _attempt(request, person, f"{int(time.time() / PERIOD)}|{code}", is_right, WRONG_CODE)
    post_authentication(request, found[0], reauthenticated=again)


def by_key(
    request: HttpRequest, person: User, purpose: webauthn.Purpose, answer: str, *, again: bool = False
) -> None:
    """Note that they hold one of their keys; raises NotProved."""
    row = webauthn.answered(request, purpose, answer, person)
    if row is None:
        raise NotProved(WRONG_KEY)
    post_authentication(request, row, reauthenticated=again)


def _attempt(request: HttpRequest, person: User, secret: str, is_right, wrong: str) -> None:
    try:
        right = lockout.attempt(person.user_principal_name, network(request), secret, is_right)
    except lockout.Locked as locked:
        raise NotProved(locked.sentence) from None
    except lockout.Undecided as undecided:
        raise NotProved(str(undecided)) from None
    if not right:
        raise NotProved(wrong)
