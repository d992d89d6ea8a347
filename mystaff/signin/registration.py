"""Registration at sign-in: whoever still has to prove something is led to their account."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from directory.registration import State
from mystaff.at_home import lead, page_at_home
from mystaff.registering import set_aside, state_of

# What is open until then: proving, what proving needs, and ways out. Whatever is not named here is closed.
BEFORE_REGISTRATION = frozenset(
    {"account", "security_info", "security_info_code", "prove_security_info", "remove_security_info"}
    | {"review_security_info", "end_session", "change_password", "update_password", "confirm"}
    # A second factor may be asked for at the same time: neither may wait for the other.
    | {"add_app", "add_key", "rename_key", "remove_factor", "recovery_codes"}
    | {"mfa_authenticate", "sign_in", "sign_out", "accent", "health"}
)


class RegistrationMiddleware:
    """Leads people to **My account** until enough is proved; whoever was done once is not asked again."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        is_open = not getattr(view, "login_required", True)
        if is_open or request.resolver_match.view_name in BEFORE_REGISTRATION:
            return None
        if not request.user.is_authenticated or state_of(request) == State.DONE:
            return None
        set_aside(request)
        return lead(request, page_at_home(request, "account"))  # a guest has nothing on file here
