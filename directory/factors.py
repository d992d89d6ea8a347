"""Second factors: a person's rows in allauth's table, and what proves that they hold one.

An authenticator app (TOTP, RFC 6238), passkeys and security keys (W3C, Web Authentication Level 3), and codes
to keep for the day when those are lost.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import partial

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from directory.models import User
from tenants import keys, scopes

logger = logging.getLogger(__name__)
APP, KEY, CODES = Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN, Authenticator.Type.RECOVERY_CODES
FACTORS = (APP, KEY)  # recovery codes stand in for one of these, and are none by themselves
MOST_KEYS = 10  # of one person: each sign-in reads them all
# As the trail says it, and in translation as pages do.
KINDS = {
    APP: gettext_noop("Authenticator app"),
    KEY: gettext_noop("Passkey or security key"),
    CODES: gettext_noop("Recovery codes"),
}


def rows(person: User, *types: str) -> QuerySet[Authenticator]:
    """What this person has registered, oldest first; of these types, where some are given."""
    found = Authenticator.objects.filter(user_id=person.pk).order_by("pk")
    return found.filter(type__in=types) if types else found


def has_any(person: User) -> bool:
    """Whether a second factor is registered."""
    return rows(person, *FACTORS).exists()


def kinds(person: User) -> list[str]:
    """Which kinds are registered, in words."""
    held = set(rows(person).values_list("type", flat=True))
    return [_(name) for kind, name in KINDS.items() if kind in held]


def proved_by(person: User, code: str) -> Authenticator | None:
    """The row that this code of the app, or this recovery code, is right for; it is used up.

    Each code counts once (RFC 6238, 5.2). Of many at once none counts twice: the row is held meanwhile.
    """
    with transaction.atomic():
        for row in rows(person, APP, CODES).select_for_update():
            if _matches(row, code):
                return row
    return None


def _matches(row: Authenticator, code: str) -> bool:
    try:
        return _is_next_of_app(row, code) if row.type == APP else row.wrap().validate_code(code)
    except (keys.Undecryptable, keys.NoKeys):
        # Sealed elsewhere, or under a key that is gone: it proves nothing, and must not hide what still does.
        logger.error("A second factor cannot be read: none of the keys opens row %s.", row.pk)
        return False


def _is_next_of_app(row: Authenticator, code: str) -> bool:
    used = step_of(unseal(row.data["secret"]), code, after=row.data.get("last_step", 0))
    if used:
        row.data["last_step"] = used
        row.save(update_fields=["data"])
    return bool(used)


def step_of(secret: str, code: str, after: int = 0) -> int:
    """The period of 30 seconds, counted since 1970, that the app's code is right for; 0 for a wrong one."""
    for step in yield_hotp_counters_from_time():
        shown = format_hotp_value(hotp_value(secret, step))
        if step > after and compare_user_code(actual=code, expected=shown):
            return step
    return 0


# How secrets of the app and seeds of recovery codes are kept


def seal(text: str) -> str:
    """A secret as it stands in the library's table: readable in this tenant only."""
    return keys.seal(text, _place())


def unseal(sealed: str) -> str:
    """The secret; raises keys.Undecryptable where it was sealed elsewhere."""
    return keys.unseal(sealed, _place())


def _place() -> str:
    return f"{scopes.require()}/{Authenticator._meta.db_table}.data"


def sealed() -> Iterator[tuple[str, Callable[[], int]]]:
    """Every row of this tenant that holds a secret, and how it is written anew under the newest key."""
    for pk in list(Authenticator.objects.exclude(type=KEY).order_by("pk").values_list("pk", flat=True)):
        yield f"{Authenticator._meta.verbose_name} {pk}", partial(_reseal, pk)


@transaction.atomic
def _reseal(pk: int) -> int:
    row = Authenticator.objects.select_for_update().filter(pk=pk).first()
    held = {"secret", "seed"} & set(row.data if row else ())
    for name in held:
        row.data[name] = seal(unseal(row.data[name]))
        row.save(update_fields=["data"])
    return len(held)
