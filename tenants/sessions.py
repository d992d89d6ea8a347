"""Session store: a session stands in its person's tenant, and its key says in which.

The cookie holds `<tenant>.<random>`; the table holds only a hash of it, so that a stolen copy of the
database opens nothing. One cookie serves the instance: the key leads home from under any tenant's path.
"""

from contextlib import AbstractContextManager
from hashlib import sha256
from uuid import UUID

from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction
from django.utils import timezone

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
        return self.decode(row.data)

    def create(self) -> None:
        while True:
            self._session_key = self._get_new_session_key()
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            return self.create()
        data = self.encode(self._get_session(no_load=must_create))
        values = {"data": data, "expires_at": self.get_expiry_date()}
        with self._home(self.session_key):
            if must_create:
                self._insert(values)
            elif not Session.objects.filter(pk=_hash(self.session_key)).update(**values):
                # Ended meanwhile (signed out elsewhere, a reset): never bring it back.
                raise UpdateError

    def _insert(self, values: dict) -> None:
        try:
            with transaction.atomic():
                Session.objects.create(pk=_hash(self.session_key), **values)
        except IntegrityError as error:
            raise CreateError from error

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key and self._validate_session_key(key):
            with self._home(key):
                Session.objects.filter(pk=_hash(key)).delete()


def _hash(key: str) -> str:
    return sha256(key.encode()).hexdigest()
