"""What the provider lets pass: allauth's answers to oauthlib, narrower."""

from __future__ import annotations

from typing import Any

from allauth.core import context
from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.internal.oauthlib.request_validator import OAuthLibRequestValidator
from allauth.idp.oidc.internal.oauthlib.utils import get_validator_context
from allauth.idp.oidc.models import Client, Token
from django.db import transaction
from oauthlib.common import Request

from directory import applications
from directory.models import Application
from directory.models.applications import SCOPES
from directory.registration import State
from mystaff.initiator import initiator
from mystaff.openid import authentication, codes
from mystaff.registering import state_of

ACCESS = Token.Type.ACCESS_TOKEN


def application_of(client: Client) -> Application:
    """Our row of this client."""
    return Application.objects.get(pk=client.pk)


class Validator(OAuthLibRequestValidator):
    """One grant, one response, exact addresses, and people who may."""

    def _lookup_client(self, request: Request, client_id: str) -> Client | None:
        return None if "\0" in (client_id or "") else super()._lookup_client(request, client_id)

    # The question

    def validate_redirect_uri(self, client_id, redirect_uri, request, *args, **kwargs) -> bool:
        """Letter for letter (RFC 9700, 2.1); allauth lets other queries and users through."""
        return redirect_uri in request.client.get_redirect_uris()

    def validate_response_type(self, client_id, response_type, client, request, *args, **kwargs) -> bool:
        return response_type == Client.ResponseType.CODE

    def validate_grant_type(self, client_id, grant_type, client, request, *args, **kwargs) -> bool:
        return grant_type == Client.GrantType.AUTHORIZATION_CODE

    def validate_scopes(self, client_id, scopes, client, request, *args, **kwargs) -> bool:
        """Unknown scopes are left out (OpenID Connect Core 1.0, 3.1.2.1), and "openid" must be there."""
        request.scopes = [scope for scope in SCOPES if scope in scopes]
        return "openid" in scopes

    def validate_silent_login(self, request: Request) -> bool:
        return context.request.user.is_authenticated and authentication.is_fresh(context.request)

    def validate_silent_authorization(self, request: Request) -> bool:
        """Without a word: where consent is never asked for, or what was agreed to is still in force.

        allauth looks at tokens of whatever client.
        """
        application, person = application_of(request.client), context.request.user
        given = Token.objects.valid().filter(type=ACCESS, client_id=application.pk, user=person)
        agreed = any(set(request.scopes) <= set(token.get_scopes()) for token in given)
        may = state_of(context.request) == State.DONE and not applications.refusal(application, person)
        return may and (application.skip_consent or agreed)

    def validate_user_match(self, id_token_hint, scopes, claims, request: Request) -> bool:
        """Without `claims`, which is not supported; strangers match once they have signed in."""
        if not context.request.user.is_authenticated:
            return True
        return super().validate_user_match(id_token_hint, scopes, None, request)

    # The code

    def save_authorization_code(self, client_id, code, request: Request, *args, **kwargs) -> None:
        by = initiator(context.request, "OpenID Connect")
        with transaction.atomic():
            codes.keep(code["code"], request, authentication.facts(context.request))
            applications.note_sign_in(application_of(request.client), by)

    def validate_code(self, client_id, code, client, request: Request, *args, **kwargs) -> bool:
        row = codes.take(request.client.pk, code)
        if row is None or row.data["issuer"] != get_adapter().get_issuer():
            return False
        # A verifier without a challenge: somebody took the challenge out on the way (RFC 9700, 2.1.1).
        if request.code_verifier and "pkce" not in row.data:
            return False
        if not applications.holds(application_of(request.client), row.user, row.created_at):
            return False
        ctx = get_validator_context()
        ctx.row, ctx.facts = row, row.data["facts"]
        ctx.codes[(client_id, code)] = row.data
        request.user, request.scopes = row.user, row.data["scopes"]
        return True

    def _lookup_authorization_code(self, request, client_id: str, code: str) -> dict[str, Any] | None:
        return get_validator_context().codes.get((client_id, code))

    def invalidate_authorization_code(self, client_id, code, request: Request, *args, **kwargs) -> None:
        codes.use_up(get_validator_context().row)

    # The token

    def _prep_access_token(self, ctx, token: dict, request: Request) -> Token:
        """With the code that fetched it, under its hash: used again, it takes the token along."""
        made = super()._prep_access_token(ctx, token, request)
        made.data = {"code": ctx.row.hash}
        return made

    def validate_bearer_token(self, token, scopes, request: Request) -> bool:
        """A token ends with the sign-in: switched off, reset, signed out everywhere, or allowed no more."""
        if not super().validate_bearer_token(token, scopes, request):
            return False
        row = get_validator_context().access_token
        return row.user is not None and applications.holds(
            application_of(request.client), row.user, row.created_at
        )

    def revoke_token(self, token, token_type_hint, request: Request, *args, **kwargs) -> None:
        """Its own tokens only (RFC 7009, 2.1); allauth lets each client end any."""
        Token.objects.by_value(token).filter(type=ACCESS, client_id=request.client.pk).delete()
