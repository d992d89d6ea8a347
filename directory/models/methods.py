"""Authentication methods: phones and alternate e-mail addresses."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from directory.models.users import User
from tenants.models import TenantModel


class PhoneType(models.TextChoices):
    MOBILE = "mobile", _("Mobile")
    ALTERNATE_MOBILE = "alternateMobile", _("Alternate mobile")
    OFFICE = "office", _("Office")


class PhoneMethod(TenantModel):
    """A phone number, stored as E.164."""

    user = models.ForeignKey(User, models.CASCADE, related_name="phones")
    phone_type = models.CharField(
        _("kind"), max_length=16, choices=PhoneType.choices, default=PhoneType.MOBILE
    )
    number = models.CharField(_("phone number"), max_length=16)
    sms_sign_in = models.BooleanField(_("can be used to sign in"), default=False)
    set_by = models.UUIDField(null=True, editable=False)
    set_at = models.DateTimeField(auto_now=True)
    proved_at = models.DateTimeField(null=True, editable=False)  # by the person, with a code

    class Meta:
        ordering = ["phone_type"]
        verbose_name = _("phone number")
        verbose_name_plural = _("phone numbers")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "user", "phone_type"], name="one_phone_of_a_kind"),
            models.UniqueConstraint(
                fields=["tenant", "number"],
                condition=models.Q(sms_sign_in=True),
                name="sign_in_number_once_per_tenant",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class EmailMethod(TenantModel):
    """An alternate e-mail address: one that can be read without the forgotten password."""

    user = models.OneToOneField(User, models.CASCADE, related_name="alternate_email")
    address = models.EmailField(_("alternate email address"))
    set_by = models.UUIDField(null=True, editable=False)
    set_at = models.DateTimeField(auto_now=True)
    proved_at = models.DateTimeField(null=True, editable=False)  # by the person, with a code

    class Meta:
        verbose_name = _("alternate email address")
        verbose_name_plural = _("alternate email addresses")

    def __str__(self) -> str:
        return self.address
