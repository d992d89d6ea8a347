"""Who gets into the portal, and to whom in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.vary import vary_on_headers

from directory import permissions, refusals
from directory.door import Denied, acting
from directory.models import User
from directory.verbs import Action
from mystaff.context import portal_opens, settings_of
from mystaff.initiator import initiator


def portal_view(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for managers: never kept by a browser (devices are shared), refusals shown with their reason."""

    @never_cache
    @vary_on_headers("HX-Request")
    @wraps(view)
    def opened(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not portal_opens(request):
            return render(request, "portal/oops.html", status=403)
        try:
            return view(request, *args, **kwargs)
        except Denied as denied:
            context = {"reason": str(denied), "person_id": kwargs.get("pk")}
            return render(request, "portal/refused.html", context, status=403)

    return opened


def person_or_404(request: HttpRequest, pk: UUID) -> User:
    """A person whom this manager may see; for everyone else it is as if there were nobody."""
    return get_object_or_404(permissions.findable(request.user, settings_of(request)), pk=pk)


def check(request: HttpRequest, action: Action, person: User) -> None:
    """Raise Denied where the button is disabled; a POST by hand meets the door, so that the trail has it."""
    if reason := refusals.refusal(request.user, action, person):
        if request.method == "POST":
            with acting(initiator(request), action, person):
                raise Denied(reason)
        raise Denied(reason)
