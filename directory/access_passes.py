"""Temporary access passes: how they are made, kept and recognised.

As Microsoft Entra's ("Configure Temporary Access Pass"): 10 minutes to 30 days, an hour if nothing is said,
for one sign-in or for several.
"""

from __future__ import annotations

import secrets
from uuid import UUID

from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from directory import permissions, verbs
from directory.models import AccessPass, Settings, User
from directory.passwords.temporary import STRONG_ALPHABET
from tenants import scopes

SHORTEST, LONGEST, USUAL = 10, 30 * 24 * 60, 60  # minutes
GROUPS, LETTERS = 4, 4  # of an alphabet of 18: 66.7 bits, so a fast hash is enough
NOBODY = UUID(int=0)


def make() -> str:
    """A new pass, in groups that can be read aloud: no letter or digit of it looks like another."""
    groups = ["".join(secrets.choice(STRONG_ALPHABET) for _n in range(LETTERS)) for _n in range(GROUPS)]
    return "-".join(groups)


def hashed(person: UUID, code: str) -> str:
    """Keyed, and good for this person only; hyphens and spaces make no difference."""
    value = f"{scopes.require()}|{person}|{''.join(code.split()).replace('-', '')}"
    return salted_hmac("directory.access_pass", value, algorithm="sha256").hexdigest()


def live_pass_of(person: User) -> AccessPass | None:
    """The pass that would let this person in now, or None."""
    return AccessPass.objects.live().filter(user=person).first()


def claim(user_name: str, code: str) -> User | None:
    """Whom this pass lets in now; one for a single sign-in is used up by it, however many ask at once.

    A name without a pass, or that nobody has, costs the same work as a wrong pass.
    """
    found = (
        AccessPass.objects.select_related("user")
        .filter(user__user_principal_name=user_name.strip().lower(), user__home_tenant=None)
        .first()
    )
    right = constant_time_compare(
        found.code_hash if found else "-" * 64, hashed(found.user_id if found else NOBODY, code)
    )
    if not right or not Settings.current().temporary_access_pass or not _still_counts(found):
        return None
    # Asked of the row once more: it may have ended, been replaced or used since it was read.
    taken = AccessPass.objects.live().filter(pk=found.pk, code_hash=found.code_hash)
    return found.user if taken.update(used_at=timezone.now()) else None


def _still_counts(found: AccessPass) -> bool:
    """Only while whoever gave it reaches the person: else a role given since would be theirs too."""
    if found.made_by is None:  # by the command line
        return True
    giver = User.objects.filter(pk=found.made_by).first()
    reached = giver and permissions.reachable(giver, verbs.GIVE_ACCESS_PASS).filter(pk=found.user_id)
    return bool(reached and reached.exists())
