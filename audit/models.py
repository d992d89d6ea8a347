"""The trail: what was done to whom by whom. Entries can be added and read, never changed.

The fields are those of Microsoft Entra's directoryAudit record; names are snapshots and not references, so
that an entry still says what it said after everyone in it is gone. Nothing secret ever stands in it.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.models import TenantModel


class Result(models.TextChoices):
    """How it ended. An attempt is written before anything is touched; its outcome is a second entry."""

    ATTEMPTED = "attempted", _("attempted")
    SUCCESS = "success", pgettext_lazy("result", "success")
    FAILURE = "failure", _("failure")
    DENIED = "denied", _("denied")


class Entry(TenantModel):
    """One line of the trail."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    activity_at = models.DateTimeField(_("date"), auto_now_add=True)
    activity = models.CharField(_("activity"), max_length=128)
    category = models.CharField(_("category"), max_length=64)
    service = models.CharField(_("service"), max_length=64, default="MyStaff")
    operation_type = models.CharField(_("operation type"), max_length=32)
    correlation_id = models.UUIDField(_("correlation id"), default=uuid4)
    result = models.CharField(_("result"), max_length=16, choices=Result.choices)
    result_reason = models.TextField(_("reason"), blank=True)
    actor_id = models.UUIDField(_("actor id"), null=True)
    actor_name = models.CharField(_("actor"), max_length=256)
    actor_principal_name = models.CharField(_("actor's user name"), max_length=256, blank=True)
    ip_address = models.GenericIPAddressField(_("network address"), null=True)
    target_id = models.UUIDField(_("target id"), null=True)
    target_type = models.CharField(_("target type"), max_length=32, blank=True)
    target_name = models.CharField(_("target"), max_length=256, blank=True)
    target_principal_name = models.CharField(_("target's user name"), max_length=256, blank=True)
    modified_properties = models.JSONField(_("changed"), default=list, encoder=DjangoJSONEncoder)
    additional_details = models.JSONField(_("additional details"), default=list, encoder=DjangoJSONEncoder)

    class Meta:
        ordering = ["-activity_at", "-id"]
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        indexes = [
            models.Index(fields=["tenant", "-activity_at", "-id"], name="entry_by_date"),
            models.Index(fields=["tenant", "target_id", "-activity_at"], name="entry_by_target"),
            models.Index(fields=["tenant", "correlation_id"], name="entry_by_correlation"),
        ]

    def __str__(self) -> str:
        return f"{self.activity}: {self.target_name} ({self.get_result_display()})"


def left_open() -> Q:
    """Attempts whose outcome nobody wrote down, such as those in which a program was killed."""
    outcome = Entry.objects.filter(correlation_id=OuterRef("correlation_id")).exclude(result=Result.ATTEMPTED)
    return Q(result=Result.ATTEMPTED) & ~Exists(outcome)


def record(
    activity: str,
    *,
    category: str,
    operation: str,
    result: str = Result.SUCCESS,
    reason: str = "",
    actor: dict[str, Any],
    target: dict[str, Any] | None = None,
    changed: list[dict[str, Any]] = (),
    details: dict[str, str] | None = None,
    correlation_id: UUID | None = None,
) -> Entry:
    """Add one line to the trail of the tenant whose scope we are in.

    `actor` holds id, name, principal_name and ip_address; `target` id, type, name and principal_name.
    Names of activities and categories: Microsoft's "Audit activity reference".
    """
    return Entry.objects.create(
        activity=activity,
        category=category,
        operation_type=operation,
        result=result,
        result_reason=str(reason),
        correlation_id=correlation_id or uuid4(),
        modified_properties=list(changed),
        additional_details=[{"key": key, "value": value} for key, value in (details or {}).items()],
        **{f"actor_{key}" if key != "ip_address" else key: value for key, value in actor.items()},
        **{f"target_{key}": value for key, value in (target or {}).items()},
    )
