"""Access policies at work: what a request gets that does not meet them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _

from directory.access_policies import Outcome
from mystaff.at_home import lead, page_at_home
from mystaff.confirmed import confirm_page
from mystaff.evaluation import facts_about, judge, judge_visitor, note, strictest
from mystaff.proved import has_second_factor
from mystaff.signin.surfaces import SELF_SERVICE, Place, place_of


class AccessPolicyMiddleware:
    """Asks the tenant's access policies before every page of a signed-in person, and before self-service."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        place = place_of(request.resolver_match)
        nobody = place is SELF_SERVICE
        if place is None or not (nobody or request.user.is_authenticated):
            return None
        facts = facts_about(
            place.surface,
            is_deed=place.is_deed,
            networks_only=place.networks_only,
            registers=request.method in place.registers,
        )
        judgements = judge_visitor(request, facts) if nobody else judge(request, facts)
        note(request, judgements, place.surface)
        return _answer(request, place, strictest(judgements), kwargs)


def _answer(request: HttpRequest, place: Place, outcome: Outcome, kwargs: dict) -> HttpResponse | None:
    if outcome == Outcome.ALLOWED:
        return None
    if outcome == Outcome.BLOCKED:
        return _blocked(request, place, kwargs)
    if outcome == Outcome.SECOND_FACTOR and not has_second_factor(request):
        messages.info(request, _("A second factor is needed here. Add one, then go on."))
        return lead(request, page_at_home(request, "account"))
    return _to_confirm(request, place, outcome, kwargs)


def _blocked(request: HttpRequest, place: Place, kwargs: dict) -> HttpResponse:
    """Says whom to ask, and signs nobody out: from the right network the session goes on."""
    if request.htmx:
        return lead(request, _page_of(request, place, kwargs))
    return render(request, "signin/blocked.html", {"known": place is not SELF_SERVICE}, status=403)


def _to_confirm(request: HttpRequest, place: Place, outcome: Outcome, kwargs: dict) -> HttpResponse:
    """What was sent is never sent again by us: it may be a password. They come back to the empty form."""
    if request.method == "POST":
        messages.info(request, _("Nothing was changed, and what you typed was not kept. Please do it again."))
    asked = {"next": _page_of(request, place, kwargs)}
    if outcome == Outcome.SECOND_FACTOR:
        asked["factor"] = "1"
    return lead(request, f"{confirm_page(request)}?{urlencode(asked)}")


def _page_of(request: HttpRequest, place: Place, kwargs: dict) -> str:
    """Where to go on: a whole page, and none that only takes what is sent."""
    if request.method not in ("GET", "HEAD"):
        return reverse(place.back, kwargs=kwargs) if place.back else request.get_full_path()
    around = (request.htmx and request.htmx.current_url_abs_path) or ""
    # Two slashes in front would be another host.
    is_path = url_has_allowed_host_and_scheme(around, allowed_hosts=None)
    return around if is_path else request.get_full_path()
