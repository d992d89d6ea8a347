"""QR badges and their PINs, for those who cannot type a password yet."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from django.db import models
from django.db.models import OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.models.assignments import any_role_of
from directory.models.users import User
from tenants.models import TenantModel


class BadgeKind(models.TextChoices):
    STANDARD = "standard", _("Standard")
    TEMPORARY = "temporary", _("Temporary")


class BadgeQuerySet(models.QuerySet):
    def not_ended(self) -> BadgeQuerySet:
        """Those that nobody has ended: good now, or not yet, or no longer."""
        return self.filter(ended_at=None)

    def usable(self) -> BadgeQuerySet:
        """Those that open an account now: never that of a guest, of somebody switched off or with a role."""
        now = timezone.now()
        return (
            self.not_ended()
            .filter(starts_at__lte=now, ends_at__gt=now, user__is_active=True, user__home_tenant=None)
            .exclude(any_role_of(OuterRef("user")))
        )


class Badge(TenantModel):
    """What a person carries with them. The database has a keyed hash of what stands in its code."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="badges")
    kind = models.CharField(_("kind"), max_length=16, choices=BadgeKind.choices)
    secret_hash = models.CharField(max_length=64, editable=False)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    ended_at = models.DateTimeField(_("ended"), null=True)

    objects = BadgeQuerySet.as_manager()

    class Meta:
        ordering = ["kind"]
        verbose_name = _("QR badge")
        verbose_name_plural = _("QR badges")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "secret_hash"], name="badge_once_per_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "user", "kind"], condition=Q(ended_at=None), name="one_badge_of_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("starts_at")), name="badge_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @property
    def last_moment(self) -> datetime:
        """Until when it works, as people say it: 23:59 of the last day, not 00:00 of the next."""
        return self.ends_at - timedelta(minutes=1) if self.kind == BadgeKind.STANDARD else self.ends_at

    @property
    def is_to_come(self) -> bool:
        return timezone.now() < self.starts_at

    @property
    def is_over(self) -> bool:
        return self.ends_at <= timezone.now()


class Pin(TenantModel):
    """What a person knows beside the badge that they carry: an Argon2id hash of it."""

    user = models.OneToOneField(User, models.CASCADE, related_name="badge_pin")
    hash = models.CharField(max_length=256, editable=False)
    must_change = models.BooleanField(default=True)
    version = models.UUIDField(default=uuid4, editable=False)  # another for every PIN
    set_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("PIN")
        verbose_name_plural = _("PINs")

    def __str__(self) -> str:
        return str(_("PIN"))
