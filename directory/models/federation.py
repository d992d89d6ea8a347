"""Which account at a provider is which person, and the sign-ins that wait for a provider's answer."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.models.identity_providers import IdentityProvider
from directory.models.users import User
from tenants.models import TenantModel

TICKET_LIVES = timedelta(hours=1)


class FederatedIdentity(TenantModel):
    """An account at a provider that is this person: known by a subject that never changes.

    A table of our own and not social-auth's, which is unique over the whole instance and keeps tokens.
    """

    provider = models.ForeignKey(IdentityProvider, models.CASCADE, related_name="identities")
    user = models.ForeignKey(User, models.CASCADE, related_name="federated_identities")
    uid = models.CharField(_("account"), max_length=300, db_collation="C")  # <provider row>:<subject>
    linked_at = models.DateTimeField(_("linked"), default=timezone.now)

    class Meta:
        ordering = ["-linked_at", "-id"]
        verbose_name = _("linked account")
        verbose_name_plural = _("linked accounts")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "uid"], name="subject_once_per_provider"),
            models.UniqueConstraint(
                fields=["tenant", "provider", "user"], name="person_once_per_provider_of_identity"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "user"], name="identities_of_person"),
            models.Index(fields=["tenant", "-linked_at", "-id"], name="identities_by_date"),
        ]

    def __str__(self) -> str:
        return self.uid.partition(":")[2]


class FederationTicket(TenantModel):
    """A sign-in that was begun at a provider and is not answered yet: one answer takes it away.

    What the row holds is a hash, so that a copy of the table answers for nobody.
    """

    key_hash = models.CharField(max_length=64)
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key_hash"], name="ticket_of_federation_once")
        ]
        indexes = [models.Index(fields=["tenant", "ends_at"], name="tickets_by_end")]

    def __str__(self) -> str:
        return self.key_hash[:8]

    @classmethod
    def give(cls, of: str, key: str) -> None:
        """Let one answer to this state or request come in."""
        cls.objects.create(key_hash=_hash(of, key), ends_at=timezone.now() + TICKET_LIVES)

    @classmethod
    def take(cls, of: str, key: str) -> bool:
        """Whether this is the first answer, in time: of two at once one is."""
        standing = cls.objects.filter(key_hash=_hash(of, key), ends_at__gt=timezone.now())
        return bool(standing.delete()[0])

    @classmethod
    def clear_old(cls) -> None:
        cls.objects.filter(ends_at__lt=timezone.now()).delete()


def _hash(of: str, key: str) -> str:
    return sha256(f"{of}|{key}".encode()).hexdigest()
