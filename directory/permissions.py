"""Who may do what to whom: one rule, as a list. The check for one person is `.contains` on it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from directory import roles
from directory.models import AdministrativeUnit, Group, RoleAssignment, Settings, UnitMembership, User
from directory.models.units import after
from directory.verbs import VIEW, Action

EVERYONE = ~Q(pk__in=[])
NOBODY = Q(pk__in=[])


def reachable(actor: User, action: Action) -> QuerySet[User]:
    """Whom this action of this actor reaches. Judged for one role assignment at a time, never combined.

    Sources: Microsoft Entra's "Who can perform sensitive actions" and "Administrative units"; beyond it, a
    role scoped to a unit also reaches those whose roles all lie strictly below that unit.
    """
    if action.own:
        return User.objects.members().filter(pk=actor.pk)
    if action == VIEW:
        return User.objects.filter(_in_any_scope(holding(actor, action)))
    held_now = holding(actor, action)
    restricted = restricted_paths() if held_now else []
    reached = (in_scope(held) & ~_protected_from(held, action, restricted) for held in held_now)
    return User.objects.members().exclude(pk=actor.pk).filter(_any(reached))


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


def holding(actor: User, action: Action) -> list[RoleAssignment]:
    """The actor's assignments that know this action at all."""
    return [held for held in actor.assignments if held.role in (action.table or {})]


def in_scope(held: RoleAssignment) -> Q:
    return _in_any_scope([held])


def _in_any_scope(assignments: list[RoleAssignment]) -> Q:
    if any(held.unit is None for held in assignments):
        return EVERYONE
    return _inside([held.unit.path for held in assignments])


def ids_in_view(actor: User, settings: Settings) -> QuerySet | None:
    """Ids of whom the search shows, to be narrowed down before anybody is looked up; None for everyone."""
    if settings.look_up_everyone and opens_portal(actor, settings):
        return None
    return ids_of_own(actor)


def ids_of_own(actor: User) -> QuerySet | None:
    """Ids of whom the actor may see, once or several times each; None for everyone of the tenant."""
    held = holding(actor, VIEW)
    if any(one.unit is None for one in held):
        return None
    return UnitMembership.objects.filter(_below(one.unit.path for one in held)).values("user_id")


def _below(paths: Iterable[str]) -> Q:
    return _any(Q(unit__path__gte=path, unit__path__lt=after(path)) for path in paths)


def _inside(paths: list[str]) -> Q:
    """People in or below any of these units.

    Exists, here and below: PostgreSQL then looks for the one person that is asked about. With IN it gathers
    all the people of a school, or all the roles of a tenant, to look for one among them.
    """
    return Q(Exists(UnitMembership.objects.filter(_below(paths), user=OuterRef("pk")))) if paths else NOBODY


def _protected_from(held: RoleAssignment, action: Action, restricted: list[str]) -> Q:
    """People that this one assignment does not reach for this action, wherever they are."""
    bad = out_of_reach(held, action, restricted)
    groups = Group.objects.filter(is_role_assignable=True).filter(
        Q(Exists(bad.filter(group=OuterRef("pk")))) | _groups_of_their_own_row(held, action)
    )
    person = OuterRef("pk")
    return (
        Q(Exists(bad.filter(user=person)))
        | Q(Exists(Group.members.through.objects.filter(user=person, group__in=groups)))
        | Q(Exists(Group.owners.through.objects.filter(user=person, group__in=groups)))
        | in_restricted_units(held, restricted)
    )


def out_of_reach(held: RoleAssignment, action: Action, restricted: list[str]) -> QuerySet[RoleAssignment]:
    """Roles, held now or later, whose holders this assignment does not reach; `restricted` are all the
    restricted_paths().
    """
    allowed = action.table[held.role]
    refused = ~Q(role__in=allowed)
    if roles.ANY_OTHER in allowed:
        refused = Q(role__in=roles.ROWS - allowed)
    closed = restricted
    if roles.IN_RESTRICTED_UNIT in allowed:
        # The table's row speaks of the whole tenant; over a unit nobody comes in through its administrator.
        closed = [] if held.unit is None else _closed_to(held, restricted)
    refused |= _below(closed)
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
    theirs = RoleAssignment.objects.not_over().filter(group=OuterRef("pk"))
    return ~Q(Exists(theirs)) | Q(Exists(theirs.filter(unit=None)))


def restricted_paths() -> list[str]:
    """The paths of all restricted units."""
    restricted = AdministrativeUnit.objects.filter(is_restricted=True).order_by("path")
    return list(restricted.values_list("path", flat=True))


def _closed_to(held: RoleAssignment, restricted: list[str]) -> list[str]:
    """Restricted units that this role is not scoped at or below."""
    return [path for path in restricted if not held.unit or not held.unit.path.startswith(path)]


def in_restricted_units(held: RoleAssignment, restricted: list[str]) -> Q:
    """People in or below a restricted unit, unless this role is scoped at or below that very unit."""
    return _inside(_closed_to(held, restricted))


# Places


def opens_portal(actor: User, settings: Settings | None = None) -> bool:
    """Whether the portal opens: a role that helps people, and the tenant's switch."""
    return bool(holding(actor, VIEW)) and (settings or Settings.current()).opens_portal_for(actor)


def starts(actor: User) -> set[AdministrativeUnit] | None:
    """The topmost units of the actor's roles; None for the whole tenant. Costs no query."""
    scopes = {held.unit for held in holding(actor, VIEW)}
    if None in scopes:
        return None
    return {unit for unit in scopes if not any(unit.is_below(other, strictly=True) for other in scopes)}


def locations(actor: User) -> QuerySet[AdministrativeUnit]:
    """Where the actor starts: the topmost units of their roles, or all topmost of the tenant."""
    top = starts(actor)
    if top is None:
        return AdministrativeUnit.objects.filter(parent=None)
    return AdministrativeUnit.objects.filter(pk__in=[unit.pk for unit in top])


def units(actor: User) -> QuerySet[AdministrativeUnit]:
    """Every unit the actor may open."""
    scopes = [held.unit for held in holding(actor, VIEW)]
    if None in scopes:
        return AdministrativeUnit.objects.all()
    return AdministrativeUnit.objects.filter(
        _any(Q(path__gte=unit.path, path__lt=after(unit.path)) for unit in scopes)
    )
