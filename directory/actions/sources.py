"""Sources: added, changed, deleted.

When a source is deleted its people, locations, groups and memberships stay, as if somebody had made them by
hand. The roles that it gave end: nobody would take them away any more when a class is over.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory import administration
from directory.actions.roles import FIELDS as ROLE_FIELDS
from directory.actions.roles import target_of
from directory.actions.saving import inside, note_changes, note_secret, refused_if_taken
from directory.connectors import Refused
from directory.door import Deed, Initiator, administering
from directory.models import (
    AdministrativeUnit,
    Group,
    GroupMember,
    RoleAssignment,
    Source,
    UnitMembership,
    User,
)
from directory.source_kinds import check_source
from directory.sync.progress import GOING, break_off_dead
from directory.sync.turn import wait_for_turn

FIELDS = {
    "name": "displayName",
    "key": "shortName",
    "kind": "kind",
    "enabled": "enabled",
    "rhythm": "rhythm",
    "hour": "hour",
    "directory": "Directory.DisplayName",
    "authority": "Authority.DisplayName",
    "address": "address",
    "client_id": "clientId",
    "roles": "roles",
    "columns": "columns",
    "groups": "groups",
    "unit_prefix": "unitPrefix",
    "managers_suffix": "managersSuffix",
    "managers_groups": "managersGroups",
    "brake_percent": "brakePercent",
    "remove_after_days": "removeAfterDays",
}
CHANGEABLE = tuple(name for name in FIELDS if name not in ("key", "kind"))
SCHEDULE = {"enabled", "rhythm", "hour"}
# What the rows that a source keeps become when it is gone.
_FREE = {"source": "", "source_id": ""}
RELEASED = {
    "people": (User, _FREE | {"vanished_at": None, "disabled_by_source": False}),
    "locations": (AdministrativeUnit, _FREE),
    "groups": (Group, _FREE),
    "memberships": (UnitMembership, {"source": ""}),
    "group members": (GroupMember, {"source": ""}),
}
TAKEN = gettext_lazy("There is one of this short name already.")


def _target(source: Source) -> dict[str, Any]:
    return {"id": source.pk, "type": "Source", "name": source.name}


def add_source(source: Source, *, by: Initiator) -> None:
    """Add one. Raises ValidationError for what cannot work, Refused for a short name that is taken."""
    _check(source)
    with administering(by, administration.ADD_SOURCE, _target(source)) as deed:
        note_changes(deed, None, source, FIELDS)
        note_secret(deed, source.secret)
        with refused_if_taken(str(TAKEN)):
            source.save(force_insert=True)


def update_source(source: Source, values: dict[str, Any], *, by: Initiator) -> None:
    """Change some of CHANGEABLE, and the secret where one is given. Raises ValidationError."""
    old, new = inside(source), inside(source)
    for name in set(CHANGEABLE) & values.keys():
        setattr(new, name, values[name])
    if secret := values.get("secret"):
        new.secret = secret
    _check(new)
    if not secret and all(getattr(old, name) == getattr(new, name) for name in CHANGEABLE):
        return
    with administering(by, administration.UPDATE_SOURCE, _target(old)) as deed:
        changed = note_changes(deed, old, new, FIELDS) + note_secret(deed, secret)
        if SCHEDULE & set(changed):
            new.scheduled_at = timezone.now()
        new.save(update_fields=[*changed, "scheduled_at"])
        if new.columns != old.columns:
            new.runs.update(content=None)  # of files that are kept only what was read until now is there


def _check(source: Source) -> None:
    for directory in filter(None, (source.directory, source.authority)):
        inside(directory)
    source.full_clean()
    check_source(source)


def delete_source(source: Source, *, by: Initiator) -> None:
    """Delete one with its runs, as this file's first lines say. Raises Refused while a run goes on."""
    source = inside(source)
    with administering(by, administration.DELETE_SOURCE, _target(source)) as deed:
        note_changes(deed, source, None, FIELDS)
        break_off_dead()
        if source.runs.filter(state__in=GOING).exists():
            raise Refused(_("A run of this source goes on. Delete it when the run has ended."))
        wait_for_turn()
        _end_roles(source, deed)
        for what, (model, values) in RELEASED.items():
            kept = model.objects.filter(source=source.key).update(**values)
            deed.details[f"{what} that stay"] = str(kept)
        source.delete()


def _end_roles(source: Source, deed: Deed) -> None:
    """Take away what it gave; each of them is an entry of its own."""
    given = RoleAssignment.objects.filter(source=source.key)
    for held in given.select_related("user", "group", "unit"):
        target = target_of(held.user or held.group)
        part = Deed(deed.by, administration.REMOVE_SCOPED_ROLE, target, deed.correlation_id)
        note_changes(part, held, None, ROLE_FIELDS)
        deed.parts.append(part)
    given.delete()


def ends(source: Source) -> dict[str, int]:
    """What deleting it ends, and how many of each."""
    roles = RoleAssignment.objects.filter(source=source.key)
    return {_("roles that it gave"): roles.count(), _("runs, with what they changed"): source.runs.count()}


def stays(source: Source) -> dict[str, int]:
    """What deleting it leaves as if made by hand, and how many of each."""
    kept = {_("people"): User, _("locations"): AdministrativeUnit, _("groups"): Group}
    kept[_("memberships")] = UnitMembership
    return {what: model.objects.filter(source=source.key).count() for what, model in kept.items()}
