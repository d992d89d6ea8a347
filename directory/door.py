"""The door: every deed goes through it, and nothing else can open an authority."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable

from audit.models import Entry, Result, draft, record_all
from directory import refusals
from directory.connectors import Authority, AuthorityError, open_authority
from directory.models import LOCAL, User
from directory.verbs import Action


@dataclass(frozen=True)
class Initiator:
    """Who does it, from where: what the trail says of every deed."""

    user: User
    ip_address: str | None = None
    surface: str = "My Staff"

    @property
    def user_id(self) -> UUID:
        return self.user.pk

    def refusal(self, action: Action, person: User) -> str | None:
        """Why this person is out of reach, or None."""
        return refusals.refusal(self.user, action, person)

    def refusal_now(self, action: Action, person: User) -> str | None:
        """The same, asked anew behind a lock: roles may have come and gone before it."""
        return refusals.refusal(User.objects.get(pk=self.user.pk), action, person)

    def may(self, action: Action) -> bool:
        """Whether a deed on the tenant itself is theirs to do."""
        return self.user.holds(*action.needs)

    def at_home(self) -> Initiator:
        """The same for a deed in the home tenant of somebody who is a guest here."""
        return replace(self, user=getattr(self.user, "home", self.user))

    def snapshot(self) -> dict[str, Any]:
        return {
            "id": self.user.pk,
            "name": self.user.display_name,
            "principal_name": self.user.user_principal_name,
            "ip_address": self.ip_address,
        }


@dataclass(frozen=True)
class CommandLine:
    """Whoever has a shell on the server: nothing here could keep them from anything, the trail names them."""

    account: str  # of the operating system
    surface = "manage.py"
    user = user_id = None

    def refusal(self, action: Action, person: User) -> str | None:
        return (
            _("This is a guest: their own organization looks after the account.") if person.is_guest else None
        )

    def may(self, action: Action) -> bool:
        return True

    def snapshot(self) -> dict[str, Any]:
        return {"id": None, "name": self.account}


class Denied(Exception):
    """Out of reach; the text is the reason, for the manager."""


def snapshot(person: User) -> dict[str, Any]:
    """A person as the trail keeps them."""
    return {
        "id": person.pk,
        "type": "User",
        "name": person.display_name,
        "principal_name": person.user_principal_name,
    }


@dataclass
class Deed:
    """One deed on its way through the door: how it gets its line in the trail."""

    by: Initiator | CommandLine
    action: Action
    target: dict[str, Any]
    correlation_id: UUID
    changed: list[dict[str, Any]] = field(default_factory=list)
    details: dict[str, str] = field(default_factory=dict)
    parts: list[Deed] = field(default_factory=list)
    is_outside: bool = False  # an authority outside is asked
    is_handed_over: bool = False  # an authority outside has done it, whatever becomes of our own rows

    def write(self, result: str, reason: str = "") -> None:
        """Its line in the trail; with a success, those of its parts before it."""
        parts = self.parts if result == Result.SUCCESS else []
        record_all([*(part.entry(result) for part in parts), self.entry(result, reason)])

    def entry(self, result: str, reason: str = "") -> Entry:
        return draft(
            self.action.activity,
            category=self.action.category,
            operation=self.action.operation,
            result=result,
            reason=reason,
            actor=self.by.snapshot(),
            target=self.target,
            changed=self.changed if result == Result.SUCCESS else [],
            details={"Source": self.by.surface, "Action": self.action.word} | self.details,
            correlation_id=self.correlation_id,
        )

    def wait_for_the_trail(self) -> None:
        """As long as it takes, where a directory outside was asked: what it did or said is not lost."""
        if self.is_outside:
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = 0")

    def change(self, name: str, old: Any, new: Any) -> None:
        """Note an old and a new value for the trail; never a secret."""
        self.changed.append({"name": name, "oldValue": old, "newValue": new})

    def part(self, action: Action, person: User) -> Deed:
        """A deed on one person that is done or not done with this one; whether they are reached was asked."""
        self.parts.append(Deed(self.by, action, snapshot(person), self.correlation_id))
        return self.parts[-1]


@contextmanager
def acting(by: Initiator | CommandLine, action: Action, person: User) -> Iterator[tuple[Authority, Deed]]:
    """The door for deeds on people: checks, writes the attempt, opens the authority, writes the outcome.

    Raises Denied, or the authority's Refused or Unreachable; then nothing has changed here.
    """
    reason = by.refusal(action, person)
    with _through(by, action, snapshot(person), reason) as deed:
        if person.authority != LOCAL:
            deed.details["Authority"], deed.is_outside = person.authority, True
        authority = open_authority(person)
        yield authority, deed
        deed.is_handed_over = deed.is_outside
        deed.details |= getattr(authority, "details", {})  # what it did not manage besides, in our words


@contextmanager
def administering(
    by: Initiator | CommandLine,
    action: Action,
    target: dict[str, Any],
    refused: str | None = None,
    *,
    correlation_id: UUID | None = None,
) -> Iterator[Deed]:
    """The door for deeds on the tenant itself, for those who hold a role over all of it.

    Deeds with a rule of their own, which knows who may, bring its answer along as `refused` ('' for none),
    and those of which more will be told later the id that all of it shares.
    """
    reason = refused
    if reason is None and not by.may(action):
        reason = _("Your role does not include this.")
    with _through(by, action, target, reason, correlation_id) as deed:
        yield deed


@contextmanager
def _through(
    by: Initiator | CommandLine,
    action: Action,
    target: dict[str, Any],
    reason: str | None,
    correlation_id: UUID | None = None,
) -> Iterator[Deed]:
    deed = Deed(by, action, target, correlation_id or uuid4())
    if reason:
        deed.write(Result.DENIED, reason)
        raise Denied(reason)
    # Committed before anything is touched: a rollback cannot take back what an authority has done.
    with transaction.atomic(durable=True):
        deed.write(Result.ATTEMPTED)
    committing = False
    try:
        # Our own rows, the notice and the outcome stand or fall together.
        with transaction.atomic():
            yield deed
            deed.wait_for_the_trail()
            deed.write(Result.SUCCESS)
            committing = True
    except AuthorityError as error:
        with transaction.atomic():
            deed.wait_for_the_trail()
            deed.write(Result.FAILURE, str(error))
        raise
    except Exception as error:
        # A commit whose answer was lost may have been done: then the outcome is there, or it stays unknown.
        # What was done elsewhere is no failure either.
        if not ((committing and _is_lost(error)) or deed.is_handed_over):
            deed.write(Result.FAILURE, type(error).__name__)
        raise


def _is_lost(error: Exception) -> bool:
    """Whether nobody knows if the commit was done; one that waited too long for a lock was not."""
    is_known = isinstance(error.__cause__, LockNotAvailable)
    return isinstance(error, (OperationalError, InterfaceError)) and not is_known
