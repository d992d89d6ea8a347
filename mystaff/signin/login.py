"""Where every way in ends: whoever was proved goes through the same stages, then gets a session."""

from __future__ import annotations

from allauth.account.internal.flows.login import (
    get_authentication_records,
    perform_login,
    record_authentication,
)
from allauth.account.models import Login
from django.http import HttpRequest, HttpResponse

from directory.models import User
from mystaff.confirmed import next_page

# What remains to be asked of somebody who was proved, in this order, whatever way they came.
STAGES = ["mystaff.signin.stages.SecondFactorStage"]


def let_in(
    request: HttpRequest, person: User, method: str, *, to: str = "", **facts: str | float
) -> HttpResponse:
    """Sign in a person who was just proved by this method; the answer leads to what remains to be asked.

    Never call Django's login: it would pass by second factors and policies. `facts` stay in the session,
    where policies read how somebody came in; never a secret. `to` is a page of ours to lead to at the end;
    without it the request's `next`, or where such a person begins.
    """
    record_authentication(request, person, method, **facts)
    return perform_login(request, Login(user=person, redirect_url=to or next_page(request, "") or None))


def badge_of(request: HttpRequest, person: User) -> str:
    """The id of the badge that this session's person showed; '' for whoever typed a password as well."""
    return _shown(request, person, "badge", "badge")


def provider_of(request: HttpRequest, person: User) -> str:
    """The id of the provider that vouched for them; '' for whoever typed a password as well."""
    return _shown(request, person, "federation", "provider")


def _shown(request: HttpRequest, person: User, method: str, fact: str) -> str:
    records = get_authentication_records(request, person)
    if any(record["method"] == "password" for record in records):
        return ""
    return next((one.get(fact, "") for one in reversed(records) if one["method"] == method), "")


def is_by_text_alone(request: HttpRequest, person: User) -> bool:
    """Whether a text message is all that this session's person has shown."""
    return {record["method"] for record in get_authentication_records(request, person)} == {"sms"}
