"""Security info: what a person adds to their own account counts once they have typed the code sent there."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from directory.models.methods import PhoneType
from directory.models.recovery import Way
from directory.models.users import User
from tenants.models import TenantModel


class InfoKind(models.TextChoices):
    """What a person can have on file, one of each; phones are called as in PhoneType."""

    EMAIL = "email", _("Alternate e-mail")
    MOBILE = PhoneType.MOBILE.value, _("Mobile phone")
    ALTERNATE_MOBILE = PhoneType.ALTERNATE_MOBILE.value, _("Alternate mobile phone")
    OFFICE = PhoneType.OFFICE.value, _("Office phone")


class Proof(TenantModel):
    """An address or number that somebody is about to prove as theirs; one at a time for each kind."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey(User, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16, choices=InfoKind.choices)
    destination = models.CharField(max_length=254)
    asked_at = models.DateTimeField()
    code_hash = models.CharField(max_length=64, blank=True)
    code_ends_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("proof of security info")
        verbose_name_plural = _("proofs of security info")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "person", "kind"], name="one_proof_of_a_kind")
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def way(self) -> str:
        """How the code travels."""
        return Way.EMAIL if self.kind == InfoKind.EMAIL else Way.SMS
