"""Second factors: what people register for themselves, and what managers take off."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.utils.translation import gettext as _

from directory import factors, tasks, verbs
from directory.connectors import Refused
from directory.door import Deed, Initiator, acting
from directory.models import User


def add_app(secret: str, step: int, *, by: Initiator) -> list[str]:
    """Register the app that showed this step's code; gives recovery codes, if there were none until now.

    Raises Refused where there is an app already: the old one is removed first.
    """
    with acting(by, verbs.REGISTER_FACTOR, by.user) as (_authority, deed):
        _alone(by.user)
        if factors.rows(by.user, factors.APP).exists():
            raise Refused(_("There is an authenticator app already. Remove it first."))
        # The code that proved it is used up.
        data = {"secret": factors.seal(secret), "last_step": step}
        return _register(deed, Authenticator(user=by.user, type=factors.APP, data=data))


def add_key(name: str, credential: dict[str, Any], *, by: Initiator) -> list[str]:
    """Register a passkey or security key; gives recovery codes, if there were none until now."""
    with acting(by, verbs.REGISTER_FACTOR, by.user) as (_authority, deed):
        _alone(by.user)
        if factors.rows(by.user, factors.KEY).count() >= factors.MOST_KEYS:
            raise Refused(_("You have %(most)s keys. Remove one first.") % {"most": factors.MOST_KEYS})
        data = {"name": name, "credential": credential}
        return _register(deed, Authenticator(user=by.user, type=factors.KEY, data=data))


def rename_key(key: Authenticator, name: str, *, by: Initiator) -> None:
    """Give one's own key another name."""
    with acting(by, verbs.RENAME_KEY, by.user) as (_authority, deed):
        row = _held(by.user, key)
        deed.change("displayName", row.data["name"], name)
        row.data["name"] = name
        row.save(update_fields=["data"])


def remove_factor(factor: Authenticator, *, by: Initiator) -> None:
    """Take off one's own app or key; with the last one go the recovery codes."""
    with acting(by, verbs.DELETE_FACTOR, by.user) as (_authority, deed):
        _alone(by.user)
        _delete(deed, [_held(by.user, factor)])
        if not factors.has_any(by.user):
            _delete(deed, factors.rows(by.user))
        tasks.notify(by.user, "factor_removed")


def renew_recovery_codes(old: Authenticator, *, by: Initiator) -> list[str]:
    """New recovery codes in place of these, which no longer count. Raises Refused if they do so already."""
    with acting(by, verbs.REGISTER_FACTOR, by.user) as (_authority, deed):
        _alone(by.user)
        _held(by.user, old, factors.CODES).delete()
        tasks.notify(by.user, "recovery_codes_made")
        return _make_codes(deed)


def clear_factors(person: User, *, by: Initiator) -> None:
    """Take off every factor of somebody who lost theirs; their sessions end, and they are told."""
    with acting(by, verbs.CLEAR_FACTORS, person) as (_authority, deed):
        _alone(person)
        _delete(deed, factors.rows(person))
        person.revoke_sessions()
        person.save(update_fields=["sessions_valid_from"])
        tasks.notify(person, "factors_cleared")


def _alone(person: User) -> None:
    """One change of a person's factors at a time: two at once would not see what the other does."""
    now = User.objects.select_for_update().values_list("sessions_valid_from", flat=True).get(pk=person.pk)
    if now != person.sessions_valid_from:
        raise Refused(_("Everybody was signed out of this account a moment ago. Nothing was changed."))


def _register(deed: Deed, row: Authenticator) -> list[str]:
    row.save()
    _note(deed, row, added=True)
    tasks.notify(row.user, "factor_added")
    return [] if factors.rows(row.user, factors.CODES).exists() else _make_codes(deed)


def _make_codes(deed: Deed) -> list[str]:
    made = RecoveryCodes.activate(deed.by.user)
    _note(deed, made.instance, added=True)
    return made.generate_codes()


def _held(person: User, row: Authenticator, *types: str) -> Authenticator:
    """The row as it is now, if it is still theirs; raises Refused."""
    found = factors.rows(person, *(types or factors.FACTORS)).select_for_update().filter(pk=row.pk).first()
    if found is None:
        raise Refused(_("It was removed a moment ago."))
    return found


def _delete(deed: Deed, found) -> None:
    for row in found:
        _note(deed, row, added=False)
        row.delete()


def _note(deed: Deed, row: Authenticator, *, added: bool) -> None:
    """The kind of it, and never what it holds."""
    kind = factors.KINDS[row.type]
    deed.change("strongAuthenticationMethod", None if added else kind, kind if added else None)
