"""Authorities: where a person's password really lives. Opened by the door in door.py and nowhere else."""

from typing import Protocol

from directory.connectors.local import Local
from directory.models import User


class AuthorityError(Exception):
    """The authority did not do it; the text is for the manager, and nothing has changed."""


class Refused(AuthorityError):
    """It said no, and will again: show why."""


class Unreachable(AuthorityError):
    """It did not answer: trying later can help."""


class Authority(Protocol):
    """What every authority can do. Both raise Refused or Unreachable."""

    def set_password(self, person: User, password: str, *, must_change: bool) -> None: ...


AUTHORITIES: dict[str, type[Authority]] = {"local": Local}


def open_authority(person: User) -> Authority:
    """The authority that holds this person's password."""
    return AUTHORITIES[person.authority]()
