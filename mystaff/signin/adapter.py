"""What allauth asks of us."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from directory import lockout
from directory.models import User
from mystaff.context import home
from mystaff.initiator import client_ip, network
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
        """Django empties a session that was somebody else's; what this person just proved must outlive it."""
        proved = get_authentication_records(request, user)
        super().login(request, user)
        if not get_authentication_records(request, user):
            for record in proved:
                record_authentication(request, user, **record)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Operators to their admin, managers to their locations, everyone else to their own account."""
        if request.tenant.is_operators:
            return reverse("admin:index")
        return home(request)

    def authenticate(self, request: HttpRequest, **credentials: str) -> User | None:
        """The person with this name and password, counted by the lockout; also behind reauthenticate.

        Raises ValidationError for a name that is locked, known or not, for a network that tries too much, and
        where the directory that holds the password does not answer.
        A disabled account counts like a wrong password: else its lock would tell it from a name nobody has.
        """
        self.pre_authenticate(request, **credentials)
        name, password, found = credentials["username"], credentials["password"], []

        def is_right() -> bool:
            found.extend(filter(None, [authenticate(request, **credentials)]))
            return bool(found)

        try:
            right = lockout.attempt(name, network(request), password, is_right)
        except lockout.Locked as locked:
            raise ValidationError(locked.sentence) from None
        except lockout.Undecided as undecided:
            self._rollback_login_failed_rl_usage()
            raise ValidationError(str(undecided)) from None
        if not right:
            return None
        self._rollback_login_failed_rl_usage()
        return found[0]

    def post_login(self, request: HttpRequest, user: User, **kwargs) -> HttpResponse:
        """After the last stage: only who is in makes a network familiar."""
        lockout.remember(user.user_principal_name, network(request))
        return super().post_login(request, user, **kwargs)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Whom the throttle counts; the same address as in the trail."""
        return client_ip(request) or "local"

    def add_message(self, request: HttpRequest, *args, **kwargs) -> None:
        """allauth's own notices ("signed in as …") stay away: pages say what matters."""
