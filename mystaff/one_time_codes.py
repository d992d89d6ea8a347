"""What pages with one-time codes share: the cookie, the form, and how often a network may ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from directory.recovery import asking
from mystaff.initiator import network
from tenants import limits

MINUTE, MOST = timedelta(minutes=1), 300  # requests of one network: a whole school shares an address


def too_many(request: HttpRequest, what: str) -> bool:
    """Count one more POST of this network; whether that is more than a whole school sends."""
    return request.method == "POST" and limits.hits(f"{what} {network(request)}", MINUTE) > MOST


@dataclass(frozen=True)
class TokenCookie:
    """The cookie that says what this browser is in the middle of; the database has a hash of it."""

    name: str
    find: Callable[[str], Any]

    @property
    def key(self) -> str:
        return f"{settings.COOKIE_PREFIX}{self.name}"

    def carry(self, response: HttpResponse, token: str) -> HttpResponse:
        """Let this browser go on from here, for as long as that is open."""
        response.set_cookie(
            self.key,
            token,
            max_age=asking.SESSION,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
        return response

    def under_way(self, request: HttpRequest) -> Any:
        """What this browser is in the middle of, here; None when it is over."""
        token = request.COOKIES.get(self.key, "")
        return self.find(token) if token else None

    def drop(self, response: HttpResponse) -> HttpResponse:
        """It is over."""
        response.delete_cookie(self.key, samesite="Lax")
        return response


class CodeForm(forms.Form):
    """The code, as people type it: spaces and hyphens do not matter."""

    code = forms.CharField(
        label=_("Code"),
        max_length=32,
        widget=forms.TextInput(
            {
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "class": "digits",
                "spellcheck": "false",
            }
        ),
        error_messages={"required": _("Type the code from the message.")},
    )

    def clean_code(self) -> str:
        return "".join(character for character in self.cleaned_data["code"] if character not in " -\u00a0")
