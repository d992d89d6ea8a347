"""Why an answer was not taken, for the trail and for who tests a provider: never what was sent."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from social_core.exceptions import SocialAuthBaseException

REASONS = {
    "iss": gettext_noop("The answer is from another issuer."),
    "issuer": gettext_noop("The provider describes itself as another issuer."),
    "aud": gettext_noop("The answer is for another application."),
    "azp": gettext_noop("The answer is for another application."),
    "at_hash": gettext_noop("The answer’s parts do not belong together."),
    "sub": gettext_noop("The answer’s parts are about different people."),
    "invalid_signature": gettext_noop("The answer’s signature is not the provider’s."),
    "weak_signature": gettext_noop("The answer is signed in a way that is not safe any more."),
    "unsigned": gettext_noop("The answer is not signed."),
    "response_expired": gettext_noop("The answer is too old."),
    "response_not_yet_valid": gettext_noop("The answer is not valid yet: compare the clocks."),
    "nonce_mismatch": gettext_noop("The answer belongs to another sign-in."),
    "state_mismatch": gettext_noop("The answer belongs to another sign-in."),
    "session_context_missing": gettext_noop("The answer belongs to another sign-in."),
    "other_provider": gettext_noop("The answer belongs to a sign-in with another provider."),
    "replayed": gettext_noop("The answer was used before."),
    "recipient": gettext_noop("The answer is for another address."),
    "subject_confirmation": gettext_noop(
        "The answer does not say that it is for this sign-in, here and now."
    ),
    "not_fresh": gettext_noop("The provider did not ask the person to sign in once more."),
    "missing_claim": gettext_noop("Something is missing in the answer."),
    "authorization_declined": gettext_noop("The provider did not sign the person in."),
    "http_error": gettext_noop("The provider refused our request: compare the client’s ID and secret."),
    "missing_setting": gettext_noop("The provider is not set up completely."),
    "invalid_setting": gettext_noop("An address of the provider cannot be used."),
}
UNREADABLE = gettext_noop("The answer could not be understood.")


class WrongAnswer(Exception):
    """An answer that is not taken; why, as one of REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def sentence(error: Exception) -> str:
    """What went wrong, for admins."""
    if isinstance(error, WrongAnswer):
        return _(REASONS.get(error.reason, UNREADABLE))
    if isinstance(error, SocialAuthBaseException):
        which = str(error.claim) if error.code == "invalid_claim" else error.code
        return _(REASONS.get(which, UNREADABLE))
    return str(error)  # of our own: WrongAccount, Forbidden, Unreachable, Refused
