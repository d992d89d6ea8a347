"""Active Directory. Sources: [MS-ADTS] 3.1.1.3.1.5 (passwords), 3.1.1.3.4.1.27 (policy hints)."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _
from ldap3 import MODIFY_REPLACE

from directory.connectors.checking import Verdict
from directory.connectors.ldap.link import Control, Found, Link, Outcome
from directory.connectors.ldap.people import LdapDirectory, ask, guid_in_filter, root_of
from directory.models import PhoneType, User

POLICY_HINTS = "1.2.840.113556.1.4.2239"
HINT = b"\x30\x03\x02\x01\x01"  # SEQUENCE { INTEGER 1 }: the history of passwords counts here too
AGAINST_RULES = "0000052D"  # ERROR_PASSWORD_RESTRICTION

# Why a bind failed. Of these Active Directory tells only whoever knows the password; it tells of others too
# (533 disabled, 701 expired account, 775 locked), which are a wrong password here.
SUBCODE = re.compile(r"\bdata ([0-9a-f]{2,4})\b")
MUST_CHANGE = {"532", "773"}  # expired; to be changed at the next sign-in

PHONES = {
    PhoneType.MOBILE: "mobile",
    PhoneType.ALTERNATE_MOBILE: "otherMobile",
    PhoneType.OFFICE: "telephoneNumber",
}
EMAIL = "otherMailbox"


class ActiveDirectory(LdapDirectory):
    """People are found by userPrincipalName, or by objectGUID where they come from this directory."""

    people = "(objectCategory=person)(objectClass=user)"
    match = "userPrincipalName"
    key = "objectGUID"

    def as_key(self, source_id: str) -> str:
        return guid_in_filter(source_id)

    def set_password(self, person: User, password: str, *, must_change: bool) -> None:
        def work(link: Link) -> None:
            entry = self.find(link, person, "lockoutTime")
            self.done(link.modify(entry.dn, _new(password, must_change, entry), _hints(link)))

        ask(self.directory, work)

    def verdict(self, outcome: Outcome) -> Verdict:
        said = SUBCODE.search(outcome.text)
        return Verdict.MUST_CHANGE if said and said[1] in MUST_CHANGE else super().verdict(outcome)

    def unlock(self, person: User) -> None:
        def work(link: Link) -> None:
            entry = self.find(link, person, "lockoutTime")
            if entry.number("lockoutTime"):
                self.done(link.modify(entry.dn, {"lockoutTime": _set("0")}))

        ask(self.directory, work)

    def set_phone(self, person: User, phone_type: str, number: str | None) -> None:
        self._put(person, PHONES[PhoneType(phone_type)], number)

    def set_email(self, person: User, address: str | None) -> None:
        self._put(person, EMAIL, address)

    def _put(self, person: User, attribute: str, value: str | None) -> None:
        def work(link: Link) -> None:
            entry = self.find(link, person, attribute)
            wanted = [value.encode()] if value else []
            if entry.attributes.get(attribute.lower(), []) != wanted:
                self.done(link.modify(entry.dn, {attribute: _set(*wanted)}))

        ask(self.directory, work)

    def rule(self, outcome: Outcome) -> str:
        if AGAINST_RULES in outcome.text[:40].upper():
            return _(
                "The password does not meet the rules of %(directory)s: its length, its kinds of characters, "
                "or that it was used before."
            )
        return ""


def _set(*values: str | bytes) -> list[tuple[str, list[str | bytes]]]:
    return [(MODIFY_REPLACE, list(values))]


def _new(password: str, must_change: bool, entry: Found) -> dict[str, Any]:
    """All in one modify: either everything is done or nothing is."""
    changes = {"unicodePwd": _set(f'"{password}"'.encode("utf-16-le"))}
    if must_change:
        changes["pwdLastSet"] = _set("0")
    if entry.number("lockoutTime"):
        changes["lockoutTime"] = _set("0")
    return changes


def _hints(link: Link) -> list[Control] | None:
    """Only for servers that know the control: others refuse what comes with it."""
    known = root_of(link, "supportedControl").attributes.get("supportedcontrol", [])
    return [(POLICY_HINTS, True, HINT)] if POLICY_HINTS.encode() in known else None
