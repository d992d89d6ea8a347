"""What allauth asks of us."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows import login as flow
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from directory.models import User
from mystaff.context import home
from mystaff.initiator import client_ip
from mystaff.signin.login import STAGES


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up: people come from the directory."""

    error_messages = DefaultAccountAdapter.error_messages | {
        # One sentence for every way to fail: no name, no password, switched off.
        "username_password_mismatch": _("The username or the password is not right."),
        "too_many_login_attempts": _("Those were too many tries. Wait a few minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        return STAGES

    def login(self, request: HttpRequest, user: User) -> None:
        """Django empties the session of whoever was signed in before, and with it how this person came."""
        kept = flow.get_authentication_records(request, user)
        super().login(request, user)
        if kept:
            request.session[flow.AUTHENTICATION_METHODS_SESSION_KEY] = kept
            request.session[flow._AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Operators to their admin, managers to their locations, everyone else to their own account."""
        if request.tenant.is_operators:
            return reverse("admin:index")
        return home(request)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: str) -> str:
        """Whose sign-in the throttle counts, in this tenant.

        allauth's own names the host too, port and all: a made-up one would buy ten more tries.
        """
        return credentials.get("username", "").lower()

    def get_client_ip(self, request: HttpRequest) -> str:
        """Whom the throttle counts; the same address as in the trail."""
        return client_ip(request) or "local"

    def add_message(self, request: HttpRequest, *args, **kwargs) -> None:
        """allauth's own notices ("signed in as …") stay away: pages say what matters."""
