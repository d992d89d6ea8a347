"""Pages that want to know again who sits there: a session may be hours old, and the device shared."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps

from allauth.account.internal.flows.login import get_authentication_records
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from mystaff.at_home import lead, page_at_home, person_at_home

View = Callable[..., HttpResponse]


def proved_at(request: HttpRequest) -> float:
    """When this person last proved who they are, at sign-in or since: seconds since 1970; 0 if never."""
    records = get_authentication_records(request, person_at_home(request))
    # A badge can be photographed: it opens the account, and no other way in.
    return max((record["at"] for record in records if record["method"] != "badge"), default=0.0)


def is_confirmed(request: HttpRequest, minutes: float) -> bool:
    """Whether the last proof is younger than this."""
    return time.time() - proved_at(request) < minutes * 60


def confirmed_within(minutes: float) -> Callable[[View], View]:
    """Open a view only to whoever proved who they are so lately; others confirm first, and come back."""

    def decorate(view: View) -> View:
        @wraps(view)
        def asked(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            return view(request, *args, **kwargs) if is_confirmed(request, minutes) else ask(request)

        return asked

    return decorate


def ask(request: HttpRequest, *, factor: bool = False) -> HttpResponse:
    """To the page that confirms, and back to this address afterwards; what was typed here is not kept."""
    asked = {"next": request.get_full_path()} | ({"factor": "1"} if factor else {})
    where = f"{confirm_page(request)}?{urlencode(asked)}"
    return lead(request, where)


def confirm_page(request: HttpRequest) -> str:
    """Where this person confirms: at home, for only there they have something to prove it with."""
    return page_at_home(request, "confirm")


def next_page(request: HttpRequest, otherwise: str) -> str:
    """Where this request wants to go next, if that is a page of this site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_path = wanted.startswith("/")
    # Paths only: another host's page, or another scheme, is no business of ours.
    safe = is_path and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if safe else otherwise
