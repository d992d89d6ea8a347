"""Who may do what to whom: one rule, as a list. The check for one person is `.contains` on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from directory import roles
from directory.models import AdministrativeUnit, Group, RoleAssignment, Settings, UnitMembership, User
from directory.models.units import after

EVERYONE = ~Q(pk__in=[])
NOBODY = Q(pk__in=[])


@dataclass(frozen=True)
class Action:
    """One deed: its word is the permission, the event in the trail and the button."""

    word: str
    activity: str = ""  # Microsoft Entra's name of the event, "Audit activity reference"
    category: str = "UserManagement"
    operation: str = "Update"
    table: dict[str, frozenset[str]] | None = None  # whom the roles let act on whom
    needs: frozenset[str] = frozenset()  # deeds on the tenant: one of these roles, over the whole tenant
    own: bool = False  # deeds on oneself

    def __str__(self) -> str:
        return self.word


VIEW = Action("view", table=dict.fromkeys(roles.PORTAL, roles.ROWS))
RESET_PASSWORD = Action(
    "reset_password", gettext_noop("Reset password (by admin)"), table=roles.RESET_PASSWORD
)
ADD_PHONE = Action(
    "add_phone",
    gettext_noop("Admin registered security info"),
    operation="Create",
    table=roles.AUTHENTICATION_METHODS,
)
CHANGE_PHONE = Action(
    "change_phone", gettext_noop("Admin updated security info"), table=roles.AUTHENTICATION_METHODS
)
REMOVE_PHONE = Action(
    "remove_phone",
    gettext_noop("Admin deleted security info"),
    operation="Delete",
    table=roles.AUTHENTICATION_METHODS,
)
ENABLE_SMS_SIGN_IN = Action(
    "enable_sms_sign_in", gettext_noop("Enable phone sign-in"), table=roles.AUTHENTICATION_METHODS
)
DISABLE_SMS_SIGN_IN = Action(
    "disable_sms_sign_in", gettext_noop("Disable phone sign-in"), table=roles.AUTHENTICATION_METHODS
)
CHANGE_PASSWORD = Action("change_password", gettext_noop("Change password (self-service)"), own=True)
INVITE_GUEST = Action(
    "invite_guest", gettext_noop("Invite guest"), operation="Create", needs=frozenset({roles.GLOBAL})
)
REMOVE_GUEST = Action(
    "remove_guest", gettext_noop("Remove guest"), operation="Delete", needs=frozenset({roles.GLOBAL})
)
ACCEPT_INVITATION = Action("accept_invitation", gettext_noop("Accept invitation"), own=True)
DECLINE_INVITATION = Action("decline_invitation", gettext_noop("Decline invitation"), own=True)
UPDATE_SETTINGS = Action(
    "update_settings",
    gettext_noop("Update company settings"),
    category="Policy",
    needs=frozenset({roles.GLOBAL}),
)


MANAGE_TENANTS = Action(
    "manage_tenants",
    gettext_noop("Update tenant"),
    category="DirectoryManagement",
    needs=frozenset({roles.OPERATOR}),
)


# The rule


def reachable(actor: User, action: Action) -> QuerySet[User]:
    """Whom this action of this actor reaches. Judged for one role assignment at a time, never combined.

    Sources: Microsoft Entra's "Who can perform sensitive actions" and "Administrative units"; beyond it, a
    role scoped to a unit also reaches those whose roles all lie strictly below that unit.
    """
    if action.own:
        return User.objects.members().filter(pk=actor.pk)
    if action == VIEW:
        return User.objects.filter(_any(_in_scope(held) for held in _holding(actor, action)))
    return (
        User.objects.members()
        .exclude(pk=actor.pk)
        .filter(_any(_in_scope(held) & ~_protected_from(held, action) for held in _holding(actor, action)))
    )


def findable(actor: User, settings: Settings | None = None) -> QuerySet[User]:
    """Whom the search shows: one's own people, and by name everyone where the tenant says so."""
    settings = settings or Settings.current()
    if settings.look_up_everyone and opens_portal(actor, settings):
        return User.objects.all()
    return reachable(actor, VIEW)


def _any(conditions: Iterable[Q]) -> Q:
    found = NOBODY
    for condition in conditions:
        found |= condition
    return found


def _holding(actor: User, action: Action) -> list[RoleAssignment]:
    """The actor's assignments that know this action at all."""
    return [held for held in actor.assignments if held.role in (action.table or {})]


def _in_scope(held: RoleAssignment) -> Q:
    if held.unit is None:
        return EVERYONE
    return Q(pk__in=UnitMembership.objects.below(held.unit).values("user_id"))


def _protected_from(held: RoleAssignment, action: Action) -> Q:
    """People that this one assignment does not reach for this action, wherever they are."""
    bad = _out_of_reach(held, action)
    groups = Group.objects.filter(is_role_assignable=True).filter(
        Q(pk__in=bad.exclude(group=None).values("group_id")) | _groups_of_their_own_row(held, action)
    )
    return (
        Q(pk__in=bad.exclude(user=None).values("user_id"))
        | Q(pk__in=Group.members.through.objects.filter(group__in=groups).values("user_id"))
        | Q(pk__in=Group.owners.through.objects.filter(group__in=groups).values("user_id"))
        | _in_restricted_units(held)
    )


def _out_of_reach(held: RoleAssignment, action: Action) -> QuerySet[RoleAssignment]:
    """Roles, held now or later, whose holders this assignment does not reach."""
    allowed = action.table[held.role]
    refused = ~Q(role__in=allowed)
    if roles.ANY_OTHER in allowed:
        refused = Q(role__in=roles.ROWS - allowed)
    if roles.IN_RESTRICTED_UNIT not in allowed:
        refused |= _any(Q(unit__path__gte=path, unit__path__lt=after(path)) for path in _restricted_paths())
    if held.unit is not None:
        # Strictly below: a role over the same unit, a wider one or the tenant is no business of this actor.
        path = held.unit.path
        refused |= Q(unit=None) | Q(unit__path__lte=path) | Q(unit__path__gte=after(path))
    return RoleAssignment.objects.not_over().filter(refused)


def _groups_of_their_own_row(held: RoleAssignment, action: Action) -> Q:
    """Role-assignable groups that count as the table's own row: those not holding unit-scoped roles only.

    One that holds no role yet counts too: it may hold any tomorrow.
    """
    if held.unit is None and roles.IN_ROLE_GROUP in action.table[held.role]:
        return NOBODY
    held_by_groups = RoleAssignment.objects.not_over().exclude(group=None)
    return ~Q(pk__in=held_by_groups.values("group_id")) | Q(
        pk__in=held_by_groups.filter(unit=None).values("group_id")
    )


def _restricted_paths() -> list[str]:
    return list(AdministrativeUnit.objects.filter(is_restricted=True).values_list("path", flat=True))


def _in_restricted_units(held: RoleAssignment) -> Q:
    """People in or below a restricted unit, unless this role is scoped at or below that very unit."""
    closed = [p for p in _restricted_paths() if held.unit is None or not held.unit.path.startswith(p)]
    return _any(Q(pk__in=_members_below(path)) for path in closed)


def _members_below(path: str) -> QuerySet:
    inside = UnitMembership.objects.filter(unit__path__gte=path, unit__path__lt=after(path))
    return inside.values("user_id")


# Places


def opens_portal(actor: User, settings: Settings | None = None) -> bool:
    """Whether the portal opens: a role that helps people, and the tenant's switch."""
    return bool(_holding(actor, VIEW)) and (settings or Settings.current()).opens_portal_for(actor)


def locations(actor: User) -> QuerySet[AdministrativeUnit]:
    """Where the actor starts: the topmost units of their roles, or all topmost of the tenant."""
    scopes = [held.unit for held in _holding(actor, VIEW)]
    if None in scopes:
        return AdministrativeUnit.objects.filter(parent=None)
    top = [unit for unit in scopes if not any(unit.is_below(other, strictly=True) for other in scopes)]
    return AdministrativeUnit.objects.filter(pk__in=[unit.pk for unit in top])


def units(actor: User) -> QuerySet[AdministrativeUnit]:
    """Every unit the actor may open."""
    scopes = [held.unit for held in _holding(actor, VIEW)]
    if None in scopes:
        return AdministrativeUnit.objects.all()
    return AdministrativeUnit.objects.filter(
        _any(Q(path__gte=unit.path, path__lt=after(unit.path)) for unit in scopes)
    )


# Refusals


def refusal(actor: User, action: Action, person: User) -> str | None:
    """Why this person is out of reach, as a sentence for the manager; None if they are not.

    Call it for people the actor may see, and only for them.
    """
    if reachable(actor, action).filter(pk=person.pk).exists():
        return None
    for applies in (_own_account, _guest, _no_such_role, _elsewhere, _restricted, _holder, _in_role_group):
        if sentence := applies(actor, action, person):
            return sentence
    return _("Your role does not reach this account.")


def _own_account(actor: User, action: Action, person: User) -> str:
    return _("This is your own account.") if actor.pk == person.pk else ""


def _guest(actor: User, action: Action, person: User) -> str:
    if not person.is_guest:
        return ""
    return _("%(name)s is a guest: their own organization looks after the account.") % {
        "name": person.first_name
    }


def _no_such_role(actor: User, action: Action, person: User) -> str:
    return "" if _holding(actor, action) else _("Your role does not include this.")


def _elsewhere(actor: User, action: Action, person: User) -> str:
    if _covering(actor, action, person):
        return ""
    return _("%(name)s is not in your locations.") % {"name": person.first_name}


def _restricted(actor: User, action: Action, person: User) -> str:
    covering = _covering(actor, action, person)
    if not all(User.objects.filter(_in_restricted_units(held), pk=person.pk).exists() for held in covering):
        return ""
    return _("%(name)s is in a restricted location.") % {"name": person.first_name}


def _holder(actor: User, action: Action, person: User) -> str:
    """Names a role in the way; where several assignments cover the person, as seen by the first."""
    for held in _covering(actor, action, person):
        for role in _roles_of(person, _out_of_reach(held, action)):
            return _("%(name)s holds %(role)s.") % {"name": person.first_name, "role": _(role)}
    return ""


def _in_role_group(actor: User, action: Action, person: User) -> str:
    return _("%(name)s belongs to a group that carries roles.") % {"name": person.first_name}


def _covering(actor: User, action: Action, person: User) -> list[RoleAssignment]:
    """The actor's assignments in whose scope the person is."""
    return [
        held
        for held in _holding(actor, action)
        if User.objects.filter(_in_scope(held), pk=person.pk).exists()
    ]


def _roles_of(person: User, assignments: QuerySet[RoleAssignment]) -> list[str]:
    mine = (
        Q(user=person)
        | Q(group__in=person.groupmember_set.values("group_id"))
        | Q(group__in=person.groupowner_set.values("group_id"))
    )
    return sorted(assignments.filter(mine).values_list("role", flat=True))
