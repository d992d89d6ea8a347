"""Why somebody is out of reach: the rule of permissions.py, asked step by step and put into a sentence."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from directory import permissions
from directory.models import RoleAssignment, User
from directory.verbs import Action


def refusal(actor: User, action: Action, person: User) -> str | None:
    """Why this person is out of reach, as a sentence for the manager; None if they are not.

    Call it for people the actor may see, and only for them.
    """
    if permissions.reachable(actor, action).filter(pk=person.pk).exists():
        return None
    return reason(actor, action, person)


def reason(actor: User, action: Action, person: User) -> str:
    """Why somebody who is out of reach is, as a sentence."""
    for applies in (_own_account, _guest, _no_such_role, _by_scope):
        if sentence := applies(actor, action, person):
            return sentence
    return _("%(name)s belongs to a group that carries roles.") % {"name": person.first_name}


def _own_account(actor: User, action: Action, person: User) -> str:
    return _("This is your own account.") if actor.pk == person.pk else ""


def _guest(actor: User, action: Action, person: User) -> str:
    if not person.is_guest:
        return ""
    return _("%(name)s is a guest: their own organization looks after the account.") % {
        "name": person.first_name
    }


def _no_such_role(actor: User, action: Action, person: User) -> str:
    return "" if permissions.holding(actor, action) else _("Your role does not include this.")


def _by_scope(actor: User, action: Action, person: User) -> str:
    """Names a role in the way; where several assignments cover the person, as seen by the first."""
    name = {"name": person.first_name}
    if not (covering := _covering(actor, action, person)):
        return _("%(name)s is not in your locations.") % name
    restricted = permissions.restricted_paths()
    if not (let_in := _let_in(covering, person, restricted)):
        return _("%(name)s is in a restricted location.") % name
    for held in let_in:
        for role in _roles_of(person, permissions.out_of_reach(held, action, restricted)):
            return _("%(name)s holds %(role)s.") % (name | {"role": _(role)})
    return ""


def _covering(actor: User, action: Action, person: User) -> list[RoleAssignment]:
    """The actor's assignments in whose scope the person is."""
    return [
        held
        for held in permissions.holding(actor, action)
        if User.objects.filter(permissions.in_scope(held), pk=person.pk).exists()
    ]


def _let_in(covering: list[RoleAssignment], person: User, restricted: list[str]) -> list[RoleAssignment]:
    """Those of them that no restricted unit keeps out."""
    return [
        held
        for held in covering
        if not User.objects.filter(permissions.in_restricted_units(held, restricted), pk=person.pk).exists()
    ]


def _roles_of(person: User, assignments: QuerySet[RoleAssignment]) -> list[str]:
    # An owner counts as holding the roles of a group only where all of them are scoped to units.
    wide = RoleAssignment.objects.not_over().filter(unit=None).exclude(group=None).values("group_id")
    owned = person.groupowner_set.exclude(group__in=wide).values("group_id")
    mine = Q(user=person) | Q(group__in=person.groupmember_set.values("group_id")) | Q(group__in=owned)
    return sorted(assignments.filter(mine).values_list("role", flat=True))
