"""A tenant's switches: which deed each of them is, and who may do it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from directory import verbs
from directory.door import CommandLine, Initiator, administering
from directory.models import Settings
from directory.verbs import Action

# Whose business it is besides a Global Administrator's: Microsoft's "Least privileged roles by task".
DEEDS: dict[Action, frozenset[str]] = {
    verbs.UPDATE_PORTAL_ACCESS: frozenset({"my_staff_access", "my_staff_group"}),
    verbs.UPDATE_METHODS: frozenset({"methods_required", "sms_sign_in", "qr_badges", "pin_length"}),
}


def deed_of(field: str) -> Action:
    """The deed that changing this setting is."""
    return next((action for action, fields in DEEDS.items() if field in fields), verbs.UPDATE_SETTINGS)


def fields_open_to(by: Initiator | CommandLine) -> frozenset[str]:
    """The settings that this initiator may change."""
    names = {field.name for field in Settings._meta.fields if field.editable and field.name != "id"}
    return frozenset(name for name in names if by.may(deed_of(name)))


def update_settings(values: dict[str, Any], *, by: Initiator | CommandLine) -> None:
    """Change these settings; what is as it was is no deed. Raises ValidationError, and Denied for the first
    that is not theirs to change: then nothing is changed.
    """
    old, new = Settings.current(), Settings.current()
    changed = [name for name, value in values.items() if getattr(old, name) != value]
    for name in changed:
        setattr(new, name, values[name])
    new.full_clean()
    deeds = _deeds(changed)
    # Those that are refused come first, so that none of the others was done before.
    for action in sorted(deeds, key=by.may):
        with administering(by, action, {"type": "Settings", "name": str(new)}) as deed:
            for name in deeds[action]:
                deed.change(name, _said(getattr(old, name)), _said(getattr(new, name)))
            _save(new, deeds[action])


def _deeds(fields: Iterable[str]) -> dict[Action, list[str]]:
    found: dict[Action, list[str]] = {}
    for name in fields:
        found.setdefault(deed_of(name), []).append(name)
    return found


def _save(new: Settings, fields: list[str]) -> None:
    """Only these: another administrator may be changing others at this moment."""
    row, _made = Settings.objects.get_or_create()
    for name in fields:
        setattr(row, name, getattr(new, name))
    row.save(update_fields=fields)


def _said(value: Any) -> str | None:
    return None if value is None else str(value)
