"""**Add**, **Edit** and **Remove phone number**, **Enable** and **Disable** phone sign-in."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from directory import actions, refusals, verbs
from directory.models import PhoneMethod, PhoneType, User
from mystaff.context import settings_of
from mystaff.initiator import initiator
from mystaff.outcomes import succeeds
from mystaff.portal.access import check, person_or_404, portal_view
from mystaff.portal.forms import ConfirmForm, PhoneForm
from mystaff.templatetags.mystaff import phone as written

asks_first = require_http_methods(["GET", "HEAD", "POST"])


def _mobile(person: User) -> PhoneMethod | None:
    return person.phones.filter(phone_type=PhoneType.MOBILE).first()


def _status(form) -> int:
    return 422 if form.errors else 200


@portal_view
@asks_first
def phone(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add the number, or edit the one that is there."""
    person = person_or_404(request, pk)
    mobile = _mobile(person) if _seen(request, person) else None
    check(request, verbs.CHANGE_PHONE if mobile else verbs.ADD_PHONE, person)
    initial = {"phone_number": written(mobile.number)} if mobile else None
    form = PhoneForm(settings_of(request).phone_region, request.POST or None, initial=initial)
    if form.is_valid() and _saved(request, person, mobile, form):
        return redirect("person", pk)
    context = {"person": person, "mobile": mobile, "form": form}
    return render(request, "portal/phone.html", context, status=_status(form))


def _seen(request: HttpRequest, person: User) -> bool:
    return refusals.refusal(request.user, verbs.ADD_PHONE, person) is None


def _saved(request: HttpRequest, person: User, mobile: PhoneMethod | None, form: PhoneForm) -> bool:
    number = form.cleaned_data["phone_number"]
    if not succeeds(form, actions.set_phone, person, number, by=initiator(request)):
        return False
    words = {"name": person.first_name, "number": written(number)}
    messages.success(request, _("%(name)s’s phone number is now %(number)s.") % words)
    if mobile and mobile.sms_sign_in and mobile.number != number:
        messages.info(request, _("Phone sign-in is off now. Enable it again for the new number."))
    return True


@portal_view
@asks_first
def remove_phone(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asks, then removes the number."""
    person = person_or_404(request, pk)
    check(request, verbs.REMOVE_PHONE, person)
    mobile, form = _mobile(person), ConfirmForm(request.POST if request.method == "POST" else None)
    if mobile is None:
        return redirect("person", pk)
    if form.is_valid() and succeeds(form, actions.remove_phone, person, by=initiator(request)):
        messages.success(request, _("%(name)s’s phone number is removed.") % {"name": person.first_name})
        return redirect("person", pk)
    context = {"person": person, "mobile": mobile, "form": form}
    return render(request, "portal/remove_phone.html", context, status=_status(form))


@portal_view
@asks_first
def register_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asks, then has the person prove their security info again when they next sign in."""
    person = person_or_404(request, pk)
    check(request, verbs.REQUIRE_REGISTRATION, person)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and succeeds(form, actions.require_registration, person, by=initiator(request)):
        said = _("%(name)s is asked to prove their security info again at the next sign-in.")
        messages.success(request, said % {"name": person.first_name})
        return redirect("person", pk)
    context = {"person": person, "form": form}
    return render(request, "portal/register_again.html", context, status=_status(form))


@portal_view
@asks_first
def phone_sign_in(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asks, then lets the person sign in with the number, or ends that."""
    person = person_or_404(request, pk)
    posted = request.method == "POST"
    on = request.POST.get("on") == "1"
    check(request, verbs.ENABLE_SMS_SIGN_IN if on else verbs.DISABLE_SMS_SIGN_IN, person)
    mobile, form = _mobile(person), ConfirmForm(request.POST if posted else None)
    if mobile is None:
        raise Http404
    if form.is_valid() and succeeds(form, actions.set_sms_sign_in, person, on, by=initiator(request)):
        messages.success(request, _said(person, on))
        return redirect("person", pk)
    context = {
        "person": person,
        "mobile": mobile,
        "form": form,
        "on": on if posted else not mobile.sms_sign_in,
    }
    return render(request, "portal/phone_sign_in.html", context, status=_status(form))


def _said(person: User, on: bool) -> str:
    said = _("Phone sign-in is enabled for %(name)s.") if on else _("Phone sign-in is disabled for %(name)s.")
    return said % {"name": person.first_name}
