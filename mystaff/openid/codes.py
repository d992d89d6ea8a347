"""Authorization codes: a row each, under a hash, good for one use.

allauth keeps them in the cache in clear, and two servers could take one at the same moment.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.idp.oidc import app_settings
from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Token
from django.utils import timezone
from oauthlib.common import Request

CODE = Token.Type.AUTHORIZATION_CODE


def keep(code: str, request: Request, facts: dict[str, Any]) -> None:
    """Write down what the code stands for; never the code itself."""
    lives = timedelta(seconds=app_settings.AUTHORIZATION_CODE_EXPIRES_IN)
    row = Token(type=CODE, client_id=request.client.pk, user=request.user)
    row.created_at = timezone.now()
    row.expires_at = row.created_at + lives
    row.data = {
        "code": {"nonce": request.nonce},
        "redirect_uri": request.redirect_uri,
        "scopes": request.scopes,
        "issuer": get_adapter().get_issuer(),
        "facts": facts,
    }
    if request.code_challenge:
        row.data["pkce"] = {
            "code_challenge": request.code_challenge,
            "code_challenge_method": request.code_challenge_method,
        }
    row.set_value(code)
    row.save(force_insert=True)


def take(client_id: str, code: str) -> Token | None:
    """The code's row, held until the transaction ends; None for one that is unknown, over or was used.

    Used a second time it was stolen, before or after: what it fetched ends (RFC 6749, 4.1.2).
    """
    rows = Token.objects.valid().by_value(code).select_for_update(of=("self",))
    row = rows.select_related("user").filter(type=CODE, client_id=client_id).first()
    if row is None or "used" not in row.data:
        return row
    Token.objects.filter(client_id=client_id, user_id=row.user_id, data__code=row.hash).delete()
    return None


def use_up(row: Token) -> None:
    """Let it be used no more; the row stays until it is over, to tell a second use."""
    row.data = {"used": True}
    row.save(update_fields=["data"])
