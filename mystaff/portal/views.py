"""Locations, people of a location, search, one person."""

from __future__ import annotations

from collections import Counter
from functools import partial
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from directory import permissions, verbs
from directory.models import SearchWord, UnitMembership, User
from directory.sync.attention import last_done
from mystaff.context import settings_of
from mystaff.portal.access import person_or_404, portal_view
from mystaff.portal.places import around, in_order, place_people, with_counts, with_rough_counts
from mystaff.portal.profile import profile
from mystaff.portal.tables import FoundTable, PeopleTable, table_of

FEW = 12  # sub-locations that show at once: two rows at a desk


@portal_view
@require_safe
def locations(request: HttpRequest) -> HttpResponse:
    """Where this manager starts; with one location, straight to it."""
    units = in_order(permissions.locations(request.user))
    if _starts_here(request.user):
        return redirect("location", units[0].pk)
    everyone = permissions.starts(request.user) is None
    return render(request, "portal/locations.html", {"units": with_rough_counts(units), "everyone": everyone})


@portal_view
@require_safe
def location(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The people in a location and below it, once each."""
    unit = get_object_or_404(permissions.units(request.user), pk=pk)
    above, below = around(request.user, unit)
    text = request.GET.get("q", "").strip()
    inside = UnitMembership.objects.below(unit).values("user_id")
    table = table_of(PeopleTable, SearchWord.search(text, inside) if text else inside, request)
    with_counts(below)
    context = {
        "unit": unit,
        "above": above,
        "below": below[:FEW],
        "more": below[FEW:],
        "table": table,
        "q": text,
        "synced_at": partial(last_done, unit.source),  # asked only where nobody is shown
    }
    return render(request, "portal/location.html", context | {"only_one": _starts_here(request.user)})


def _starts_here(user: User) -> bool:
    """Whether this manager has one location only, so that a list of locations would lead back here."""
    return len(permissions.starts(user) or ()) == 1


@portal_view
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """People by the beginning of any word of their names; `?everyone` lists all one's own people."""
    text, everyone = request.GET.get("q", "").strip(), "everyone" in request.GET
    context = {"q": text, "everyone": everyone and not text}
    if text or everyone:
        context["table"] = _found(request, _ids_of(request, text))
    return render(request, "portal/search.html", context)


def _ids_of(request: HttpRequest, text: str) -> QuerySet | None:
    if not text:
        return permissions.ids_of_own(request.user)
    return SearchWord.search(text, permissions.ids_in_view(request.user, settings_of(request)))


def _found(request: HttpRequest, ids: QuerySet | None) -> FoundTable:
    table = table_of(FoundTable, ids, request)
    shown, own = table.people, permissions.reachable(request.user, verbs.VIEW)
    mine = set(own.filter(pk__in=[person.pk for person in shown]).values_list("pk", flat=True))
    place_people(request.user, shown)
    for person in shown:
        person.is_mine = person.pk in mine
    _tell_apart_elsewhere([person for person in shown if person.apart and not person.is_mine])
    return table


def _tell_apart_elsewhere(people: list[User]) -> None:
    """By location, for nothing else is shown of them; those of one place by a number."""
    seen: Counter[tuple[str, str]] = Counter()
    for person in people:
        place = ", ".join(unit.name for unit in person.places)
        seen[person.display_name, place] += 1
        person.apart = f"{place} {seen[person.display_name, place]}"


@portal_view
@require_safe
def person(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One person, and what may be done for them."""
    found = person_or_404(request, pk)
    context = profile(request.user, found, settings_of(request))
    above = [place for place in found.places[:1] if place.can_open]
    return render(
        request, "portal/person.html", context | {"above": above, "only_one": _starts_here(request.user)}
    )


@login_not_required
@require_safe
@cache_control(max_age=300, public=True)
def accent(request: HttpRequest) -> HttpResponse:
    """The tenant's colour as a stylesheet of one line: the policy for pages allows no inline style."""
    return HttpResponse(f":root{{--accent:{settings_of(request).accent}}}\n", content_type="text/css")
