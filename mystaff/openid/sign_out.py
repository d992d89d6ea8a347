"""Signing out that an application begins (OpenID Connect RP-Initiated Logout 1.0)."""

from __future__ import annotations

from allauth.core.internal.httpkit import add_query_params
from allauth.idp.oidc.internal.tokens import decode_jwt_token
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from directory import applications
from directory.models import Application
from mystaff.openid.views import BackToApplication


@csrf_exempt  # it only asks: another site signs nobody out
@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def end_session(request: HttpRequest) -> HttpResponse:
    """Ask whether to sign out here too; who is signed out already is led back at once."""
    said = request.POST if request.method == "POST" else request.GET
    application = _application(said)
    # What goes on in the address says who asks, and not whom: a token's names stay out of histories.
    values = {name: said[name] for name in ("post_logout_redirect_uri", "state") if name in said}
    query = urlencode(values | ({"client_id": application.pk} if application else {}))
    if request.method == "POST":
        return redirect(f"{reverse('openid_end_session')}?{query}")
    if not request.user.is_authenticated:
        where = _back(application, said)
        return BackToApplication(where) if where else redirect("sign_in")
    context = {"application": application, "answer": f"{reverse('openid_signed_out')}?{query}"}
    return render(request, "openid/end_session.html", context)


@never_cache
@require_POST
def signed_out(request: HttpRequest) -> HttpResponse:
    """Yes: the session ends, and what the application was given for it."""
    application = _application(request.GET)
    if application:
        applications.end_tokens(application, request.user)
    logout(request)
    where = _back(application, request.GET)
    context = {"where": where, "application": application}
    return render(request, "openid/onward.html", context) if where else redirect("sign_in")


def _application(said: QueryDict) -> Application | None:
    """Who asks, by the id or by a token of ours; nobody, if the two differ."""
    hint = decode_jwt_token(said.get("id_token_hint", ""), verify_exp=False, verify_iss=True) or {}
    named = {name for name in (said.get("client_id"), hint.get("aud")) if name}
    if len(named) != 1 or "\0" in "".join(named):
        return None
    return Application.objects.filter(pk=named.pop()).first()


def _back(application: Application | None, said: QueryDict) -> str:
    """Where the application wants people back, if it is written down letter for letter."""
    where = said.get("post_logout_redirect_uri", "")
    if application is None or where not in application.post_logout_redirect_uris.split():
        return ""
    return add_query_params(where, {"state": said["state"]}) if said.get("state") else where
