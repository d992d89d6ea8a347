"""**QR badge**: made and shown once, ended, its PIN reset."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from directory import actions, badges, verbs
from directory.actions.badges import Made, state
from directory.connectors import AuthorityError
from directory.models import Badge, BadgeKind, Pin, User
from mystaff.initiator import initiator
from mystaff.portal import qr
from mystaff.portal.access import check, person_or_404, portal_view
from mystaff.portal.forms import BadgeForm, ConfirmForm
from mystaff.portal.once import claim, ticket

asks_first = require_http_methods(["GET", "HEAD", "POST"])


@sensitive_variables()
@portal_view
@asks_first
def add_badge(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What kind and for how long, and the badge in the answer to that: it stands in no other."""
    person = person_or_404(request, pk)
    check(request, verbs.ADD_BADGE, person)
    seen, form = state(person), BadgeForm(request.POST or None)
    if form.is_valid():
        if not claim(request.POST.get("ticket", ""), person, seen):
            return _again(request, person)
        if made := _tried(form, actions.add_badge, person, form.term, seen, by=initiator(request)):
            return _shown(request, person, made)
    return _page(request, person, form, Badge.objects.not_ended().filter(user=person))


def _page(request: HttpRequest, person: User, form: BadgeForm, held) -> HttpResponse:
    context = {
        "person": person,
        "form": form,
        "held": held,
        "has_pin": Pin.objects.filter(user=person).exists(),
        "ticket": ticket(person, state(person)),
    }
    return render(request, "portal/badge.html", context, status=422 if form.errors else 200)


@sensitive_variables()
def _shown(request: HttpRequest, person: User, made: Made) -> HttpResponse:
    modules = qr.matrix(badges.code(made.secret))
    context = {
        "person": person,
        "badge": made.badge,
        "svg": qr.svg(modules),
        "png": qr.png(modules),
        "groups": badges.groups(made.secret),
        "pin": made.pin,
    }
    return render(request, "portal/badge_done.html", context)


@portal_view
@asks_first
def end_badge(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asks, then ends one that is lost."""
    person = person_or_404(request, pk)
    check(request, verbs.END_BADGE, person)
    kind = request.POST.get("kind", request.GET.get("kind", ""))
    badge = Badge.objects.not_ended().filter(user=person, kind=kind).first()
    if badge is None:
        return redirect("person", pk)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _tried(form, _end, request, person, badge.kind):
        messages.success(request, _("%(name)s’s badge opens nothing any more.") % {"name": person.first_name})
        return redirect("person", pk)
    context = {"person": person, "badge": badge, "form": form}
    return render(request, "portal/end_badge.html", context, status=422 if form.errors else 200)


def _end(request: HttpRequest, person: User, kind: str) -> bool:
    actions.end_badge(person, BadgeKind(kind), by=initiator(request))
    return True


@sensitive_variables()
@portal_view
@asks_first
def reset_pin(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asks, then shows a temporary PIN, once."""
    person = person_or_404(request, pk)
    check(request, verbs.RESET_PIN, person)
    seen, form = state(person), ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if not claim(request.POST.get("ticket", ""), person, seen):
            return _again(request, person)
        if pin := _tried(form, actions.reset_pin, person, seen, by=initiator(request)):
            return render(request, "portal/pin_done.html", {"person": person, "pin": pin})
    context = {"person": person, "form": form, "ticket": ticket(person, seen)}
    return render(request, "portal/reset_pin.html", context, status=422 if form.errors else 200)


def _again(request: HttpRequest, person: User) -> HttpResponse:
    said = _("This page was sent before. Look at the history; a badge or a PIN is shown only once.")
    messages.info(request, said)
    return redirect("person", person.pk)


def _tried(form, deed, *args, **kwargs):
    """What the deed returns; None where something is said against it, which goes onto the form."""
    try:
        return deed(*args, **kwargs)
    except AuthorityError as error:
        form.add_error(None, error.plain)
        return None
