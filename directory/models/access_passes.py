"""Temporary access passes: what a manager hands over so that somebody gets in without a password."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.models.users import User
from tenants.models import TenantModel


class AccessPassQuerySet(models.QuerySet):
    def live(self, now: datetime | None = None) -> AccessPassQuerySet:
        """Those that let somebody in now.

        Whatever ended all sessions of the person since (a reset, a disabled account) has ended the pass.
        """
        now = now or timezone.now()
        unused = Q(one_time=False) | Q(used_at=None)
        return self.filter(
            unused,
            starts_at__lte=now,
            ends_at__gt=now,
            made_at__gte=F("user__sessions_valid_from"),
            user__is_active=True,
        )


class AccessPass(TenantModel):
    """A person's pass; a new one takes the old one's place. The table holds only a keyed hash of it."""

    user = models.OneToOneField(User, models.CASCADE, related_name="access_pass")
    code_hash = models.CharField(max_length=64)
    one_time = models.BooleanField(_("works once"), default=False)
    made_by = models.UUIDField(null=True, editable=False)
    made_at = models.DateTimeField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    objects = AccessPassQuerySet.as_manager()

    class Meta:
        verbose_name = _("temporary access pass")
        verbose_name_plural = _("temporary access passes")

    def __str__(self) -> str:
        return str(self.pk)
