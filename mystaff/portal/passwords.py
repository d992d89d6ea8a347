"""**Reset password**: one made up here, shown once, or one that the manager types."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from directory import actions, passwords, verbs
from directory.connectors import AuthorityError
from directory.models import User
from directory.password_policies import policy_for
from mystaff.context import settings_of
from mystaff.initiator import initiator
from mystaff.outcomes import succeeds
from mystaff.own_password import PasswordForm, names_around
from mystaff.portal.access import check, person_or_404, portal_view
from mystaff.portal.forms import GenerateForm
from mystaff.portal.once import claim, is_current, ticket
from mystaff.portal.places import password_style


@sensitive_post_parameters()
@portal_view
@require_http_methods(["GET", "HEAD", "POST"])
def reset_password(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The page with both ways, and the result in the same response: the password stands in no other."""
    person = person_or_404(request, pk)
    check(request, verbs.RESET_PASSWORD, person)
    if request.method != "POST":
        return _page(request, person)
    return _generated(request, person) if "generate" in request.POST else _entered(request, person)


@portal_view
@require_POST
def unlock(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let a person sign in and reset a forgotten password alone again, before the locks end by themselves."""
    person = person_or_404(request, pk)
    check(request, verbs.UNLOCK, person)
    try:
        actions.unlock(person, by=initiator(request))
    except AuthorityError as error:
        messages.error(request, error.plain)
    else:
        said = _("%(name)s can sign in and reset a forgotten password alone again.")
        messages.success(request, said % {"name": person.first_name})
    return redirect("person", person.pk)


def _page(request: HttpRequest, person: User, form=None, generate=None) -> HttpResponse:
    context = {
        "person": person,
        "form": form or PasswordForm(person, request.tenant),
        "generate": generate,
        "ticket": ticket(person),
    }
    refused = generate or (form and form.errors)
    return render(request, "portal/reset_password.html", context, status=422 if refused else 200)


def _claimed(request: HttpRequest, person: User) -> bool:
    return claim(request.POST.get("ticket", ""), person)


def _again(request: HttpRequest, person: User) -> HttpResponse:
    said = _("%(name)s’s password has already been reset. To reset it again, press Reset password.")
    if is_current(request.POST.get("ticket", ""), person):  # the first press came to nothing, or is under way
        said = _(
            "This page was sent before, and so far %(name)s’s password is the old one. "
            "Look at the history; to reset it, press Reset password."
        )
    messages.info(request, said % {"name": person.first_name})
    if "generate" not in request.POST:  # else it might be handed over
        messages.warning(request, _("The password you typed was not used."))
    return redirect("person", person.pk)


@sensitive_variables()
def _generated(request: HttpRequest, person: User) -> HttpResponse:
    if not _claimed(request, person):
        return _again(request, person)
    form, password = GenerateForm({}), _make(request, person)
    if not succeeds(form, actions.reset_password, person, password, by=initiator(request)):
        return _page(request, person, generate=form)
    return _done(
        request, person, password=password, groups=groups(password), spelled=passwords.spell(password)
    )


@sensitive_variables()
def _entered(request: HttpRequest, person: User) -> HttpResponse:
    form = PasswordForm(person, request.tenant, request.POST)
    if not form.is_to_be_saved:
        return _page(request, person, form)
    if not _claimed(request, person):
        return _again(request, person)
    password = form.cleaned_data["new_password"]
    if not succeeds(form, actions.reset_password, person, password, by=initiator(request)):
        return _page(request, person, form)
    return _done(request, person)


def _done(request: HttpRequest, person: User, **shown) -> HttpResponse:
    return render(request, "portal/reset_done.html", {"person": person} | shown)


def _make(request: HttpRequest, person: User) -> str:
    style = password_style(person, settings_of(request).password_style)
    return passwords.generate(style, policy_for(person), **names_around(person, request.tenant))


def groups(password: str) -> list[list[str]]:
    """The letters in groups that stay together on a line; each ends with its hyphen."""
    parts = password.split("-")
    return [[*part, "-"] for part in parts[:-1]] + [list(parts[-1])]
