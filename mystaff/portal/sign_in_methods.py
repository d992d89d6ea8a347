"""**Temporary access pass** and **Remove sign-in methods**, for who lost what they sign in with."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from directory import access_passes, actions, factors, passwords, verbs
from directory.connectors import AuthorityError
from directory.models import User
from mystaff.initiator import initiator
from mystaff.outcomes import succeeds
from mystaff.portal.access import check, person_or_404, portal_view
from mystaff.portal.forms import ConfirmForm
from mystaff.portal.once import claim, ticket
from mystaff.portal.passwords import groups

HOUR, DAY = 60, 24 * 60  # minutes
LASTS = [
    (access_passes.SHORTEST, gettext_lazy("10 minutes")),
    (HOUR, gettext_lazy("1 hour")),
    (8 * HOUR, gettext_lazy("8 hours")),
    (DAY, gettext_lazy("1 day")),
    (7 * DAY, gettext_lazy("7 days")),
    (access_passes.LONGEST, gettext_lazy("30 days")),
]


class AccessPassForm(forms.Form):
    """How long, and how often."""

    minutes = forms.TypedChoiceField(
        label=gettext_lazy("Works for"),
        choices=LASTS,
        coerce=int,
        initial=access_passes.USUAL,
        widget=forms.RadioSelect,
    )
    one_time = forms.BooleanField(label=gettext_lazy("Works for one sign-in only"), required=False)


@portal_view
@require_http_methods(["GET", "HEAD", "POST"])
def give_access_pass(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asks how long, and shows the pass in the same response: it stands in no other."""
    person = person_or_404(request, pk)
    check(request, verbs.GIVE_ACCESS_PASS, person)
    form = AccessPassForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _page(request, person, form)
    if not claim(request.POST.get("ticket", ""), person):
        said = _("This page was sent before. For another pass, press Give access pass.")
        messages.info(request, said)
        return redirect("person", pk)
    return _given(request, person, form)


@sensitive_variables()
def _given(request: HttpRequest, person: User, form: AccessPassForm) -> HttpResponse:
    try:
        code = actions.give_access_pass(person, by=initiator(request), **form.cleaned_data)
    except AuthorityError as error:
        form.add_error(None, error.plain)
        return _page(request, person, form)
    context = {
        "person": person,
        "password": code,
        "groups": groups(code),
        "spelled": passwords.spell(code),
        "access_pass": access_passes.live_pass_of(person),
    }
    return render(request, "portal/access_pass_done.html", context)


def _page(request: HttpRequest, person: User, form: AccessPassForm) -> HttpResponse:
    context = {"person": person, "form": form, "ticket": ticket(person)}
    return render(request, "portal/access_pass.html", context, status=422 if form.errors else 200)


@portal_view
@require_http_methods(["GET", "HEAD", "POST"])
def end_access_pass(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asks, then ends the pass."""
    person = person_or_404(request, pk)
    check(request, verbs.END_ACCESS_PASS, person)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if access_passes.live_pass_of(person) is None:
        return redirect("person", pk)
    if form.is_valid() and succeeds(form, actions.end_access_pass, person, by=initiator(request)):
        messages.success(request, _("%(name)s’s access pass is ended.") % {"name": person.first_name})
        return redirect("person", pk)
    return render(request, "portal/end_access_pass.html", {"person": person, "form": form})


@portal_view
@require_http_methods(["GET", "HEAD", "POST"])
def clear_factors(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asks, then takes off the app, the keys and the recovery codes."""
    person = person_or_404(request, pk)
    check(request, verbs.CLEAR_FACTORS, person)
    form, kinds = ConfirmForm(request.POST if request.method == "POST" else None), factors.kinds(person)
    if not kinds:
        return redirect("person", pk)
    if form.is_valid() and succeeds(form, actions.clear_factors, person, by=initiator(request)):
        said = _("%(name)s’s sign-in methods are removed.") % {"name": person.first_name}
        messages.success(request, said)
        return redirect("person", pk)
    return render(request, "portal/clear_factors.html", {"person": person, "kinds": kinds, "form": form})
