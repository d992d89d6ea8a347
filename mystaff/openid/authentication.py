"""How and when the person of this session signed in, as applications are told."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.core import signing
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

# What a session's record says, in the words of RFC 8176; what is known and what is had are two factors.
KNOWN = {"password": "pwd", "badge": "pin"}
HAD = {"totp": "otp", "recovery_codes": "otp", "webauthn": "pop", "access_pass": "otp", "sms": "sms"}
# The classes of schools' and universities' federations: REFEDS SFA and MFA profiles.
ONE_FACTOR, TWO_FACTORS = "https://refeds.org/profile/sfa", "https://refeds.org/profile/mfa"
SALT = "mystaff.openid.asked"
NOTE = 15 * 60  # seconds that somebody has to sign in again


def facts(request: HttpRequest) -> dict[str, Any]:
    """The claims `auth_time` (Unix seconds), `amr` and `acr` (OpenID Connect Core 1.0, 2)."""
    records = get_authentication_records(request, request.user)
    said = {record.get("type") or record["method"] for record in records}
    known, had = said & KNOWN.keys(), said & HAD.keys()
    amr = sorted({(KNOWN | HAD)[name] for name in known | had})
    both = bool(known and had) or any(map(_is_both, records))
    claims = {"acr": TWO_FACTORS if both else ONE_FACTOR, "amr": [*amr, "mfa"] if both else amr}
    return {"auth_time": signed_in_at(request)} | {name: value for name, value in claims.items() if value}


def _is_both(record: dict[str, Any]) -> bool:
    """A passkey that asked for a PIN or a finger, or a provider of the tenant's own that says so."""
    return bool(record.get("passwordless")) or record.get("second_factor") == 1


def signed_in_at(request: HttpRequest) -> int:
    """When something was last proved in this session, in Unix seconds; 0 where nothing says so."""
    records = get_authentication_records(request, request.user)
    return int(max((record["at"] for record in records), default=0))


def is_fresh(request: HttpRequest) -> bool:
    """Whether the sign-in is new enough for `prompt=login` and `max_age` (OpenID Connect Core, 3.1.2.1)."""
    at, age = signed_in_at(request), request.GET.get("max_age", "")
    if at >= _asked_at(request):
        return True
    oldest = timezone.now().timestamp() - (int(age[:9]) if age.isdecimal() else 0)
    return not (age and at < oldest) and "login" not in request.GET.get("prompt", "").split()


def asked_now(request: HttpRequest) -> str:
    """A signed note, for this very question, that its person is asked to sign in now."""
    return signing.dumps([_question(request), timezone.now().timestamp()], salt=SALT, compress=False)


def _asked_at(request: HttpRequest) -> float:
    """When the person of this question was asked to sign in; never, without a note of ours."""
    try:
        question, at = signing.loads(request.GET.get("asked", ""), salt=SALT, max_age=NOTE)
    except signing.BadSignature:
        return float("inf")
    return int(at) if question == _question(request) else float("inf")


def _question(request: HttpRequest) -> str:
    """The question without our note: one note is no answer to the next question."""
    values = request.GET.copy()
    values.pop("asked", None)
    return salted_hmac(SALT, values.urlencode(), algorithm="sha256").hexdigest()[:32]
