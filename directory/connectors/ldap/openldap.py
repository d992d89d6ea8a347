"""OpenLDAP, and others that know the Password Modify operation (RFC 3062); with ppolicy where it is there."""

from __future__ import annotations

from django.utils.translation import gettext as _
from ldap3 import MODIFY_DELETE, MODIFY_REPLACE
from ldap3.protocol.rfc3062 import PasswdModifyRequestValue

from directory.connectors.checking import Verdict
from directory.connectors.ldap.link import Control, Link, Outcome
from directory.connectors.ldap.people import LdapDirectory, ask
from directory.models import PhoneType, User

PASSWORD_MODIFY = "1.3.6.1.4.1.4203.1.11.1"  # noqa: S105  RFC 3062
PPOLICY = "1.3.6.1.4.1.42.2.27.8.5.1"  # draft-behera-ldap-password-policy, 6
ASK_PPOLICY: list[Control] = [(PPOLICY, False, None)]
NO_SUCH_ATTRIBUTE = 16
EXPIRED, CHANGE_AFTER_RESET = 0, 2  # draft-behera-ldap-password-policy, 6.2

PHONES = {PhoneType.MOBILE: "mobile", PhoneType.OFFICE: "telephoneNumber"}


class OpenLdap(LdapDirectory):
    """People are found by mail, or by entryUUID where they come from this directory."""

    def set_password(self, person: User, password: str, *, must_change: bool) -> None:
        def work(link: Link) -> None:
            entry = self.find(link, person, "1.1")
            request = PasswdModifyRequestValue()
            request["userIdentity"], request["newPasswd"] = entry.dn, password.encode()
            link.wrote = True
            self.done(link.extended(PASSWORD_MODIFY, request, ASK_PPOLICY))
            if must_change:
                # Without ppolicy, or where it does so by itself, there is nothing to do; whoever signs in
                # here is asked all the same.
                link.modify(entry.dn, {"pwdReset": [(MODIFY_REPLACE, ["TRUE"])]})

        ask(self.directory, work)

    def _asking(self) -> list[Control]:
        return ASK_PPOLICY

    def verdict(self, outcome: Outcome) -> Verdict:
        # Both are said only of a right password.
        if policy_error(outcome) in (EXPIRED, CHANGE_AFTER_RESET):
            return Verdict.MUST_CHANGE
        return super().verdict(outcome)

    def unlock(self, person: User) -> None:
        def work(link: Link) -> None:
            entry = self.find(link, person, "pwdAccountLockedTime")
            if entry.text("pwdAccountLockedTime"):
                self.done(link.modify(entry.dn, {"pwdAccountLockedTime": [(MODIFY_DELETE, [])]}))

        ask(self.directory, work)

    def set_phone(self, person: User, phone_type: str, number: str | None) -> None:
        attribute = PHONES.get(PhoneType(phone_type))
        if attribute is None:
            return

        def work(link: Link) -> None:
            entry = self.find(link, person, attribute)
            wanted = [number.encode()] if number else []
            if entry.attributes.get(attribute.lower(), []) != wanted:
                self.done(link.modify(entry.dn, {attribute: [(MODIFY_REPLACE, wanted)]}))

        ask(self.directory, work)

    def set_email(self, person: User, address: str | None) -> None:
        """Its `mail` is the account's own address, and it has no place for another one."""

    def rule(self, outcome: Outcome) -> str:
        match policy_error(outcome):
            case 5 | 6:
                return _("The password is too short or too simple for %(directory)s.")
            case 7:
                return _("%(directory)s does not let a password be changed again so soon.")
            case 8:
                return _("This password was used before. %(directory)s wants another one.")
            case 3 | 4:
                return _("%(directory)s lets this password be changed only by the person.")
            case _other:
                return ""


def policy_error(outcome: Outcome) -> int | None:
    """What the password policy has to say: the number in PasswordPolicyResponseValue, or None."""
    value = (outcome.controls.get(PPOLICY) or {}).get("value") or b""
    # SEQUENCE { warning [0] OPTIONAL, error [1] ENUMERATED OPTIONAL }: the error is the last, one byte long.
    return value[-1] if len(value) >= 5 and value[-3:-1] == b"\x81\x01" else None
