"""The cookie that says which way back into an account this browser is on; the database has its hash."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from directory.models import Recovery
from directory.recovery import flow

NAME = f"{settings.COOKIE_PREFIX}mystaff_recovery"


def carry(response: HttpResponse, token: str) -> HttpResponse:
    """Let this browser go on from here, for as long as the way back is open."""
    response.set_cookie(
        NAME,
        token,
        max_age=flow.SESSION,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def under_way(request: HttpRequest) -> Recovery | None:
    """What this browser is in the middle of, here; None when it is over."""
    token = request.COOKIES.get(NAME, "")
    return flow.under_way(token) if token else None


def drop(response: HttpResponse) -> HttpResponse:
    """It is over."""
    response.delete_cookie(NAME, samesite="Lax")
    return response
