"""Authorities: where a person's password really lives. Opened by the door in door.py and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Protocol

from django.utils.translation import gettext as _

from directory.connectors.local import Local
from directory.connectors.plainly import ask_it
from directory.models import ConnectedDirectory, DirectoryKind, User


class AuthorityError(Exception):
    """The authority did not do it, and nothing has changed.

    The text is for whoever looks after it, and for the trail; `plain` is what everybody else is told.
    """

    def __init__(self, said: str, plain: str = "") -> None:
        super().__init__(said)
        self.plain = plain or said


class Refused(AuthorityError):
    """It said no, and will again: show why."""


class Unreachable(AuthorityError):
    """It did not answer: trying later can help."""


class Authority(Protocol):
    """What every authority can do. Each raises Refused or Unreachable.

    They answer within CONNECTED seconds, and write nothing here: the deeds do. One that has no place for a
    number or an address does nothing with it.
    """

    def set_password(self, person: User, password: str, *, must_change: bool) -> None:
        """Give the person this password; `must_change`: they choose their own at their next sign-in."""

    def unlock(self, person: User) -> None:
        """Let a person whose password was tried too often sign in again."""

    def set_phone(self, person: User, phone_type: str, number: str | None) -> None:
        """Put a number (E.164) of one of PhoneType on file, or take it off (None)."""

    def set_email(self, person: User, address: str | None) -> None:
        """Put the alternate address on file, or take it off (None)."""

    def probe(self) -> None:
        """Look whether it lets us in with what is stored, and change nothing there."""


CONNECTED = 5  # seconds that a directory outside may take for a deed, from connecting to the answer

AUTHORITIES: dict[str, Callable[[], Authority]] = {"local": Local}

# Of each kind of connected directory, module and class, which is made with the ConnectedDirectory; imported
# when it is needed: some bring large libraries.
KINDS = {
    DirectoryKind.ACTIVE_DIRECTORY: ("directory.connectors.ldap", "ActiveDirectory"),
    DirectoryKind.LDAP: ("directory.connectors.ldap", "OpenLdap"),
    DirectoryKind.ENTRA: ("directory.connectors.graph", "Graph"),
    DirectoryKind.GOOGLE: ("directory.connectors.google", "Google"),
}


def open_authority(person: User) -> Authority:
    """The authority that holds this person's password."""
    if made := AUTHORITIES.get(person.authority):
        return made()
    # Its secret is decrypted only by who needs it: a lost key must not stop other deeds.
    directory = ConnectedDirectory.objects.defer("secret").filter(key=person.authority).first()
    if directory is None or not (directory.enabled and directory.writes_passwords):
        return ReadOnly(directory.name if directory else person.authority)
    return connect(directory)


def connect(directory: ConnectedDirectory) -> Authority:
    """The authority that a connected directory is, whatever it is asked to do."""
    module, name = KINDS[DirectoryKind(directory.kind)]
    return getattr(import_module(module), name)(directory)


class ReadOnly:
    """A directory to which nothing is written: passwords are refused, what is on file here stays here."""

    def __init__(self, name: str) -> None:
        self.name = name

    def set_password(self, person: User, password: str, *, must_change: bool) -> None:
        sentence = _("Passwords of %(person)s are kept in %(directory)s, and MyStaff does not write there.")
        said = sentence % {"person": person.display_name, "directory": self.name}
        raise Refused(said, ask_it(said))

    def unlock(self, person: User) -> None: ...

    def set_phone(self, person: User, phone_type: str, number: str | None) -> None: ...

    def set_email(self, person: User, address: str | None) -> None: ...
