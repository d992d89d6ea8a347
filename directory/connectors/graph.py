"""Microsoft Entra ID through Microsoft Graph v1.0, as an app with permissions of its own.

Passwords are written to `passwordProfile`: resetPassword, which writes back to a local Active Directory, is
for signed-in administrators only ("authenticationMethod: resetPassword", application permissions: not
supported). So people whose account comes from a local Active Directory are refused: theirs lives there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import phonenumbers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from directory.connectors.errands import Errand, errand_of, is_name_of, key_at
from directory.connectors.rest import Service
from directory.models import ConnectedDirectory, PhoneType, User

PHONES = {  # "phoneAuthenticationMethod resource type"
    PhoneType.MOBILE: "3179e48a-750b-4051-897c-87b9720928f7",
    PhoneType.ALTERNATE_MOBILE: "b6332ec1-7057-4abe-9331-3d72feddfe41",
    PhoneType.OFFICE: "e37fc753-ff3b-4958-9484-eaa9425c82bc",
}
EMAIL = "3ddfcfc8-9383-446f-83cc-3ab9be4be18f"  # "emailAuthenticationMethod resource type"
SELECTED = "id,userPrincipalName,onPremisesSyncEnabled"
WEAK = gettext_noop(
    "%(service)s did not take this password, most likely because of its own rules for passwords."
)
LIVES_ELSEWHERE = gettext_noop(
    "%(name)s’s account in %(service)s comes from a local Active Directory, where the password lives."
)
NOT_TAKEN = gettext_noop("%(service)s did not take this for %(name)s.")


class Entra(Service):
    """Graph, with a client secret (OAuth 2.0 client credentials)."""

    name = "Microsoft Entra ID"
    address = "https://graph.microsoft.com/v1.0"
    token_address = "https://login.microsoftonline.com"  # noqa: S105

    def token_url(self) -> str:
        return f"{self.token_address}/{quote(self.directory.directory_id, safe='')}/oauth2/v2.0/token"

    def grant(self) -> Mapping[str, str]:
        if not (self.directory.directory_id and self.directory.account and self.directory.secret):
            raise self.not_let_in()
        return {
            "grant_type": "client_credentials",
            "client_id": self.directory.account,
            "client_secret": self.directory.secret,
            "scope": "https://graph.microsoft.com/.default",
        }


class Graph:
    """The authority for people whose password lives in Microsoft Entra ID."""

    def __init__(self, directory: ConnectedDirectory) -> None:
        self.service = Entra(directory)
        self.details: dict[str, str] = {}  # what the trail says besides

    def set_password(self, person: User, password: str, *, must_change: bool) -> None:
        profile = {"password": password, "forceChangePasswordNextSignIn": must_change}
        with errand_of(self.service, person) as errand:
            address = self._found(errand)
            errand.write("PATCH", address, {"passwordProfile": profile}, refused=_(WEAK))
            self.details = errand.end_sessions(f"{address}/revokeSignInSessions")

    def unlock(self, person: User) -> None:
        """Nothing: smart lockout ends by itself, and Graph has no way to end it."""

    def set_phone(self, person: User, phone_type: str, number: str | None) -> None:
        values = number and {"phoneNumber": _spaced(number), "phoneType": str(phone_type)}
        with errand_of(self.service, person) as errand:
            self._put_on_file(errand, "phoneMethods", PHONES[PhoneType(phone_type)], values)

    def set_email(self, person: User, address: str | None) -> None:
        with errand_of(self.service, person) as errand:
            self._put_on_file(errand, "emailMethods", EMAIL, address and {"emailAddress": address})

    def probe(self) -> None:
        self.service.probe(f"{self.service.address}/users?$top=1&$select=id")

    def _found(self, errand: Errand) -> str:
        """Where the person is, by their own id; Refused for who is somebody else, or written to elsewhere."""
        found = self._looked_up(errand)
        if found.get("onPremisesSyncEnabled"):
            raise errand.refused(_(LIVES_ELSEWHERE))
        return self._of(errand.text(found, "id"))

    def _looked_up(self, errand: Errand) -> dict[str, Any]:
        """What is known of the person; Refused for who is somebody else."""
        found = errand.read(f"{self._address(errand.person)}?$select={SELECTED}")
        key = errand.text(found, "id")
        same = is_name_of(errand.text(found, "userPrincipalName"), errand.person)
        # Of who comes from there the name may have changed over there meanwhile; the id does not.
        if not same and key != key_at(self.service.directory, errand.person):
            raise errand.refused(_("%(name)s is not in %(service)s."))
        return found

    def _address(self, person: User) -> str:
        return self._of(key_at(self.service.directory, person) or person.user_principal_name)

    def _of(self, key: str) -> str:
        return f"{self.service.address}/users/{quote(key, safe='')}"

    def _put_on_file(self, errand: Errand, kind: str, key: str, values: Mapping[str, str] | None) -> None:
        """There is at most one of each, under an id that is the same for everybody."""
        # By name somebody else could be found, whose number it would be from then on.
        user = key_at(self.service.directory, errand.person) or errand.text(self._looked_up(errand), "id")
        address = f"{self._of(user)}/authentication/{kind}"
        known = [errand.text(one, "id") for one in errand.rows(errand.read(address), "value")]
        if key in known and values:
            errand.write("PATCH", f"{address}/{key}", values, refused=_(NOT_TAKEN))
        elif key in known:
            errand.write("DELETE", f"{address}/{key}", refused=_(NOT_TAKEN))
        elif values:
            errand.write("POST", address, values, refused=_(NOT_TAKEN))


def _spaced(number: str) -> str:
    """An E.164 number as Graph writes it: a space after the country code."""
    parsed = phonenumbers.parse(number)
    return f"+{parsed.country_code} {phonenumbers.national_significant_number(parsed)}"
