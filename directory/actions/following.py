"""Locations with rules follow what a deed changed about people; nobody is given power by it.

Who is where decides who reaches whom. So a deed that brings somebody into a location by its rule is refused
where a role over the location reaches further than whoever does the deed reaches that person already: they
would hand on, or take, what they have not. And nobody takes people through the wall of a restricted location
this way who could not do so by hand. Taking somebody out of an open one gives power to nobody.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.utils.translation import gettext as _

from directory import administration, dynamic_units, permissions, verbs
from directory.actions.units import NAME, restricted_from, target_of
from directory.connectors import Refused
from directory.door import Deed, Initiator
from directory.dynamic_units import Moved
from directory.models import AdministrativeUnit, RoleAssignment, User
from directory.verbs import Action

# One deed for each of the tables of who acts on whom.
KINDS = (verbs.RESET_PASSWORD, verbs.ADD_PHONE, administration.UPDATE_USER)


def follow(deed: Deed, person: User, *, is_new: bool = False, is_vouched: bool = False) -> None:
    """Let locations with rules follow what was just changed about one person, as parts of the deed.

    `is_new`: nobody could do anything to them before. `is_vouched`: what they are is said by a provider or a
    source that the tenant trusts with it. Raises Refused.
    """
    moved = dynamic_units.differences([person.pk])
    if not is_vouched:
        refuse_power(deed.by, moved, new={person.pk} if is_new else set())
    dynamic_units.write(moved)
    for one in moved:
        action = administration.ADD_UNIT_MEMBER if one.come else administration.REMOVE_UNIT_MEMBER
        part = deed.part(action, person)
        part.change(NAME, None if one.come else one.unit.name, one.unit.name if one.come else None)
        part.details["MembershipRule"] = one.unit.membership_rule


def follow_all(deed: Deed, people: Collection[UUID], new: Collection[UUID]) -> None:
    """The same for many, who were changed or are `new`, with one entry for each location. Raises Refused."""
    moved = dynamic_units.differences({*people, *new})
    refuse_power(deed.by, moved, new=new)
    dynamic_units.write(moved)
    for one in moved:
        part = Deed(deed.by, administration.UPDATE_UNIT, target_of(one.unit), deed.correlation_id)
        part.details |= dynamic_units.counted(one)
        deed.parts.append(part)


def refuse_power(by: Initiator, moved: Collection[Moved], *, new: Collection[UUID] = ()) -> None:
    """Raise Refused if anybody would be reached further by it than `by` reaches them now."""
    if by.user is None:  # a shell on the server
        return
    guards_all = by.may(administration.ADD_UNIT_MEMBER)
    for one in moved:
        crosses = one.go or (one.come and not guards_all)
        if crosses and restricted_from(by.user, one.unit.path):
            raise Refused(_("This changes who is in a restricted location: only roles over it do that."))
        if not guards_all:
            _refuse_coming(by.user, one.unit, {*one.come} - {*new, by.user.pk})


def _refuse_coming(actor: User, unit: AdministrativeUnit, people: set[UUID]) -> None:
    for action in _given_over(unit) if people else ():
        reached = permissions.reachable(actor, action).filter(pk__in=people)
        if further := people - set(reached.values_list("pk", flat=True)):
            name = User.objects.get(pk=min(further)).first_name
            # Not which location: that one of them finds this person may be nobody's business.
            said = _(
                "By its rule a location would find %(name)s, and roles over it reach further than yours. "
                "A Global Administrator can do this."
            )
            raise Refused(said % {"name": name})


def _given_over(unit: AdministrativeUnit) -> list[Action]:
    """What roles over a location, now or later, let somebody do to people in it."""
    held = RoleAssignment.objects.not_over().filter(unit__path__in=unit.paths_above)
    names = set(held.values_list("role", flat=True))
    return [action for action in KINDS if names & action.table.keys()]
