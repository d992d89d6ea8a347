"""Who is this browser, here? A session stands in one tenant; in another it may stand for a guest."""

from functools import partial

from django.contrib import auth
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import SimpleLazyObject

from directory import badges, federation, guests
from directory.models import User
from directory.recovery import eligibility
from mystaff.at_home import page_at_home, person_at_home
from mystaff.signin.login import badge_of, is_by_text_alone, provider_of
from tenants import scopes
from tenants.models import OPERATORS_ID
from tenants.sessions import tenant_of

# What a person with a temporary password may still do before they chose their own.
BEFORE_UPDATE = {"update_password", "sign_out", "accent", "health"}


class PersonMiddleware(AuthenticationMiddleware):
    """Django's, told apart by tenant."""

    def process_request(self, request: HttpRequest) -> None:
        request.user = SimpleLazyObject(partial(person_of, request))


def person_of(request: HttpRequest) -> User | AnonymousUser:
    """The person of this session in this request's tenant: its own person, or an accepted guest."""
    home = tenant_of(request.session.session_key)
    if home == request.tenant.pk:
        return _at_home(request)
    # Outside the wall nobody is a guest; an operator is one only in a tenant that they have entered.
    if home is None or request.tenant.pk == OPERATORS_ID:
        return AnonymousUser()
    with scopes.scope(home):
        # The home row decides on every request: switched off, reset or signed out there means here too.
        person = _at_home(request)
    return guests.as_guest(person, request.tenant) if person.is_authenticated else AnonymousUser()


def _at_home(request: HttpRequest) -> User | AnonymousUser:
    """The session's person, while what let them in still would."""
    person = auth.get_user(request)
    if person.is_authenticated and _is_outlived(request, person):
        return AnonymousUser()
    return person


def _is_outlived(request: HttpRequest, person: User) -> bool:
    """Whether the badge has ended, the provider no longer vouches, or a role came that needs more."""
    badge, provider = badge_of(request, person), provider_of(request, person)
    if badge and not badges.is_usable(badge):
        return True
    if provider and not federation.vouches(provider, person):
        return True
    return is_by_text_alone(request, person) and eligibility.holds_role(person)


class UpdatePasswordMiddleware:
    """A temporary password opens one page: the one where it is replaced."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        if request.resolver_match.url_name in BEFORE_UPDATE or not request.user.is_authenticated:
            return None
        person = person_at_home(request)
        # Who came in by a badge has no use for the temporary password, and did not show that they know it.
        if not person.must_change_password or badge_of(request, person):
            return None
        return HttpResponseRedirect(page_at_home(request, "update_password"))
