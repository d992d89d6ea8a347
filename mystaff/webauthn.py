"""Passkeys and security keys: the two steps of each ceremony (W3C, Web Authentication Level 3).

A challenge is good for one purpose and for one answer: one that was asked for a second factor, where the key
need not know who holds it, must not be answered where the key is the only factor.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from directory.models import User

SESSION_KEY = "webauthn_purpose"
# What the libraries raise for an answer that is wrong, or that is none at all.
ODD = (ValidationError, ValueError, TypeError, KeyError, AttributeError, RecursionError)


class Purpose(StrEnum):
    """What a challenge is for."""

    SIGN_IN = "sign-in"  # the only factor
    SECOND = "second"
    CONFIRM = "confirm"
    PASSKEY = "passkey"  # registering one that can be the only factor
    KEY = "key"  # registering one that is a second factor


def ask(request: HttpRequest, purpose: Purpose, person: User | None = None) -> dict[str, Any]:
    """What a browser needs to use a key: of this person, or of whoever holds a passkey."""
    options = auth.begin_authentication(person)
    request.session[SESSION_KEY] = purpose.value
    return options


def ask_to_register(request: HttpRequest, purpose: Purpose, person: User) -> dict[str, Any]:
    """What a browser needs to make a new key."""
    options = auth.begin_registration(person, passwordless=purpose == Purpose.PASSKEY)
    request.session[SESSION_KEY] = purpose.value
    return options


def answered(
    request: HttpRequest, purpose: Purpose, answer: str, person: User | None = None
) -> Authenticator | None:
    """The row of the key that gave this answer, or None. The challenge is used up either way."""
    try:
        return _row_of(_claimed(request, purpose, answer), purpose, person)
    except ODD:
        return None
    finally:
        auth.clear_state()


def registered(request: HttpRequest, purpose: Purpose, answer: str) -> dict[str, Any] | None:
    """The new credential, as the library keeps it, or None. The challenge is used up either way."""
    try:
        credential = _claimed(request, purpose, answer)
        auth.parse_registration_response(credential)
        made = auth.complete_registration(credential)
        return credential if made.is_user_verified() or purpose == Purpose.KEY else None
    except ODD:
        return None
    finally:
        auth.clear_state()


def _claimed(request: HttpRequest, purpose: Purpose, answer: str) -> dict[str, Any]:
    if request.session.pop(SESSION_KEY, None) != purpose.value:
        raise ValueError("This challenge was for something else, or is used up.")
    return json.loads(answer)


def _row_of(answer: dict[str, Any], purpose: Purpose, person: User | None) -> Authenticator | None:
    parsed = auth.parse_authentication_response(answer)
    if purpose == Purpose.SIGN_IN and not parsed.response.authenticator_data.is_user_verified():
        return None
    return auth.complete_authentication(person or auth.extract_user_from_response(answer), answer)
