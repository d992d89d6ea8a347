"""What every page knows: whose site it is and where its person can go."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from directory import guests, permissions
from directory.models import Settings
from tenants.models import Tenant


def page(request: HttpRequest) -> dict[str, Any]:
    """Lazy throughout: a page pays only for what it shows, and an error page for nothing."""
    return {
        "tenant": getattr(request, "tenant", None),
        "settings": SimpleLazyObject(lambda: settings_of(request)),
        "organizations": SimpleLazyObject(lambda: organizations(request)),
        "has_several": SimpleLazyObject(lambda: has_several(request)),
        "portal_opens": SimpleLazyObject(lambda: portal_opens(request)),
        "home": SimpleLazyObject(lambda: home(request)),
        "layout": layout(request),
    }


def organizations(request: HttpRequest) -> list[Tenant]:
    """Where this person can go from here; a tenant's own host has one session and one organization."""
    if request.tenant.prefix != request.META["SCRIPT_NAME"]:
        return [request.tenant]
    return guests.organizations(request.user)


def has_several(request: HttpRequest) -> bool:
    """Whether there is another organization to switch to; a guest has at least home, which costs no query."""
    return request.user.is_guest or len(organizations(request)) > 1


def settings_of(request: HttpRequest) -> Settings:
    """The tenant's settings, read once a request."""
    if not hasattr(request, "tenant_settings"):
        request.tenant_settings = Settings.current()
    return request.tenant_settings


def portal_opens(request: HttpRequest) -> bool:
    """Whether this person may open the portal, asked once a request."""
    if not hasattr(request, "portal_opens"):
        user = getattr(request, "user", None)
        known = bool(user and user.is_authenticated)
        request.portal_opens = known and permissions.opens_portal(user, settings_of(request))
    return request.portal_opens


def home(request: HttpRequest) -> str:
    """Where a person begins: managers at their locations, everyone else at their own account."""
    return reverse("locations" if portal_opens(request) else "account")


def layout(request: HttpRequest) -> str:
    """The page around a view's content: for htmx nothing, so that only its named part is sent."""
    htmx = getattr(request, "htmx", None)
    # Going back to a page that the browser has dropped asks for all of it.
    return "fragment.html" if htmx and not htmx.history_restore_request else "page.html"
