"""Guests: people of one tenant who help in another. Accepted at home; the home row decides."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils import timezone

from directory import tasks, verbs
from directory.door import Denied, Initiator, acting, administering, snapshot
from directory.models import Invitation, User
from tenants import scopes
from tenants.models import OPERATORS_ID, Tenant


def as_guest(person: User, tenant: Tenant) -> User | AnonymousUser:
    """The guest row that stands for this person of another tenant, or nobody.

    Whether they accepted is asked at home: what the host's own rows say about it is not trusted. An operator
    invites themselves (operators.py), for a time, and only while they are one.
    """
    with scopes.scope(person.tenant_id):
        accepted = person.invitations.standing().filter(host=tenant).first()
        if person.tenant_id == OPERATORS_ID and not person.is_operator:
            accepted = None
    guest = (
        accepted and User.objects.filter(pk=accepted.guest_id, home_user_id=person.pk, is_active=True).first()
    )
    if not guest:
        return AnonymousUser()
    guest.home = person
    return guest


def invite(user_principal_name: str, *, by: Initiator) -> None:
    """Ask somebody else's person to help here. The same answer whether the name exists or not."""
    name = user_principal_name.strip().lower()
    target = {"id": None, "type": "User", "name": name, "principal_name": name}
    with administering(by, verbs.INVITE_GUEST, target):
        home = Tenant.objects.filter(domains__domain=name.rpartition("@")[2]).first()
        here = scopes.require()
        if home is None or home.pk == here or home.is_operators:
            return
        guest = _pending_guest(name, home)
        with home.scope():
            _ask_at_home(name, guest, here)


def _pending_guest(name: str, home: Tenant) -> User:
    """A row with nothing but the name that was typed; who it is comes when they accept."""
    empty = {"display_name": name, "home_tenant": home, "authority": "guest", "password": make_password(None)}
    guest, _made = User.objects.get_or_create(user_principal_name=name, defaults=empty)
    tasks.keep_units_current(person=guest.pk)
    return guest


def _ask_at_home(name: str, guest: User, host_id) -> None:
    person = User.objects.members().filter(user_principal_name=name, is_active=True).first()
    if person is None or not guest.is_guest:
        return
    with scopes.scope(host_id):  # somebody may have another name now than when they were asked before
        guest = User.objects.filter(home_user_id=person.pk).first() or guest
    # Names are given anew: a row that stands for somebody else, and what hangs on it, is not for a namesake.
    if guest.home_user_id in (None, person.pk):
        Invitation.objects.get_or_create(user=person, host_id=host_id, defaults={"guest_id": guest.pk})


def accept(invitation: Invitation, *, by: Initiator) -> None:
    """Say yes, at home; the guest's row there learns the name."""
    if invitation.user_id != by.user.pk:
        raise Denied
    with acting(by, verbs.ACCEPT_INVITATION, by.user):
        now = timezone.now()
        with scopes.scope(invitation.host_id):
            guest = User.objects.get(pk=invitation.guest_id, home_tenant_id=by.user.tenant_id)
            guest.home_user_id, guest.accepted_at = by.user.pk, now
            for name in ("display_name", "given_name", "surname"):
                setattr(guest, name, getattr(by.user, name))
            guest.save()
            tasks.keep_units_current(person=guest.pk)
        invitation.accepted_at = now
        invitation.save(update_fields=["accepted_at"])


def decline(invitation: Invitation, *, by: Initiator) -> None:
    """Say no, or leave later; the guest's row there no longer stands for anyone."""
    if invitation.user_id != by.user.pk:
        raise Denied
    with acting(by, verbs.DECLINE_INVITATION, by.user):
        invitation.delete()


def remove(guest: User, *, by: Initiator) -> None:
    """Take a guest's row away with all that hangs on it; at home the invitation ends."""
    if not guest.is_guest:
        raise Denied
    with administering(by, verbs.REMOVE_GUEST, snapshot(guest)):
        here, home, pk = scopes.require(), guest.home_tenant_id, guest.pk
        User.objects.filter(pk=pk).exclude(home_tenant=None).delete()
        with scopes.scope(home):
            Invitation.objects.filter(host_id=here, guest_id=pk).delete()


def organizations(user: User) -> list[Tenant]:
    """The tenants this person can go to: home first, then where they are an accepted guest."""
    person = getattr(user, "home", user)
    with scopes.scope(person.tenant_id):
        hosts = person.invitations.standing().values("host_id")
        places = Tenant.objects.filter(Q(pk=person.tenant_id) | Q(pk__in=hosts))
        return sorted(places, key=lambda tenant: tenant.pk != person.tenant_id)
