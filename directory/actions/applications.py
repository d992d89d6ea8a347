"""Applications that people sign in to with the password kept here: added, changed, removed; their secrets."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Any

from allauth.idp.oidc.models import Token
from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _

from directory import administration, signing_keys
from directory.actions.saving import inside, note_changes
from directory.connectors import Refused
from directory.door import Initiator, administering
from directory.models import Application
from tenants import keys

FIELDS = {
    "name": "DisplayName",
    "type": "ClientType",
    "redirect_uris": "RedirectUris",
    "post_logout_redirect_uris": "LogoutUris",
    "group": "Group.DisplayName",
    "skip_consent": "SkipConsent",
}
TYPED = tuple(FIELDS)


def _target(application: Application) -> dict[str, Any]:
    return {"id": None, "type": "Application", "name": application.name[:256]}


def add_application(application: Application, *, by: Initiator) -> None:
    """Add one, without a secret; the tenant's first gets it a signing key. Raises Refused without keys."""
    application.secret = make_password(None)
    application.full_clean()
    with administering(by, administration.ADD_APPLICATION, _target(application)) as deed:
        note_changes(deed, None, application, FIELDS)
        try:
            signing_keys.ensure()
        except keys.NoKeys as error:
            raise Refused(str(error)) from error
        application.save(force_insert=True)


def update_application(application: Application, values: dict[str, Any], *, by: Initiator) -> None:
    """Change the typed fields; who used it before and may not now is out at once. Raises ValidationError."""
    old, new = inside(application), inside(application)
    for name in TYPED:
        setattr(new, name, values.get(name, getattr(old, name)))
    if new.is_public:
        new.secret = make_password(None)
    new.full_clean()
    if all(getattr(old, name) == getattr(new, name) for name in TYPED):
        return
    with administering(by, administration.UPDATE_APPLICATION, _target(old)) as deed:
        note_changes(deed, old, new, FIELDS)
        new.save()


def remove_application(application: Application, *, by: Initiator) -> None:
    """Remove one; its codes and tokens end with it."""
    with administering(by, administration.REMOVE_APPLICATION, _target(application)) as deed:
        note_changes(deed, inside(application), None, FIELDS)
        inside(application).delete()


def renew_secret(application: Application, *, by: Initiator, after: str) -> str:
    """A new secret, shown this once; the old one and what it fetched end. Raises Refused for a second time.

    `after` is the version of the secret that the page was made with: a reload finds another one.
    """
    with administering(by, administration.RENEW_SECRET, _target(application)):
        row = Application.objects.select_for_update().get(pk=application.pk)
        if row.is_public:
            raise Refused(_("A public application has no secret."))
        if row.secret_version != after:
            raise Refused(_("A secret was made a moment ago."))
        secret = token_urlsafe(48)
        row.set_secret(secret)
        row.save(update_fields=["secret"])
        Token.objects.filter(client_id=row.pk).delete()
    return secret
