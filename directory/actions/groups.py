"""Groups: added, renamed, removed; their members and owners.

On some groups power hangs: those that roles can be assigned to, and those that a setting names. Only tenant-
wide Global and Privileged Role Administrators change these, by the rules of granting.py.
"""

from __future__ import annotations

from typing import Any

from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from directory import administration, administrators, granting, roles
from directory.actions.following import follow
from directory.actions.saving import inside, note_changes, refused_if_taken
from directory.connectors import Refused
from directory.door import Initiator, administering, snapshot
from directory.models import Group, GroupMember, GroupOwner, RoleAssignment, User
from directory.sync.kept import refuse_kept, refuse_membership
from directory.verbs import Action
from tenants.models import OPERATORS_ID

FIELDS = {"name": "displayName", "is_role_assignable": "isAssignableToRole"}
NAME = "Group.DisplayName"
GUARDIANS = (roles.GLOBAL, roles.PRIVILEGED_ROLE)


def _target(group: Group) -> dict[str, Any]:
    return {"id": group.pk, "type": "Group", "name": group.name}


def refusal(actor: User, group: Group) -> str | None:
    """Why the actor may not change this group, as a sentence; None if they may."""
    if not granting.is_guarded(group):
        may = administration.UPDATE_GROUP.needs
        return None if actor.holds(*may) else _("Your role does not include this.")
    if actor.holds(*GUARDIANS):
        return None
    return _("Only Global and Privileged Role Administrators change this group: power hangs on it.")


def _through(by: Initiator, action: Action, group: Group):
    return administering(by, action, _target(group), refusal(by.user, group) or "")


def add_group(group: Group, *, by: Initiator) -> None:
    """Add a group; whether roles can be assigned to it is fixed from then on."""
    group.full_clean()
    with _through(by, administration.ADD_GROUP, group) as deed:
        note_changes(deed, None, group, FIELDS)
        with refused_if_taken(_("This name is taken.")):
            group.save(force_insert=True)


def update_group(group: Group, name: str, *, by: Initiator) -> None:
    """Rename a group. Raises Refused for one that a source keeps."""
    old, new = (Group.objects.get(pk=group.pk) for _time in range(2))
    if old.name == name:
        return
    new.name = name
    new.full_clean()
    with _through(by, administration.UPDATE_GROUP, old) as deed, refused_if_taken(_("This name is taken.")):
        changed = note_changes(deed, old, new, FIELDS)
        refuse_kept(old, changed)
        new.save(update_fields=changed)


def remove_group(group: Group, *, by: Initiator) -> None:
    """Remove a group with its memberships and roles. Raises Refused for one that a setting names."""
    group = inside(group)
    held = list(RoleAssignment.objects.filter(group=group))
    refused = refusal(by.user, group) or ""
    if not refused and granting.is_guarded(group):
        refused = granting.refusal_to_take_group(by.user, group) or ""
    with (
        administering(by, administration.DELETE_GROUP, _target(group), refused) as deed,
        administrators.keeping_one(by.user),
    ):
        note_changes(deed, group, None, FIELDS)
        for one in held:
            deed.change("Role.DisplayName", one.role, None)
        if granting.is_in_rule(group):
            raise Refused(_("The rule of a location names this group."))
        try:
            Group.objects.filter(pk=group.pk).delete()
        except ProtectedError as error:
            raise Refused(
                _("This group is selected in the settings, by an access policy or for an application.")
            ) from error


# Members and owners


def add_group_member(group: Group, person: User, *, by: Initiator) -> None:
    """Put a person into a group; members of a role-assignable group hold its roles."""
    _add(GroupMember, administration.ADD_GROUP_MEMBER, group, person, by)


def remove_group_member(group: Group, person: User, *, by: Initiator) -> None:
    """Take a person out of a group. Raises Refused if that would leave no Global Administrator."""
    _remove(GroupMember, administration.REMOVE_GROUP_MEMBER, group, person, by)


def add_group_owner(group: Group, person: User, *, by: Initiator) -> None:
    """Make a person an owner: they hold nothing by it, and are as hard to reach as the members."""
    _add(GroupOwner, administration.ADD_GROUP_OWNER, group, person, by)


def remove_group_owner(group: Group, person: User, *, by: Initiator) -> None:
    """Make a person an owner no more."""
    _remove(GroupOwner, administration.REMOVE_GROUP_OWNER, group, person, by)


def _add(model, action: Action, group: Group, person: User, by: Initiator) -> None:
    group, person = inside(group), inside(person)
    if model.objects.filter(group=group, user=person).exists():
        return
    refused = _refusal(by.user, group, person, giving=True)
    with (
        administering(by, action, snapshot(person), refused) as deed,
        administrators.keeping_one(by.user),
    ):
        deed.change(NAME, None, group.name)
        with refused_if_taken(_("%(name)s is in it already.") % {"name": person.first_name}):
            model.objects.create(group=group, user=person)
        follow(deed, person)


def _remove(model, action: Action, group: Group, person: User, by: Initiator) -> None:
    held = model.objects.filter(group=group, user=person)
    if not held.exists():
        return
    refused = _refusal(by.user, group, person, giving=False)
    with (
        administering(by, action, snapshot(person), refused) as deed,
        administrators.keeping_one(by.user),
    ):
        deed.change(NAME, group.name, None)
        if model is GroupMember:
            refuse_membership(held.first(), group)
        held.delete()
        follow(deed, person)


def _refusal(actor: User, group: Group, person: User, *, giving: bool) -> str:
    if reason := refusal(actor, group):
        return reason
    if person.home_tenant_id == OPERATORS_ID:
        return _("An operator stays for an hour, with what an operator has.")
    if not granting.is_guarded(group):
        return ""
    return granting.refusal_in_group(actor, group, person, giving=giving) or ""
