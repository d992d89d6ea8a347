"""Registration at sign-in, as the browser goes it: who still has to prove something opens only their account.

That somebody is done is remembered in the session, so that it is asked once after each sign-in.
"""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from directory import registration
from directory.models import User
from directory.registration import State
from mystaff.at_home import person_at_home
from tenants import scopes

DONE, NEXT = "registered", "after_registration"


def state_of(request: HttpRequest) -> State:
    """Where this person stands, at home; asked of the database until they are done, then of the session."""
    person: User = person_at_home(request)
    if request.session.get(DONE) == str(person.pk):
        return State.DONE
    with scopes.scope(person.tenant_id):
        found = registration.state(person)
    if found == State.DONE:
        request.session[DONE] = str(person.pk)
    return found


def set_aside(request: HttpRequest) -> None:
    """Remember the page somebody wanted before they were led away; their own address, and nobody typed it."""
    if request.method == "GET" and not request.htmx:
        request.session[NEXT] = request.get_full_path()


def go_on(request: HttpRequest) -> str:
    """Where to go after a step: to the page that was set aside once all is done, else to one's account."""
    if state_of(request) == State.DONE:
        return request.session.pop(NEXT, None) or reverse("account")
    return reverse("account")
