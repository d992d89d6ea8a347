"""People: added, changed, disabled and enabled, removed; their alternate e-mail addresses."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from directory import administration, administrators, dynamic_units, places, tasks
from directory.actions.following import follow
from directory.actions.saving import inside, note_changes, refused_if_taken
from directory.connectors import Refused
from directory.door import Initiator, acting, administering, snapshot
from directory.models import LOCAL, EmailMethod, RoleAssignment, User
from directory.sync.kept import refuse_if_kept, refuse_kept
from tenants import scopes
from tenants.models import EmailDomain

# Of a person: our fields, and what Microsoft Graph's "user resource type" calls them.
FIELDS = {
    "user_principal_name": "userPrincipalName",
    "display_name": "displayName",
    "given_name": "givenName",
    "surname": "surname",
    "job_title": "jobTitle",
    "department": "department",
    "employee_id": "employeeId",
}


def add_user(person: User, *, by: Initiator) -> None:
    """Add a person, who has no password until somebody who looks after them resets it.

    Raises ValidationError for a name that is taken or of another domain, before anything is written.
    """
    person.password = make_password(None)
    person.prepare()
    person.full_clean()
    with administering(by, administration.ADD_USER, snapshot(person)) as deed:
        note_changes(deed, None, person, FIELDS | {"is_active": "accountEnabled"})
        dynamic_units.hold()  # before the row: runs take it first, too
        with refused_if_taken(_("This user name is taken.")):
            person.save(force_insert=True)
        follow(deed, person, is_new=True)


def update_user(person: User, values: dict[str, Any], *, by: Initiator) -> None:
    """Change some of FIELDS; a user name too, which is why it reaches only whom sensitive actions reach.

    Raises ValidationError as `add_user` does, Refused for what a source keeps. What is as it was is no deed.
    """
    old, new = inside(person), inside(person)
    for name in FIELDS.keys() & values.keys():
        setattr(new, name, values[name])
    new.prepare()
    if all(getattr(new, name) == getattr(old, name) for name in FIELDS):
        return
    new.full_clean()
    with acting(by, administration.UPDATE_USER, old) as (_authority, deed):
        changed = note_changes(deed, old, new, FIELDS)
        if "user_principal_name" in changed and old.authority != LOCAL:
            # By another name somebody else would be found there, and their password be reset.
            said = _("The user name of %(name)s is changed where the password is kept.")
            raise Refused(said % {"name": old.first_name})
        refuse_kept(old, changed)
        dynamic_units.hold()  # before a new user name, which nobody can add to a location meanwhile
        with refused_if_taken(_("This user name is taken.")):
            new.save(update_fields=[*changed, "sort_name"])
        follow(deed, new)


def enable_user(person: User, *, by: Initiator) -> None:
    """Let a person sign in again. Raises Refused for whom a source has disabled: it would do so again."""
    person = inside(person)
    with acting(by, administration.ENABLE_ACCOUNT, person) as (_authority, deed):
        if person.disabled_by_source:
            refuse_if_kept(person)
        deed.change("accountEnabled", person.is_active, True)
        dynamic_units.hold()  # before the row: runs take it first, too
        person.is_active, person.disabled_by_source = True, False
        person.save(update_fields=["is_active", "disabled_by_source"])
        follow(deed, person)


def disable_user(person: User, *, by: Initiator) -> None:
    """Keep a person out, whatever a source says of them: every session of theirs ends.

    Raises Refused for the last Global Administrator.
    """
    person = inside(person)
    with (
        acting(by, administration.DISABLE_ACCOUNT, person) as (_authority, deed),
        administrators.keeping_one(by.user),
    ):
        deed.change("accountEnabled", person.is_active, False)
        person.is_active = person.disabled_by_source = False
        person.revoke_sessions()
        person.save(update_fields=["is_active", "disabled_by_source", "sessions_valid_from"])
        follow(deed, person)


def remove_user(person: User, *, by: Initiator) -> None:
    """Delete a person with their memberships, methods and roles; the trail stays as it is.

    Raises Refused for the last Global Administrator.
    """
    with (
        acting(by, administration.DELETE_USER, person) as (_authority, deed),
        administrators.keeping_one(by.user),
    ):
        note_changes(deed, person, None, FIELDS)
        for held in RoleAssignment.objects.filter(user=person).select_related("unit"):
            over = places.full_name(held.unit) if held.unit else None
            deed.change("Role.DisplayName", f"{held.role}, {over}" if over else held.role, None)
        User.objects.filter(pk=person.pk).delete()


# Alternate e-mail addresses


def set_alternate_email(person: User, address: str, *, by: Initiator) -> None:
    """Add or change the address for notices and self-service. Raises Refused for the account's own name."""
    old = EmailMethod.objects.filter(user=person).first()
    if old and old.address == address:
        return
    action = administration.CHANGE_EMAIL if old else administration.ADD_EMAIL
    with acting(by, action, person) as (authority, deed):
        refuse_own(person, address)
        deed.change("alternateEmail", old.address if old else None, address)
        values = {"address": address, "set_by": by.user_id, "proved_at": None}
        dynamic_units.hold()  # before the rows: runs take it first, too
        EmailMethod.objects.update_or_create(user=person, defaults=values)
        follow(deed, person)
        tasks.notify(person, "email_changed" if old else "email_added")
        if old:
            tasks.notify(person, "email_changed", "email", old.address)
        authority.set_email(person, address)


def refuse_own(person: User, address: str, domains: Collection[str] | None = None) -> None:
    """Raise Refused unless it is an address at all, and one that is read without the forgotten password.

    `domains` are the tenant's own, where many are asked about; without them they are looked up.
    """
    own = own_domains() if domains is None else domains
    if address.strip().lower() == person.user_principal_name or _domain_of(address) in own:
        raise Refused(_("An alternate address is one that opens without this account’s password."))
    try:
        EmailMethod(address=address).clean_fields(exclude=["user", "tenant"])
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error


def own_domains() -> set[str]:
    """The domains of this tenant, on which no alternate address may be."""
    return set(EmailDomain.objects.filter(tenant=scopes.require()).values_list("domain", flat=True))


def _domain_of(address: str) -> str:
    """As domains are stored: in small letters, in the form that goes over the wire (RFC 5890)."""
    domain = address.rpartition("@")[2].strip().lower()
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return domain


def remove_alternate_email(person: User, *, by: Initiator) -> None:
    """Remove the address; without one on file there is nothing to do."""
    old = EmailMethod.objects.filter(user=person).first()
    if old is None:
        return
    with acting(by, administration.REMOVE_EMAIL, person) as (authority, deed):
        deed.change("alternateEmail", old.address, None)
        dynamic_units.hold()  # before the rows: runs take it first, too
        tasks.notify(person, "email_removed", "email", old.address)
        EmailMethod.objects.filter(user=person).delete()
        follow(deed, person)
        authority.set_email(person, None)
