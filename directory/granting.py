"""Who gives which role to whom, and takes it away again.

Source: "Assign Microsoft Entra roles", by which a Privileged Role Administrator may assign every role, even
Global Administrator and even to themselves. Here nobody gives more than they hold, and the rest is closed:

- only Global and Privileged Role Administrators over the whole tenant give and take roles;
- nobody gives a role to themselves, nor to a group that they belong to;
- a Privileged Role Administrator neither gives nor takes the roles from which everything follows
  (EVERYTHING), takes none of their own, and leaves the roles of people alone whom another role of theirs
  covers: else they could reset somebody's password first and make them an administrator afterwards, or take
  away first what protects somebody;
- the stay of an operator is neither prolonged nor widened;
- members of a group gain and lose what the group holds, so its membership follows the same rules;
- a group whose members a source brings holds no role over the whole tenant, whoever would give it.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext as _

from directory import permissions, roles, rules
from directory.models import (
    AccessPolicy,
    AdministrativeUnit,
    Application,
    Group,
    RoleAssignment,
    Settings,
    User,
)
from tenants.models import OPERATORS_ID

EVERYTHING = frozenset(
    {roles.GLOBAL, roles.GLOBAL_READER, roles.PRIVILEGED_ROLE, roles.PRIVILEGED_AUTHENTICATION}
)


def refusal_to_give(
    actor: User, role: str, principal: User | Group, *, is_tenant_wide: bool = False
) -> str | None:
    """Why the actor may not give this role to this person or group, as a sentence; None if they may."""
    refused = _refusal_to_all(actor, [role]) or _refusal_about(actor, principal, giving=True)
    return refused or (_refusal_to_source(principal) if is_tenant_wide else None)


def refusal_to_take(actor: User, role: str, principal: User | Group) -> str | None:
    """Why the actor may not take this role away; everyone may give up a role but the last administrator."""
    return _refusal_to_all(actor, [role]) or _refusal_about(actor, principal, giving=False)


def refusal_to_take_group(actor: User, group: Group) -> str | None:
    """Why the actor may not take a guarded group away: even one without a role protects who is in it."""
    held = RoleAssignment.objects.not_over().filter(group=group).values_list("role", flat=True)
    return _refusal_to_all(actor, held) or _refusal_about(actor, group, giving=False)


def refusal_in_group(actor: User, group: Group, person: User, *, giving: bool) -> str | None:
    """Why the actor may not bring this person into a guarded group, or take them out."""
    held = RoleAssignment.objects.not_over().filter(group=group).values_list("role", flat=True)
    if group.is_role_assignable or not giving:
        return _refusal_to_all(actor, held) or _refusal_about(actor, person, giving=giving)
    # Selected in a setting: an administrator of everything may select themselves too.
    return _refusal_to_all(actor, held) or _refusal_about(actor, person, giving=not _is_global(actor))


def is_guarded(group: Group) -> bool:
    """Whether power hangs on this group: roles can be assigned to it, or a setting or policy names it."""
    return group.is_role_assignable or is_selected(group)


def is_selected(group: Group) -> bool:
    """Whether a setting of the tenant, an access policy, an application or a rule names this group."""
    settings = Settings.current()
    named = [field.attname for field in Settings._meta.fields if field.related_model is Group]
    if group.pk in {getattr(settings, name) for name in named}:
        return True
    # Whoever may change such a group takes people out of the policy, or lets them into the application.
    if any(model.objects.filter(group=group).exists() for model in (AccessPolicy, Application)):
        return True
    return is_in_rule(group)


def is_in_rule(group: Group) -> bool:
    """Whether the rule of a location names this group: its members are then that location's people."""
    texts = AdministrativeUnit.objects.exclude(membership_rule="").values_list("membership_rule", flat=True)
    return any(group.pk in rules.named_groups(text) for text in texts)


def _is_global(actor: User) -> bool:
    return actor.holds(roles.GLOBAL)


def _refusal_to_all(actor: User, given: Iterable[str]) -> str | None:
    """The first reason that lies in the actor and the roles alone."""
    if _is_global(actor):
        return None
    if not actor.holds(roles.PRIVILEGED_ROLE):
        return _("Your role does not include this.")
    if EVERYTHING & set(given):
        return _("Only a Global Administrator gives and takes this role.")
    return None


def _refusal_about(actor: User, principal: User | Group, *, giving: bool) -> str | None:
    """The reason that lies in who the role is for."""
    people = _people_of(principal)
    if people.filter(home_tenant=OPERATORS_ID).exists():
        return _("An operator stays for an hour, with what an operator has.")
    if (giving or not _is_global(actor)) and people.filter(pk=actor.pk).exists():
        return _("Nobody changes their own roles.")
    if not _is_global(actor) and (near := people.filter(_covered_by(actor)).first()):
        return _("Another role of yours covers %(name)s: somebody else has to do this.") % {
            "name": near.first_name
        }
    return None


def _refusal_to_source(principal: User | Group) -> str | None:
    """Whoever writes a source decides who is in its groups, but never who holds power over everything."""
    if isinstance(principal, Group) and principal.source:
        return _("The source “%(source)s” says who is in this group: it holds roles over locations only.") % {
            "source": principal.source
        }
    return None


def _people_of(principal: User | Group):
    if isinstance(principal, User):
        return User.objects.filter(pk=principal.pk)
    return User.objects.filter(
        Q(pk__in=principal.members.values("pk")) | Q(pk__in=principal.owners.values("pk"))
    )


def _covered_by(actor: User) -> Q:
    """People in the scope of any role of the actor's, now or later, that acts on people."""
    groups = actor.groupmember_set.values("group_id")
    mine = RoleAssignment.objects.not_over().filter(Q(user=actor) | Q(group__in=groups))
    helping = mine.filter(role__in=roles.PORTAL).select_related("unit")
    found = permissions.NOBODY
    for held in helping:
        found |= permissions.in_scope(held)
    return found
