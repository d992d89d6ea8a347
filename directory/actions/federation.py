"""People and their accounts at the tenant's identity provider: linked, created by signing in, unlinked."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _

from directory import dynamic_units, verbs
from directory.actions.following import follow
from directory.actions.people import FIELDS
from directory.actions.saving import note_changes, refused_if_taken
from directory.door import Initiator, acting, administering, snapshot
from directory.federation import Received
from directory.models import FederatedIdentity, IdentityProvider, User


def link_identity(provider: IdentityProvider, subject: str, *, by: Initiator) -> None:
    """Whoever was found by user name is known by the subject from now on. Raises Refused if another was
    quicker.
    """
    with acting(by, verbs.LINK_IDENTITY, by.user) as (_authority, deed):
        deed.change("identityProvider", None, provider.name)
        with refused_if_taken(_("This account is linked already.")):
            FederatedIdentity.objects.create(provider=provider, user=by.user, uid=provider.uid(subject))


def join(provider: IdentityProvider, received: Received, *, ip_address: str | None) -> User:
    """Add the person whom the provider vouches for, linked to the account there; they have no password.

    Raises ValidationError for a name that cannot be one here, Refused if another was quicker.
    """
    person = User(
        user_principal_name=received.user_name,
        display_name=(received.display_name or received.user_name.partition("@")[0])[:256],
        given_name=received.given_name[:128],
        surname=received.surname[:128],
        password=make_password(None),
    )
    person.prepare()
    person.full_clean()
    by = Initiator(person, ip_address, "Sign-in")
    # Nobody's reach decides: the tenant has said that whoever its provider vouches for is added.
    with administering(by, verbs.JOIN_BY_SIGNING_IN, snapshot(person), refused="") as deed:
        note_changes(deed, None, person, FIELDS)
        deed.change("identityProvider", None, provider.name)
        dynamic_units.hold()  # before the row: runs take it first, too
        with refused_if_taken(_("This user name is taken.")):
            person.save(force_insert=True)
            uid = provider.uid(received.subject)
            FederatedIdentity.objects.create(provider=provider, user=person, uid=uid)
        follow(deed, person, is_new=True, is_vouched=True)
    return person


def unlink_identity(identity: FederatedIdentity, *, by: Initiator) -> None:
    """Forget whose account it is: the next one to come with the person's user name is linked anew."""
    target = snapshot(identity.user)
    with administering(by, verbs.UNLINK_IDENTITY, target) as deed:
        deed.change("identityProvider", identity.provider.name, None)
        FederatedIdentity.objects.filter(pk=identity.pk).delete()
