"""A place for the lockout, which is made elsewhere at this moment: until then nothing is counted here."""

from __future__ import annotations

from collections.abc import Callable


class Locked(Exception):
    """Too many wrong guesses."""


def attempt(user_name: str, network: str, secret: str, is_right: Callable[[], bool]) -> bool:
    """Whether the guess is right."""
    return is_right()
