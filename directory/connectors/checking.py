"""Passwords at sign-in: is it right? Asked of this database, or of the directory where it lives."""

from __future__ import annotations

import logging
from enum import Enum
from importlib import import_module

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from directory.connectors import KINDS, AuthorityError
from directory.lockout import Undecided
from directory.models import LOCAL, ConnectedDirectory, DirectoryKind, User
from tenants import scopes

BY_BIND = (DirectoryKind.ACTIVE_DIRECTORY, DirectoryKind.LDAP)
logger = logging.getLogger(__name__)


class Verdict(Enum):
    """What a directory says of a password."""

    WRONG = "wrong"
    RIGHT = "right"
    MUST_CHANGE = "must change"  # right, and it opens nothing until it is changed


def is_checked(person: User) -> bool:
    """Whether this person has a password that can be asked for."""
    return person.has_usable_password() if person.authority == LOCAL else person.authority in _directories()


def is_right(person: User, password: str) -> bool:
    """Whether this is the person's password. Raises lockout.Undecided where that cannot be told now.

    A password that is right and has to be changed leads to a new one here, where it is written back.
    """
    if person.authority == LOCAL:
        return person.check_password(password)
    return _is_right_there(person, password, _directories().get(person.authority))


def is_right_elsewhere(name: str, person: User | None, password: str) -> bool:
    """The same at sign-in, after this database was asked; for names that nobody has as much is done.

    Else the time it takes, or a directory that is down, would tell which names there are.
    """
    directories = _directories()
    if person is None:
        _pretend(name, directories)
    if person is None or person.authority == LOCAL:
        return False
    return _is_right_there(person, password, directories.get(person.authority))


def _is_right_there(person: User, password: str, directory: ConnectedDirectory | None) -> bool:
    if directory is None or not password:
        return False
    verdict = _asked(directory, "check", person, password)
    if verdict is Verdict.MUST_CHANGE and not directory.writes_passwords:
        raise Undecided(_("Your password has to be changed first. Sign in to a computer of yours to do so."))
    if verdict is not Verdict.WRONG:
        _note(person, directory, verdict is Verdict.MUST_CHANGE)
    return verdict is not Verdict.WRONG


def _pretend(name: str, directories: dict[str, ConnectedDirectory]) -> None:
    """Be one of the tenant's people; whose follows from the name, so that it is the same each time."""
    choices = [None, *directories.values()]
    digest = salted_hmac("directory.checking", f"{scopes.require()}|{name}", algorithm="sha256").digest()
    if directory := choices[digest[0] % len(choices)]:
        _asked(directory, "check_nobody", name)


def _directories() -> dict[str, ConnectedDirectory]:
    """Those where passwords are checked, by their keys. A secret is decrypted only by who needs it."""
    found = ConnectedDirectory.objects.defer("secret").order_by("key")
    return {one.key: one for one in found.filter(enabled=True, checks_passwords=True, kind__in=BY_BIND)}


def _asked(directory: ConnectedDirectory, question: str, *values: object) -> Verdict:
    module, name = KINDS[DirectoryKind(directory.kind)]
    try:
        return getattr(getattr(import_module(module), name)(directory), question)(*values)
    except AuthorityError as error:
        logger.warning("Passwords cannot be checked at %s: %s", directory.key, error)
        raise Undecided(_("Passwords cannot be checked now. Try again in a few minutes.")) from None


def _note(person: User, directory: ConnectedDirectory, must_change: bool) -> None:
    """Follow the directory: it says whether a new password is due. Without ppolicy, OpenLDAP never does."""
    says = must_change or directory.kind == DirectoryKind.ACTIVE_DIRECTORY
    if says and person.must_change_password != must_change:
        person.must_change_password = must_change
        User.objects.filter(pk=person.pk).update(must_change_password=must_change)
