"""The last Global Administrator: whoever could let everybody else in again must stay."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from directory import roles
from directory.connectors import Refused
from directory.models import LOCAL, GroupMember, RoleAssignment, User
from tenants import scopes

LAST_ONE = gettext_noop("This is the last Global Administrator. Make somebody else one first.")


LAST_HERE = gettext_noop(
    "This is the last Global Administrator whose password is kept here. Make somebody else one first."
)


def lasting() -> set[UUID]:
    """Who is a Global Administrator now and without an end, and can sign in: guests do not count.

    Directly or through a group; over the whole tenant, as every Global Administrator is.
    """
    return {person.pk for person in _lasting() if person.authority != LOCAL or person.has_usable_password()}


def lasting_here() -> set[UUID]:
    """Those of them whose password is kept here: they get in whatever becomes of a connected directory."""
    return {person.pk for person in _lasting() if person.authority == LOCAL and person.has_usable_password()}


def _lasting() -> QuerySet[User]:
    begun = Q(starts_at=None) | Q(starts_at__lte=timezone.now())
    held = RoleAssignment.objects.filter(begun, role=roles.GLOBAL, unit=None, ends_at=None)
    of_groups = held.filter(group__is_role_assignable=True).values("group_id")
    through = GroupMember.objects.filter(group__in=of_groups).values_list("user_id", flat=True)
    ids = {*held.exclude(user=None).values_list("user_id", flat=True), *through}
    return User.objects.members().filter(pk__in=ids, is_active=True)


@contextmanager
def keeping_one(actor: User | None = None) -> Iterator[None]:
    """Let one change of who administers through at a time, and refuse the one that leaves nobody.

    Raises Refused; stand inside a transaction. With an actor, also for one who lost a role while waiting: of
    two administrators who remove one another at the same moment the second one is none any more.
    """
    _wait_in_line()
    if actor is not None:
        _still_holds_all(actor)
    before = lasting()
    yield
    if before and not lasting():
        raise Refused(_(LAST_ONE))


@contextmanager
def keeping_one_here() -> Iterator[None]:
    """The same, and one whose password is kept here besides, if there was one."""
    with keeping_one():
        before = lasting_here()
        yield
        if before and not lasting_here():
            raise Refused(_(LAST_HERE))


def _wait_in_line() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"administrators {scopes.require()}"]
        )


def _still_holds_all(actor: User) -> None:
    now = User.objects.filter(pk=actor.pk).first()
    held = {assignment.pk for assignment in now.assignments} if now else set()
    if not {assignment.pk for assignment in actor.assignments} <= held or not now:
        raise Refused(_("Your own roles were changed a moment ago."))
