"""Whose session it is, and the pages that people have at home only: a guest's session stands there."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import get_script_prefix, reverse
from django_htmx.http import HttpResponseClientRedirect

from directory.models import User
from tenants.models import Tenant


def person_at_home(request: HttpRequest) -> User:
    """Whose session it is: a guest's stands at home, and so does what they can prove."""
    return getattr(request.user, "home", request.user)


def page_at_home(request: HttpRequest, name: str) -> str:
    """The path of this page, which takes no arguments, where the person is at home."""
    person = person_at_home(request)
    if person is request.user:
        return reverse(name)
    return (
        f"{Tenant.objects.get(pk=person.tenant_id).prefix}/{reverse(name).removeprefix(get_script_prefix())}"
    )


def lead(request: HttpRequest, where: str) -> HttpResponse:
    """A redirect; htmx would follow one by itself and put the page into the part that it asked for."""
    # A middleware may ask before htmx's own has looked at the request.
    return (
        HttpResponseClientRedirect(where) if getattr(request, "htmx", None) else HttpResponseRedirect(where)
    )
