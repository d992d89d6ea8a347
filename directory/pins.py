"""PINs of badges: which are good, how they are made, kept and recognised.

The rules are Microsoft Entra's, "QR code authentication method": digits only, 8 to 20, no runs, no repeats,
a temporary one is replaced at first use.
"""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache

from django.contrib.auth.hashers import check_password, make_password
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from directory.models import Pin, User

LONGEST = 20
IN_A_ROW = 4  # digits that count up, count down or are the same


def cleaned(typed: str) -> str:
    """Digits of any script as 0 to 9, without the spaces that people put between groups."""
    return "".join(
        str(unicodedata.decimal(character)) if character.isdecimal() else character
        for character in typed
        if character not in " -\u00a0"
    )


def problem(pin: str, shortest: int) -> str:
    """What is wrong with a PIN as a sentence; '' where nothing is."""
    if not (pin.isascii() and pin.isdecimal()):
        return _("Use digits only.")
    if not shortest <= len(pin) <= LONGEST:
        return _("Use %(shortest)d to %(longest)d digits. You typed %(typed)d.") % {
            "shortest": shortest,
            "longest": LONGEST,
            "typed": len(pin),
        }
    if _has_run(pin):
        return _("Use no four digits in a row that count up, count down or are the same.")
    if _repeats(pin):
        return _("Do not repeat the same few digits.")
    return ""


def _has_run(pin: str) -> bool:
    steps = [int(after) - int(before) for before, after in zip(pin, pin[1:], strict=False)]
    windows = zip(*(steps[start:] for start in range(IN_A_ROW - 1)), strict=False)
    return any(len({*window}) == 1 and window[0] in (-1, 0, 1) for window in windows)


def _repeats(pin: str) -> bool:
    """Whether all of it is one piece over and over: 12121212, 13571357."""
    return (pin + pin).find(pin, 1) < len(pin)


def make(length: int) -> str:
    """A temporary PIN of so many digits."""
    while True:
        pin = f"{secrets.randbelow(10**length):0{length}}"
        if not problem(pin, length):
            return pin


def hashed(person: User, pin: str) -> str:
    """Argon2id over a keyed hash: without the instance's key a stolen database is no list to try PINs on."""
    return make_password(_keyed(person.pk, pin))


def is_right(kept: Pin | None, typed: str) -> bool:
    """Whether this is the PIN; where there is none, none is, after the same work."""
    nobodys = _nobodys_hash()
    right = check_password(_keyed(kept and kept.user_id, typed), kept.hash if kept else nobodys)
    return right and kept is not None


@cache
def _nobodys_hash() -> str:
    return make_password(secrets.token_urlsafe(32))


def _keyed(person_id: object, pin: str) -> str:
    return salted_hmac("directory.pin", f"{person_id}|{pin}", algorithm="sha256").hexdigest()
