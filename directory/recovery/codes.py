"""One-time codes: how they are made, kept and recognised."""

import secrets
from datetime import timedelta

from django.utils.crypto import constant_time_compare, salted_hmac

from directory.models import Proof, Recovery

DIGITS = 6
LIFETIME = timedelta(minutes=5)  # Microsoft Entra, "How it works: self-service password reset"
MINUTES = int(LIFETIME.total_seconds() // 60)


def make() -> str:
    """A new code."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def hashed(row: Recovery | Proof, code: str) -> str:
    """Keyed, for six digits are soon tried; and good for this one row and way only."""
    value = f"{row.pk}|{row.way}|{code}"
    return salted_hmac("directory.recovery.code", value, algorithm="sha256").hexdigest()


def is_right(row: Recovery | Proof, code: str) -> bool:
    """Whether this is the code that was sent; where none was, none is, after the same work."""
    return constant_time_compare(row.code_hash or "-" * 64, hashed(row, code))
