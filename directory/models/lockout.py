"""Smart lockout: wrong passwords on a user name, locks for the trail, and networks that are known."""

from __future__ import annotations

from uuid import uuid4

from django.db import models

from directory.models.held import HeldManager
from tenants.models import TenantModel


class SignInCount(TenantModel):
    """Wrong passwords on one user name, known here or not, from one kind of network.

    `wrong` has the last three as keyed hashes of a few digits: enough to know one again, and too few to find
    out by them what was typed.
    """

    name_key = models.CharField(max_length=64)
    familiar = models.BooleanField(default=False)
    failures = models.PositiveIntegerField(default=0)
    wrong = models.JSONField(default=list)
    failed_at = models.DateTimeField(null=True, db_index=True)
    locked_until = models.DateTimeField(null=True)

    objects = HeldManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "name_key", "familiar"], name="sign_ins_counted_once_per_name"
            )
        ]

    def __str__(self) -> str:
        return self.name_key[:8]


class SignInLock(TenantModel):
    """A lock that the trail has not been told of yet: the worker finds out whose name it is."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user_name = models.TextField()
    network = models.CharField(max_length=64)
    familiar = models.BooleanField()
    failures = models.PositiveIntegerField()
    at = models.DateTimeField()
    until = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.pk)


class FamiliarNetwork(TenantModel):
    """A network that a person has signed in from: a keyed hash of both, and when it was last."""

    key = models.CharField(max_length=64)
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="network_familiar_once")]

    def __str__(self) -> str:
        return self.key[:8]
