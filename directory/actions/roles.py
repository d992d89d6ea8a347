"""Role assignments: given, changed and taken away, by the rules of granting.py."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from directory import administration, administrators, granting, roles
from directory.actions.saving import inside, note_changes
from directory.connectors import Refused
from directory.door import Initiator, administering, snapshot
from directory.models import AdministrativeUnit, Group, RoleAssignment, User

FIELDS = {
    "role": "Role.DisplayName",
    "unit": "AdministrativeUnit.DisplayName",
    "starts_at": "startDateTime",
    "ends_at": "endDateTime",
}


def target_of(principal: User | Group) -> dict[str, Any]:
    """Whoever holds a role, as the trail keeps them."""
    if isinstance(principal, User):
        return snapshot(principal)
    return {"id": principal.pk, "type": "Group", "name": principal.name}


def assign_role(held: RoleAssignment, *, by: Initiator) -> None:
    """Give a role: an assignment with its principal, role, scope and dates that is not saved yet.

    Raises ValidationError for a role that does not fit its scope or its group, Refused for one held already.
    """
    principal = held.user or held.group
    _check(held)
    action = administration.ASSIGN_SCOPED_ROLE if held.unit else administration.ASSIGN_ROLE
    wide = held.unit is None
    refused = granting.refusal_to_give(by.user, held.role, principal, is_tenant_wide=wide) or ""
    with (
        administering(by, action, target_of(principal), refused) as deed,
        administrators.keeping_one(by.user),
    ):
        _refuse_twice(held)
        note_changes(deed, None, held, FIELDS)
        held.save(force_insert=True)


def change_role(
    held: RoleAssignment,
    *,
    role: str,
    unit: AdministrativeUnit | None,
    starts_at: datetime | None,
    ends_at: datetime | None,
    by: Initiator,
) -> None:
    """Change an assignment: as if it were taken away and given anew. Raises as `assign_role` does.

    Raises Refused for one that a roster brought: the next import would know nothing of the change.
    """
    old, new = (RoleAssignment.objects.get(pk=held.pk) for _time in range(2))
    new.role, new.unit, new.starts_at, new.ends_at = role, unit, starts_at, ends_at
    if all(getattr(new, name) == getattr(old, name) for name in FIELDS):
        return
    _check(new)
    principal = old.user or old.group
    refused = granting.refusal_to_take(by.user, old.role, principal)
    wide = new.unit is None
    refused = refused or granting.refusal_to_give(by.user, new.role, principal, is_tenant_wide=wide) or ""
    with (
        administering(by, administration.CHANGE_ROLE, target_of(principal), refused) as deed,
        administrators.keeping_one(by.user),
    ):
        if old.source:
            raise Refused(_("The roster gave this role. Give another one beside it."))
        _refuse_twice(new)
        new.save(update_fields=note_changes(deed, old, new, FIELDS))


def remove_role(held: RoleAssignment, *, by: Initiator) -> None:
    """Take a role away. Raises Refused if that would leave no Global Administrator."""
    held = inside(held)
    principal = held.user or held.group
    action = administration.REMOVE_SCOPED_ROLE if held.unit else administration.REMOVE_ROLE
    refused = granting.refusal_to_take(by.user, held.role, principal) or ""
    with (
        administering(by, action, target_of(principal), refused) as deed,
        administrators.keeping_one(by.user),
    ):
        note_changes(deed, held, None, FIELDS)
        RoleAssignment.objects.filter(pk=held.pk).delete()


def _check(held: RoleAssignment) -> None:
    held.full_clean()
    if held.role not in roles.EVERY_ROLE:
        raise ValidationError({"role": _("There is no such role.")})
    if held.ends_at and held.starts_at and held.ends_at <= held.starts_at:
        raise ValidationError({"ends_at": _("The end comes before the start.")})


def _refuse_twice(held: RoleAssignment) -> None:
    """One that is there already, by hand, for the same principal, role and scope, is changed instead."""
    same = RoleAssignment.objects.not_over().exclude(pk=held.pk)
    if same.filter(
        user=held.user, group=held.group, role=held.role, unit=held.unit, source=held.source
    ).exists():
        raise Refused(_("This role is held already: change its dates instead."))
