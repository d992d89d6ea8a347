"""An authenticator app on its way in: its secret waits in the session, sealed, until a code proves it."""

from __future__ import annotations

from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.http import HttpRequest

from tenants import keys, scopes

SESSION_KEY = "pending_app"


def secret_of(request: HttpRequest) -> str:
    """The secret that waits, or a new one: the same one until it is used, so that a reload shows it again."""
    try:
        return keys.unseal(request.session.get(SESSION_KEY, ""), _place(request))
    except keys.Undecryptable:
        secret = generate_totp_secret()
        request.session[SESSION_KEY] = keys.seal(secret, _place(request))
        return secret


def forget(request: HttpRequest) -> None:
    """It is registered, or given up."""
    request.session.pop(SESSION_KEY, None)


def _place(request: HttpRequest) -> str:
    return f"{scopes.require()}/{request.user.pk}/{SESSION_KEY}"
