"""Helping oneself: one row for each way back into an account, and one for what was tried on a name."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from directory.models.held import HeldManager
from directory.models.users import User
from tenants.models import TenantModel


class Way(models.TextChoices):
    """How a code reaches somebody."""

    EMAIL = "email", _("Email my alternate address")
    SMS = "sms", _("Text my mobile phone")


class CodeRequest(TenantModel):
    """One browser whose visitor asked for a one-time code.

    The request writes what was typed and never looks anybody up; `person` is set by the worker, once a code
    has gone out to them. Whoever has the token in their browser's cookie may type it; here is its hash.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    name_key = models.CharField(max_length=64)
    way = models.CharField(max_length=8, choices=Way.choices, blank=True)
    destination = models.CharField(max_length=320, blank=True)
    asked_at = models.DateTimeField(null=True)
    code_hash = models.CharField(max_length=64, blank=True)
    code_ends_at = models.DateTimeField(null=True)
    person = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    password_changed_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.pk)


class Recovery(CodeRequest):
    """Somebody on the way back into an account: from the name they typed to a new password."""

    user_name = models.CharField(max_length=256)
    proved = models.JSONField(default=list)

    class Meta:
        verbose_name = _("way back into an account")
        verbose_name_plural = _("ways back into accounts")


class PhoneSignIn(CodeRequest):
    """Somebody signing in with the number that is its `destination`.

    A table of its own and no kind of Recovery: what opens a session must never be taken for what opens a new
    password, nor the other way round.
    """


class Throttle(TenantModel):
    """What was tried on one user name, known here or not: times by kind, and until when it is locked."""

    name_key = models.CharField(max_length=64)
    tried = models.JSONField(default=dict)
    locked_until = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)

    objects = HeldManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "name_key"], name="throttle_once_per_name")]

    def __str__(self) -> str:
        return self.name_key[:8]
