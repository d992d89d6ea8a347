"""Locations: added, changed, moved, removed; who is in them.

Who is where decides who reaches whom. What lies in a restricted location is changed only by those who also
hold a role there: else whoever is kept out of it could take somebody out of it first.
Source: "Restricted management administrative units in Microsoft Entra ID".
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from directory import administration, administrators, dynamic_units, permissions, roles
from directory.actions.saving import inside, note_changes, refused_if_taken
from directory.connectors import Refused
from directory.door import Initiator, administering, snapshot
from directory.models import AdministrativeUnit, PasswordPolicy, RoleAssignment, UnitMembership, User
from directory.sync.kept import refuse_if_kept, refuse_kept, refuse_membership

FIELDS = {
    "name": "displayName",
    "kind": "kind",
    "parent": "parent",
    "hidden_membership": "hiddenMembership",
    "is_restricted": "isMemberManagementRestricted",
    "password_style": "passwordStyle",
}
CHANGEABLE = ("name", "kind", "hidden_membership", "password_style")
NAME = "AdministrativeUnit.DisplayName"


def target_of(unit: AdministrativeUnit) -> dict[str, Any]:
    """A location as the trail keeps it."""
    return {"id": unit.pk, "type": "AdministrativeUnit", "name": unit.name}


def add_unit(unit: AdministrativeUnit, *, by: Initiator) -> None:
    """Add a location below another one, or at the top; whether it is restricted is fixed from then on."""
    unit.prepare()
    unit.full_clean()
    with (
        administering(by, administration.ADD_UNIT, target_of(unit)) as deed,
        administrators.keeping_one(by.user),
    ):
        if unit.parent:
            unit.parent, unit.path = inside(unit.parent), ""  # it may have been moved since it was looked up
            unit.prepare()
        note_changes(deed, None, unit, FIELDS)
        unit.save(force_insert=True)


def update_unit(unit: AdministrativeUnit, values: dict[str, Any], *, by: Initiator) -> None:
    """Change some of CHANGEABLE. Raises Refused for what a source keeps."""
    old, new = (AdministrativeUnit.objects.get(pk=unit.pk) for _time in range(2))
    for name in set(CHANGEABLE) & values.keys():
        setattr(new, name, values[name])
    if all(getattr(new, name) == getattr(old, name) for name in CHANGEABLE):
        return
    new.full_clean()
    with administering(by, administration.UPDATE_UNIT, target_of(old)) as deed:
        changed = note_changes(deed, old, new, FIELDS)
        refuse_kept(old, changed)
        new.save(update_fields=changed)


def require_registration_in(unit: AdministrativeUnit, *, by: Initiator) -> None:
    """Ask everybody in a location, and below it, who has security info on file to prove it again."""
    old, new = inside(unit), inside(unit)
    with administering(by, administration.UPDATE_UNIT, target_of(old)) as deed:
        new.registration_from = timezone.now()
        deed.change("registrationFrom", _said(old.registration_from), _said(new.registration_from))
        new.save(update_fields=["registration_from"])


def _said(moment: datetime | None) -> str | None:
    return moment and moment.isoformat()


def move_unit(unit: AdministrativeUnit, parent: AdministrativeUnit | None, *, by: Initiator) -> None:
    """Hang a location, and all below it, under another one, or at the top.

    Raises Refused for a circle, and where a source says what it hangs under.
    """
    unit = AdministrativeUnit.objects.select_related("parent").get(pk=unit.pk)
    parent = parent and inside(parent)
    if unit.parent_id == (parent and parent.pk):
        return
    above = unit.parent.path if unit.parent else None
    refused = above and restricted_from(by.user, above)
    with (
        administering(by, administration.UPDATE_UNIT, target_of(unit), refused or None) as deed,
        administrators.keeping_one(by.user),
    ):
        deed.change("parent", unit.parent and unit.parent.name, parent and parent.name)
        if unit.source and unit.source in {one.source for one in (unit.parent, parent) if one}:
            refuse_if_kept(unit)
        if unit.path != inside(unit).path:
            raise Refused(_("This location was moved a moment ago."))
        try:
            unit.move(parent and inside(parent))
        except ValidationError as error:
            raise Refused(" ".join(error.messages)) from error


def remove_unit(unit: AdministrativeUnit, *, by: Initiator) -> None:
    """Remove a location with its memberships and the roles over it. Raises Refused if others lie below."""
    unit = inside(unit)
    refused = UnitMembership.objects.filter(unit=unit).exists() and restricted_from(by.user, unit.path)
    with (
        administering(by, administration.DELETE_UNIT, target_of(unit), refused or None) as deed,
        administrators.keeping_one(by.user),
    ):
        if unit.children.exists():
            raise Refused(_("There are other locations below it. Move or remove them first."))
        dynamic_units.hold(alone=True)  # nobody is brought into it at this moment
        note_changes(deed, unit, None, FIELDS)
        deed.change("members", UnitMembership.objects.filter(unit=unit).count(), None)
        for held in RoleAssignment.objects.filter(unit=unit).select_related("user", "group"):
            deed.change("Role.DisplayName", f"{held.role}, {held.user or held.group}", None)
        for policy in PasswordPolicy.objects.filter(unit=unit):
            deed.change("passwordPolicy", policy.get_preset_display(), None)
        AdministrativeUnit.objects.filter(pk=unit.pk).delete()


def add_unit_member(unit: AdministrativeUnit, person: User, *, by: Initiator) -> None:
    """Put a person into a location; who is there already stays."""
    unit, person = inside(unit), inside(person)
    if UnitMembership.objects.filter(unit=unit, user=person).exists():
        return
    refused = _refusal(by.user, person)
    with administering(by, administration.ADD_UNIT_MEMBER, snapshot(person), refused) as deed:
        if person.is_guest:
            raise Refused(_("%(name)s is a guest, and belongs to no location.") % {"name": person.first_name})
        _refuse_dynamic(unit)
        deed.change(NAME, None, unit.name)
        with refused_if_taken(_("%(name)s is there already.") % {"name": person.first_name}):
            UnitMembership.objects.create(unit=unit, user=person)


def remove_unit_member(unit: AdministrativeUnit, person: User, *, by: Initiator) -> None:
    """Take a person out of a location; who is not there is no deed. Raises Refused if it is a source's."""
    unit, held = inside(unit), UnitMembership.objects.filter(unit=unit, user=person)
    if not held.exists():
        return
    refused = _refusal(by.user, person)
    with administering(by, administration.REMOVE_UNIT_MEMBER, snapshot(person), refused) as deed:
        _refuse_dynamic(unit)
        deed.change(NAME, unit.name, None)
        refuse_membership(held.first(), unit)
        held.delete()


def _refuse_dynamic(unit: AdministrativeUnit) -> None:
    """Raise Refused for a location that has a rule, paused or not."""
    dynamic_units.hold()  # nobody gives it one at this moment
    if inside(unit).membership_rule:
        raise Refused(_("Who is in this location is found by a rule."))


def _refusal(actor: User, person: User) -> str | None:
    """The reason if the person is in a restricted location where the actor holds no role."""
    units = AdministrativeUnit.objects.filter(memberships__user=person).values_list("path", flat=True)
    if any(restricted_from(actor, path) for path in units):
        return _("%(name)s is in a restricted location.") % {"name": person.first_name}
    return None


def restricted_from(actor: User, path: str) -> str | None:
    """The reason why what lies at this path is closed to the actor; None if it is not.

    Open it is to a role that acts on people, over a unit in the restricted one, and above what it is about.
    """
    held = [one for one in actor.assignments if one.unit and one.role in roles.SENSITIVE_ACTIONS]
    mine = [one.unit.path for one in held if path.startswith(one.unit.path)]
    closed = [wall for wall in permissions.restricted_paths() if path.startswith(wall)]
    if all(any(scope.startswith(wall) for scope in mine) for wall in closed):
        return None
    return _("This is a restricted location: only roles over it change who belongs to it.")
