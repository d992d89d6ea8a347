"""Google Workspace through the Directory API, as a service account that is lent an administrator's rights.

Passwords go in clear over TLS: with a hash Google could not hold them to its rules, and takes only weak ones
(MD5, SHA-1, crypt).
"""

from __future__ import annotations

from collections.abc import Mapping
from time import time
from typing import Any
from urllib.parse import quote

import jwt
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from directory.connectors.errands import Errand, errand_of, is_name_of, key_at
from directory.connectors.rest import Reply, Service
from directory.models import ConnectedDirectory, PhoneType, User

SCOPES = "https://www.googleapis.com/auth/"
FOR_DEEDS = ("admin.directory.user", "admin.directory.user.security")
FOR_READING = tuple(f"admin.directory.{what}.readonly" for what in ("user", "group", "orgunit"))
LASTS = 600  # seconds that an assertion is good for; Google takes an hour at most
BUSY = {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"}  # "Directory API: Limits and Quotas"
WEAK = gettext_noop(
    "%(service)s did not take this password, most likely because of its own rules for passwords."
)
NOT_TAKEN = gettext_noop("%(service)s did not take this for %(name)s.")


class Workspace(Service):
    """The Directory API, with an assertion of a service account (RFC 7523) that acts for an administrator."""

    name = "Google Workspace"
    address = "https://admin.googleapis.com/admin/directory/v1"
    token_address = "https://oauth2.googleapis.com/token"  # noqa: S105

    def __init__(self, directory: ConnectedDirectory, scopes: tuple[str, ...]) -> None:
        super().__init__(directory)
        self.scopes = " ".join(SCOPES + scope for scope in scopes)

    def identity(self) -> tuple[str, ...]:
        return (*super().identity(), self.scopes)

    def grant(self) -> Mapping[str, str]:
        claims = {
            "iss": self.directory.account,
            "sub": self.directory.acts_for,
            "scope": self.scopes,
            "aud": self.token_address,
            "iat": int(time()),
            "exp": int(time()) + LASTS,
        }
        # As the key stands in Google's JSON file, its line breaks are written out.
        key = self.directory.secret.replace("\\n", "\n")
        try:
            assertion = jwt.encode(claims, key, algorithm="RS256")
        except Exception:  # whatever a library says of a wrong key may hold it
            raise self.not_let_in() from None
        return {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}

    def is_busy(self, reply: Reply) -> bool:
        """Google says so with 403, too."""
        return super().is_busy(reply) or (reply.status == 403 and bool(BUSY & _reasons(reply.data)))


class Google:
    """The authority for people whose password lives in Google Workspace."""

    def __init__(self, directory: ConnectedDirectory) -> None:
        self.service = Workspace(directory, FOR_DEEDS)
        self.details: dict[str, str] = {}  # what the trail says besides

    def set_password(self, person: User, password: str, *, must_change: bool) -> None:
        values = {"password": password, "changePasswordAtNextLogin": must_change}
        with errand_of(self.service, person) as errand:
            address = self._address(errand)
            errand.write("PUT", address, values, refused=_(WEAK))
            self.details = errand.end_sessions(f"{address}/signOut")

    def unlock(self, person: User) -> None:
        """Nothing: Google locks nobody out whom the API could let in again."""

    def set_phone(self, person: User, phone_type: str, number: str | None) -> None:
        """There is one recovery phone: the mobile number."""
        if phone_type == PhoneType.MOBILE:
            self._update(person, {"recoveryPhone": number})

    def set_email(self, person: User, address: str | None) -> None:
        self._update(person, {"recoveryEmail": address})

    def probe(self) -> None:
        """Looks at the administrator whose rights it is lent, with the scopes that it will want."""
        row = self.service.directory
        service = Workspace(row, FOR_DEEDS if row.writes_passwords else FOR_READING)
        service.probe(f"{service.address}/users/{quote(row.acts_for, safe='')}?fields=id")

    def _update(self, person: User, values: Mapping[str, Any]) -> None:
        with errand_of(self.service, person) as errand:
            errand.write("PUT", self._address(errand), values, refused=_(NOT_TAKEN))

    def _address(self, errand: Errand) -> str:
        """Where the person is, by Google's id: an address could also be somebody else's alias."""
        users = f"{self.service.address}/users/"
        if key := key_at(self.service.directory, errand.person):
            return users + quote(key, safe="")
        name = errand.person.user_principal_name
        found = errand.read(f"{users}{quote(name, safe='')}?fields=id,primaryEmail")
        if not is_name_of(errand.text(found, "primaryEmail"), errand.person):
            raise errand.refused(_("%(name)s is not in %(service)s."))
        return users + quote(errand.text(found, "id"), safe="")


def _reasons(data: Mapping[str, Any] | None) -> set[str]:
    """Why, in Google's words for programs: {"error": {"errors": [{"reason": …}]}}."""
    error = (data or {}).get("error")
    errors = error.get("errors") if isinstance(error, dict) else None
    rows = errors if isinstance(errors, list) else []
    return {str(row.get("reason")) for row in rows if isinstance(row, dict)}
