"""QR badges: what their code says, how long they last, and whom badge and PIN prove.

The code is a text and no address. A phone's camera would open an address, and keep the secret in its history
and in those of shared browsers; and nobody should learn to sign in by opening what a code leads to. It is
digits and capitals only, so that the code is small, a scanner types it and a person can.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from directory import lockout, pins
from directory.models import Badge, BadgeKind, Pin, Settings, User
from tenants import scopes

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: nothing that looks like a 0 or a 1
BEGINNING = "MS1"  # tells badges from other codes, and this format from later ones
MARK, SECRET, CHECK = 8, 26, 2  # letters: 40 bits for the tenant, 130 bits of secret, 10 to find slips
DAYS, DEFAULT_DAYS, HOURS = 395, 365, 12  # Microsoft Entra, "QR code authentication method"


# What stands in the code


def make() -> str:
    """A new secret, with letters at the end that tell when one was mistyped."""
    secret = "".join(secrets.choice(ALPHABET) for _letter in range(SECRET))
    return secret + _check(secret)


def code(secret: str) -> str:
    """What the QR code of this tenant's badge says."""
    return ":".join((BEGINNING, _mark(scopes.require()), secret))


def groups(secret: str) -> list[str]:
    """The secret as people read and type it."""
    return [secret[at : at + 4] for at in range(0, len(secret), 4)]


def read(text: str) -> str:
    """The secret in what was scanned or typed, with the tenant's mark or without it.

    Raises ValidationError for another tenant's badge, and for what is no badge's text.
    """
    letters = text.upper().translate({ord("O"): "0", ord("I"): "1", ord("L"): "1"})
    letters = "".join(letter for letter in letters if letter.isascii() and letter.isalnum())
    head = len(BEGINNING) + MARK
    if letters.startswith(BEGINNING) and len(letters) == head + SECRET + CHECK:
        mark, letters = letters[len(BEGINNING) : head], letters[head:]
        if mark != _mark(scopes.require()):
            raise ValidationError(_("This badge belongs to another organization."))
    if len(letters) != SECRET + CHECK or letters[SECRET:] != _check(letters[:SECRET]):
        raise ValidationError(_("This is not the text of a badge. Scan it again, or check every letter."))
    return letters


def hashed(secret: str) -> str:
    """Keyed, so that nobody who can only write to the database can make a badge."""
    return salted_hmac("directory.badge", secret, algorithm="sha256").hexdigest()


def _mark(tenant: UUID) -> str:
    return _letters(tenant.int >> 88, MARK)


def _check(secret: str) -> str:
    return _letters(int.from_bytes(sha256(secret.encode()).digest()), CHECK)


def _letters(number: int, count: int) -> str:
    return "".join(ALPHABET[number >> 5 * at & 31] for at in range(count))


# How long a badge lasts


@dataclass(frozen=True)
class Term:
    """What kind of badge it is to be, from when until when."""

    kind: BadgeKind
    starts_at: datetime
    ends_at: datetime


def standard(first: date, last: date) -> Term:
    """From the first day to the end of the last; raises ValidationError past 395 days, or in the past."""
    if first < timezone.localdate():
        raise ValidationError({"first_day": _("This day is over.")})
    if (first - timezone.localdate()).days > DAYS:
        raise ValidationError({"first_day": _("This is more than %(days)d days away.") % {"days": DAYS}})
    if last < first:
        raise ValidationError({"last_day": _("The last day comes before the first.")})
    if (last - first).days >= DAYS:
        raise ValidationError({"last_day": _("A badge lasts %(days)d days at most.") % {"days": DAYS}})
    return Term(BadgeKind.STANDARD, _midnight(first), _midnight(last + timedelta(days=1)))


def temporary(hours: int) -> Term:
    """From now on; raises ValidationError for less than one hour or more than twelve."""
    if not 1 <= hours <= HOURS:
        raise ValidationError({"hours": _("Choose 1 to %(hours)d hours.") % {"hours": HOURS}})
    now = timezone.now()
    return Term(BadgeKind.TEMPORARY, now, now + timedelta(hours=hours))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


# Whom badge and PIN prove


@dataclass(frozen=True)
class Proof:
    """Whom badge and PIN proved, as long as both stay what they are."""

    person: User
    badge: Badge
    version: str  # of the PIN
    needs_new_pin: bool


def prove(secret_hash: str, pin: str, network: str) -> Proof | None:
    """Whom badge and PIN prove together; None where either is not right. Raises lockout.Locked.

    Tries are counted for the badge, known here or not, and not for its person: so an ended badge cannot be
    told from one that opens, who finds a badge locks nobody out of their account, and who tries passwords
    locks no child's badge.
    """
    found: list[Proof] = []

    def is_right() -> bool:
        kept = _pin_beside(secret_hash)
        if not pins.is_right(kept, pin):
            return False
        found.extend(filter(None, [_proof(secret_hash, kept, len(pin))]))
        return bool(found)

    if not lockout.attempt(name_of(secret_hash), network, pin, is_right):
        return None
    lockout.remember(name_of(secret_hash), network)
    return found[0]


def still_proved(secret_hash: str, version: str) -> Proof | None:
    """The same, of somebody whose PIN was right a moment ago: both must be what they were."""
    kept = _pin_beside(secret_hash)
    return _proof(secret_hash, kept) if kept and str(kept.version) == version else None


def name_of(secret_hash: str) -> str:
    """Under what name tries with a badge are counted; no user name looks so."""
    return f"badge {secret_hash}"


def is_usable(pk: str) -> bool:
    """Whether this badge opens an account now; what it opened stays open no longer."""
    return Badge.objects.usable().filter(pk=pk).exists()


def forget_tries(person: User) -> None:
    """Open the badges of a person again on which too many PINs were tried."""
    for secret_hash in Badge.objects.not_ended().filter(user=person).values_list("secret_hash", flat=True):
        lockout.clear(name_of(secret_hash))


def person_named(name: str) -> User | None:
    """Whose badge tries were counted under this name, whether it still opens or not."""
    _word, _space, secret_hash = name.partition(" ")
    badge = Badge.objects.select_related("user").filter(secret_hash=secret_hash).first()
    return badge.user if badge and name_of(secret_hash) == name else None


def _pin_beside(secret_hash: str) -> Pin | None:
    """One statement, whether the badge opens or not, and nothing of its person: that would take time."""
    holders = Badge.objects.usable().filter(secret_hash=secret_hash).values("user")
    return Pin.objects.filter(user__in=holders).first()


def _proof(secret_hash: str, kept: Pin, typed: int = pins.LONGEST) -> Proof | None:
    badge = Badge.objects.usable().filter(secret_hash=secret_hash, user=kept.user_id).first()
    too_short = typed < Settings.current().pin_length
    return badge and Proof(kept.user, badge, str(kept.version), kept.must_change or too_short)
