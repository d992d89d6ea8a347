"""Files that wait for a yes: what somebody uploaded, until they confirm what it would change."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.db import models
from django.utils import timezone

from directory.models.users import User
from tenants.fields import EncryptedBinaryField
from tenants.models import TenantModel

UPLOAD_LIVES = timedelta(hours=1)


class UploadQuerySet(models.QuerySet):
    def of(self, owner: User) -> UploadQuerySet:
        """Those that this person uploaded within the last hour: nobody else ever reads or confirms one."""
        return self.filter(owner=owner, at__gt=timezone.now() - UPLOAD_LIVES)


class Upload(TenantModel):
    """A file, and what its preview showed. It stands here and in no folder, so the wall stands around it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.ForeignKey(User, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    name = models.CharField(max_length=256)
    content = EncryptedBinaryField(editable=False)  # names of children
    # A hash for each row of what was shown: confirmed is that, and nothing that came after it.
    seen = models.JSONField(default=list)

    objects = UploadQuerySet.as_manager()

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return self.name

    def keep(self) -> None:
        """Save it in the place of what the same person uploaded before."""
        Upload.objects.filter(owner=self.owner).delete()
        self.save(force_insert=True)
