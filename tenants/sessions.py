"""Session store: a session stands in its person's tenant, and its key says in which.

The cookie holds `<tenant>.<random>`; the table holds only a hash of it, so that a stolen copy of the
database opens nothing. One cookie serves the instance: the key leads home from under any tenant's path.
"""

from contextlib import AbstractContextManager
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from tenants import scopes
from tenants.models import Session


def tenant_of(session_key: str | None) -> UUID | None:
    """The tenant that a session key names, or None for a key that is not ours."""
    head, dot, tail = (session_key or "").partition(".")
    if not dot or len(head) != 32 or len(tail) < 32:
        return None
    try:
        return UUID(hex=head)
    except ValueError:
        return None


class SessionStore(SessionBase):
    """Django's session protocol over the walled table."""

    @classmethod
    def clear_expired(cls) -> None:
        """Delete what has expired in the tenant whose scope we are in."""
        Session.objects.filter(expires_at__lt=timezone.now()).delete()

    def _get_new_session_key(self) -> str:
        return f"{scopes.require().hex}.{super()._get_new_session_key()}"

    def _validate_session_key(self, key: str | None) -> bool:
        return tenant_of(key) is not None

    seen_at: datetime | None = None  # as its row was when it was loaded

    def _home(self, key: str) -> AbstractContextManager:
        return scopes.scope(tenant_of(key))

    def _row(self, key: str):
        return Session.objects.filter(pk=_hash(key), expires_at__gt=timezone.now())

    def exists(self, session_key: str) -> bool:
        with self._home(session_key):
            return Session.objects.filter(pk=_hash(session_key)).exists()

    def load(self) -> dict:
        if not self.session_key:
            return {}
        with self._home(self.session_key):
            row = self._row(self.session_key).first()
        if row is None:
            self._session_key = None
            return {}
        self.seen_at = row.seen_at
        return self.decode(row.data)

    def create(self) -> None:
        self.seen_at = None  # under its new key nobody has seen it
        while True:
            self._session_key = self._get_new_session_key()
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def cycle_key(self) -> None:
        """A new key for the same sitting, which ends when it would have ended: only signing in begins one."""
        ends = None
        if self.session_key and SESSION_KEY in self:
            with self._home(self.session_key):
                ends = self._row(self.session_key).values_list("expires_at", flat=True).first()
        super().cycle_key()
        if ends:
            with self._home(self.session_key):
                Session.objects.filter(pk=_hash(self.session_key)).update(expires_at=ends)

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            return self.create()
        session = self._get_session(no_load=must_create)
        values = {"data": self.encode(session), "owner": session.get(SESSION_KEY)}
        with self._home(self.session_key):
            if must_create:
                # Once and for all: a session that is used does not live longer for it.
                self._insert(values | {"expires_at": self.get_expiry_date()})
            elif not Session.objects.filter(pk=_hash(self.session_key)).update(**values):
                # Ended meanwhile (signed out elsewhere, a reset): never bring it back.
                raise UpdateError

    def _insert(self, values: dict) -> None:
        try:
            with transaction.atomic():
                Session.objects.create(pk=_hash(self.session_key), **values)
        except IntegrityError as error:
            raise CreateError from error

    def note(self, address: str | None, user_agent: str) -> None:
        """Write down from where it is used, once an hour."""
        hour = timezone.now().replace(minute=0, second=0, microsecond=0)
        if self.session_key and (self.seen_at is None or self.seen_at < hour):
            seen = {"seen_at": hour, "address": address, "user_agent": _printable(user_agent)}
            with self._home(self.session_key):
                Session.objects.filter(pk=_hash(self.session_key)).update(**seen)

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key and self._validate_session_key(key):
            with self._home(key):
                Session.objects.filter(pk=_hash(key)).delete()


def of(owner: UUID, auth_hash: str) -> list[Session]:
    """The sessions of one of this tenant's people that still stand, last used first.

    `auth_hash` is what Django compares: those from before a reset have another and open nothing.
    """
    rows = Session.objects.filter(owner=owner, expires_at__gt=timezone.now())
    standing = [row for row in rows if SessionStore().decode(row.data).get(HASH_SESSION_KEY) == auth_hash]
    return sorted(standing, key=lambda row: (row.seen_at or row.made_at, row.made_at), reverse=True)


def is_row_of(session: Session, key: str | None) -> bool:
    """Whether this row is that of the browser with this key."""
    return session.key_hash == _hash(key or "")


def find(owner: UUID, handle: str) -> list[str]:
    """The row of one session of somebody's, by its handle; none where it is nobody's, or somebody else's."""
    rows = Session.objects.filter(owner=owner)
    return [row.pk for row in rows if constant_time_compare(row.handle, handle)]


def all_but(owner: UUID, key: str | None) -> list[str]:
    """The rows of somebody's sessions but the one with this key."""
    rows = Session.objects.filter(owner=owner).exclude(pk=_hash(key or ""))
    return list(rows.values_list("pk", flat=True))


def end(owner: UUID, rows: list[str]) -> int:
    """Delete these sessions of somebody's, at once and everywhere; says how many there still were."""
    return Session.objects.filter(owner=owner, pk__in=rows).delete()[0]


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())[:256]


def _hash(key: str) -> str:
    return sha256(key.encode()).hexdigest()
