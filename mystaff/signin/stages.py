"""What remains to be asked of somebody who was proved by one thing."""

from __future__ import annotations

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest, HttpResponse

from directory import factors


class SecondFactorStage(AuthenticateStage):
    """allauth's, for everyone who has registered one: unless what they came with is as good as two.

    Only the last proof is asked, not one from an earlier try in the same session.
    """

    def handle(self) -> tuple[HttpResponse | None, bool]:
        # A reset or a switched-off account ends this try as it ends sessions.
        self.state["session"] = self.login.user.get_session_auth_hash()
        return super().handle()

    def _should_handle(self, request: HttpRequest) -> bool:
        return factors.has_any(self.login.user) and not _is_strong(request, self.login.user)

    @property
    def still_stands(self) -> bool:
        """Whether the person is as they were when they proved the first thing, and has a second one."""
        person = self.login.user
        if person is None:  # the first step was done in another tenant: here there is nobody of that id
            return False
        unchanged = self.state.get("session") == person.get_session_auth_hash()
        return unchanged and person.is_active and factors.has_any(person)


def _is_strong(request: HttpRequest, person) -> bool:
    last = get_authentication_records(request, person)[-1]
    return last["method"] == "access_pass" or bool(last["method"] == "mfa" and last.get("passwordless"))
