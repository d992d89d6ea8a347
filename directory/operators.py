"""Operators in a tenant: they enter it as a guest with all rights, for an hour, and both trails say so."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import record
from directory import roles
from directory.administration import ENTER_TENANT, LEAVE_TENANT
from directory.connectors import Refused
from directory.door import Initiator, administering
from directory.models import Invitation, RoleAssignment, User
from directory.verbs import Action
from tenants import scopes
from tenants.models import OPERATORS_ID, Tenant

STAY = timedelta(hours=1)
SOURCE = "operators"


def enter(tenant: Tenant, *, by: Initiator) -> None:
    """Become a guest of a tenant with the role Global Administrator, for STAY from now.

    Runs in the operators' scope. Raises Denied, and Refused for the operators' own tenant.
    """
    until = timezone.now() + STAY
    with administering(by, ENTER_TENANT, _target(tenant)) as deed:
        if tenant.pk == OPERATORS_ID:
            raise Refused(_("Operators are in their own organization already."))
        deed.change("endDateTime", None, until)
        with tenant.scope():
            guest = _guest(by.user)
            RoleAssignment.objects.filter(user=guest).delete()
            RoleAssignment.objects.create(user=guest, role=roles.GLOBAL, ends_at=until, source=SOURCE)
            _record(ENTER_TENANT, by, guest, until)
        stay = {"guest_id": guest.pk, "accepted_at": timezone.now(), "ends_at": until}
        Invitation.objects.update_or_create(user=by.user, host=tenant, defaults=stay)


def leave(tenant: Tenant, *, by: Initiator) -> None:
    """End the stay at once; the guest's row goes. Runs in the operators' scope."""
    with administering(by, LEAVE_TENANT, _target(tenant)):
        Invitation.objects.filter(user=by.user, host=tenant).delete()
        with tenant.scope():
            guest = User.objects.filter(home_tenant=OPERATORS_ID, home_user_id=by.user.pk).first()
            if guest:
                _record(LEAVE_TENANT, by, guest, None)
                guest.delete()


def stays(operator: User) -> dict[Any, datetime]:
    """Where an operator is now, by the tenant's id, and until when. Runs in the operators' scope."""
    with scopes.scope(OPERATORS_ID):
        return dict(operator.invitations.standing().values_list("host_id", "ends_at"))


def _target(tenant: Tenant) -> dict[str, Any]:
    return {"id": tenant.pk, "type": "Tenant", "name": tenant.name}


def _guest(operator: User) -> User:
    names = ("user_principal_name", "display_name", "given_name", "surname")
    facts = {name: getattr(operator, name) for name in names}
    facts |= {"accepted_at": timezone.now(), "authority": "guest", "is_active": True}
    return User.objects.update_or_create(
        home_tenant_id=OPERATORS_ID,
        home_user_id=operator.pk,
        defaults=facts,
        create_defaults=facts | {"password": make_password(None)},
    )[0]


def _record(action: Action, by: Initiator, guest: User, until: datetime | None) -> None:
    """The line in the tenant's own trail."""
    changed = [{"name": "endDateTime", "oldValue": None, "newValue": until}] if until else []
    record(
        action.activity,
        category=action.category,
        operation=action.operation,
        actor=by.snapshot() | {"id": guest.pk},
        target={
            "id": guest.pk,
            "type": "User",
            "name": guest.display_name,
            "principal_name": guest.user_principal_name,
        },
        changed=changed,
        details={"Source": by.surface, "Action": action.word},
    )
