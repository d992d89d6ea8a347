"""Messages of the demo: instead of leaving the machine, they are kept to be looked at."""

from django.db import models

from tenants.models import TenantModel


class OutboxMessage(TenantModel):
    """A mail or a text that the demo shows at /outbox/ instead of sending it."""

    at = models.DateTimeField(auto_now_add=True)
    channel = models.CharField(max_length=8, choices=[("email", "email"), ("sms", "sms")])
    to = models.CharField(max_length=320)
    subject = models.CharField(max_length=998, blank=True)
    body = models.TextField()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["tenant", "-at"], name="outbox_by_date")]
