"""Who may help themselves, and which phones and addresses count for it."""

from __future__ import annotations

from django.db.models import Q

from directory import permissions
from directory.models import EmailMethod, PhoneMethod, PhoneType, RoleAssignment, Settings, User, Way


def person_of(user_name: str) -> User | None:
    """The person with this name, if the tenant lets them reset a forgotten password; asked by the worker."""
    person = User.objects.members().filter(user_principal_name=user_name, is_active=True).first()
    return person if person and Settings.current().opens_self_service_for(person) else None


def destination(person: User, way: str) -> str:
    """Where a code for this person goes; '' where nothing that counts is on file."""
    method = _phone(person) if way == Way.SMS else EmailMethod.objects.filter(user=person).first()
    if method is None or not _counts(method, person):
        return ""
    found = method.number if way == Way.SMS else method.address
    # Mail to the account itself is read with the very password that was forgotten.
    return "" if found.casefold() == person.user_principal_name else found


def ways_needed(person: User) -> int:
    """How many different ways they prove themselves by: always two for whoever holds a role, also later."""
    return 2 if holds_any_role(person) else Settings.current().methods_required


def holds_any_role(person: User) -> bool:
    """Whether they hold any role: over whatever, by themselves or through a group, now or later."""
    member, owner = person.groupmember_set.values("group_id"), person.groupowner_set.values("group_id")
    held = Q(user=person) | Q(group__in=member) | Q(group__in=owner)
    return RoleAssignment.objects.not_over().filter(held).exists()


def _phone(person: User) -> PhoneMethod | None:
    return person.phones.filter(phone_type=PhoneType.MOBILE).first()


def _counts(method: PhoneMethod | EmailMethod, person: User) -> bool:
    """Set by the person, a roster, or somebody who may still reach the account: else it is a back door."""
    if method.set_by in (None, person.pk):
        return True
    setter = User.objects.filter(pk=method.set_by).first()
    if setter is None:
        return False
    return permissions.reachable(setter, permissions.CHANGE_PHONE).filter(pk=person.pk).exists()
