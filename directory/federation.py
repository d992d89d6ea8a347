"""Who comes from the tenant's own identity provider: which person of the tenant its word is about, if any.

By the stable subject; the first time by the user name that the provider vouches for. Nothing here signs
anybody in.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from audit.models import Result, record
from directory import verbs
from directory.door import Initiator, snapshot
from directory.models import FederatedIdentity, IdentityProvider, User
from directory.models.assignments import any_role_of
from tenants import scopes
from tenants.models import EmailDomain

LONGEST = 255  # characters of a subject (OpenID Connect Core, 2)


@dataclass(frozen=True)
class Received:
    """What a provider said, after everything about the answer was checked."""

    subject: str
    user_name: str = ""  # only one that the provider vouches for; '' without
    display_name: str = ""
    given_name: str = ""
    surname: str = ""
    multi_factor: bool = False
    authenticated_at: float | None = None  # when they signed in there (seconds since 1970), if it says so


@dataclass(frozen=True)
class Match:
    """Whom it is about; or nobody, and why, as a sentence for admins."""

    person: User | None = None
    is_linked: bool = False
    is_new: bool = False  # the person is to be created
    reason: str = ""
    about: User | None = None  # who was meant, where nobody comes in

    @property
    def lets_in(self) -> bool:
        return not self.reason


def match(provider: IdentityProvider, received: Received) -> Match:
    """Find the person in the tenant whose scope we are in; writes nothing."""
    if not 0 < len(received.subject) <= LONGEST:
        return Match(reason=_("The provider sent no permanent ID."))
    uid = provider.uid(received.subject)
    known = FederatedIdentity.objects.select_related("user").filter(provider=provider, uid=uid).first()
    if known:
        reason = "" if known.user.is_active else _("The account is disabled.")
        return _settled(known.user, reason or _against_administrator(provider, known.user), is_linked=True)
    return _by_user_name(provider, _folded(received.user_name.strip()))


def _folded(name: str) -> str:
    """In small letters as names are stored; others than A to Z stay: some become one of these."""
    return name.lower() if name.isascii() else name


def _by_user_name(provider: IdentityProvider, name: str) -> Match:
    if "@" not in name:
        return Match(reason=_("The provider did not send a user name that it has verified."))
    domain = name.rpartition("@")[2]
    if not EmailDomain.objects.filter(domain=domain, tenant=scopes.require()).exists():
        return Match(reason=_("“%(name)s” has no domain of this organization.") % {"name": name[:256]})
    person = User.objects.filter(user_principal_name=name).first()
    if person is None and provider.creates_people:
        return Match(is_new=True)
    if person is None:
        return Match(reason=_("Nobody here has the user name “%(name)s”.") % {"name": name[:256]})
    return _settled(person, _against(provider, person))


def _settled(person: User, reason: str, *, is_linked: bool = False) -> Match:
    return Match(
        person=None if reason else person,
        is_linked=is_linked,
        reason=reason,
        about=person if reason else None,
    )


def _against(provider: IdentityProvider, person: User) -> str:
    """Why a person is not theirs to claim by user name, for the first time."""
    if person.is_guest:
        return _("This is a guest: their own organization signs them in.")
    if not person.is_active:
        return _("The account is disabled.")
    if person.federated_identities.filter(provider=provider).exists():
        # The user name was given to somebody else there, or the account was made anew.
        return _("Another account of this provider is linked to this person.")
    return _against_administrator(provider, person)


def _against_administrator(provider: IdentityProvider, person: User) -> str:
    """Asked each time: a role may have been given since the account was linked."""
    if not provider.links_administrators and User.objects.filter(any_role_of(person), pk=person.pk).exists():
        return _("Whoever holds a role does not come in this way, as this provider is set up.")
    return ""


def vouches(provider_id: str, person: User) -> bool:
    """Whether the provider that let this person in still would: it is on, and theirs to come by."""
    linked = FederatedIdentity.objects.filter(provider=provider_id, user=person, provider__enabled=True)
    identity = linked.select_related("provider").first()
    return identity is not None and not _against_administrator(identity.provider, person)


def providers_of(person: User) -> list[IdentityProvider]:
    """Where this person may come in from."""
    return list(IdentityProvider.objects.filter(enabled=True, identities__user=person).distinct())


def note_failure(
    provider: IdentityProvider,
    reason: str,
    *,
    ip_address: str | None,
    match: Match | None = None,
    name: str = "",
) -> None:
    """Write down that somebody did not come in this way: our own words, never what was sent."""
    action, about = verbs.FEDERATED_SIGN_IN, match.about if match else None
    actor = {"id": None, "name": name or _("Somebody")} | (Initiator(about).snapshot() if about else {})
    record(
        action.activity,
        category=action.category,
        operation=action.operation,
        result=Result.FAILURE,
        reason=reason,
        actor=actor | {"ip_address": ip_address},
        target=snapshot(about)
        if about
        else {"id": provider.pk, "type": "IdentityProvider", "name": provider.name},
        details={"Source": "Sign-in", "Action": action.word, "Provider": provider.name},
    )
