"""The cookie that carries a badge from the page that read it to its PIN; signed, good for five minutes.

It holds the keyed hash by which the database knows the badge, never what is printed on it; after the right
PIN that PIN's version too. No badge is looked up before its PIN is there: every text leads to the same page.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from directory import badges

NAME = f"{settings.COOKIE_PREFIX}mystaff_badge"
LIVES = 5 * 60  # seconds


def carry(request: HttpRequest, response: HttpResponse, secret_hash: str, version: str = "") -> HttpResponse:
    """Let this browser go on with a badge; with a version once its PIN was right."""
    response.set_signed_cookie(
        NAME,
        f"{secret_hash}|{version}",
        salt=_salt(request),
        max_age=LIVES,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def carried(request: HttpRequest) -> tuple[str, str]:
    """The badge's hash and the PIN's version, each '' where there is none."""
    value = request.get_signed_cookie(NAME, default="|", salt=_salt(request), max_age=LIVES)
    secret_hash, _bar, version = value.partition("|")
    return secret_hash, version


def proved(request: HttpRequest) -> badges.Proof | None:
    """Whom badge and PIN proved in this browser, if both are still what they were."""
    secret_hash, version = carried(request)
    return badges.still_proved(secret_hash, version) if version else None


def drop(response: HttpResponse) -> HttpResponse:
    """It is over."""
    response.delete_cookie(NAME, samesite="Lax")
    return response


def _salt(request: HttpRequest) -> str:
    """One tenant's cookie says nothing in another."""
    return f"mystaff.signin.badge {request.tenant.pk}"
