"""What a tenant has switched on and off."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from directory.models.groups import Group
from directory.models.users import User
from directory.passwords import Style
from tenants import scopes
from tenants.models import OPERATORS_ID, TenantModel


class Access(models.TextChoices):
    ALL = "all", _("All users")
    SELECTED = "selected", _("Selected group")
    NOBODY = "nobody", _("Nobody")


class Settings(TenantModel):
    """A tenant's switches; a tenant without a row has the defaults."""

    my_staff_access = models.CharField(
        _("My Staff access"),
        max_length=16,
        choices=Access.choices,
        default=Access.ALL,
        help_text=_("Who may open the portal. A role is needed too."),
    )
    my_staff_group = models.ForeignKey(
        Group, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("My Staff group")
    )
    self_service_reset = models.CharField(
        _("Self-service password reset"),
        max_length=16,
        choices=Access.choices,
        default=Access.ALL,
        help_text=_("Who may reset a forgotten password alone."),
    )
    self_service_group = models.ForeignKey(
        Group, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("self-service group")
    )
    methods_required = models.PositiveSmallIntegerField(
        _("Methods required"),
        choices=[(1, "1"), (2, "2")],
        default=1,
        help_text=_("To reset a forgotten password. Whoever holds a role always needs two."),
    )
    self_service_unlock = models.BooleanField(
        _("Self-service unlock"),
        default=True,
        help_text=_(
            "Whoever is locked after too many wrong passwords, and proves who they are, may unlock without a "
            "new password."
        ),
    )
    look_up_everyone = models.BooleanField(
        _("Look up everyone"),
        default=False,
        help_text=_(
            "Managers may find anyone by name; outside their own locations they see name and location only."
        ),
    )
    sms_sign_in = models.BooleanField(_("SMS sign-in"), default=False)
    qr_badges = models.BooleanField(
        _("QR badges"),
        default=False,
        help_text=_("Whoever holds no role may sign in with a badge’s QR code and a PIN."),
    )
    pin_length = models.PositiveSmallIntegerField(
        _("PIN length"),
        default=8,
        validators=[MinValueValidator(8), MaxValueValidator(20)],
        help_text=_("Digits that a badge’s PIN has at least, 8 to 20."),
    )
    notify_people = models.BooleanField(
        _("Notify people of resets"),
        default=True,
        help_text=_("A person is told when their password is reset."),
    )
    notify_administrators = models.BooleanField(
        _("Notify administrators when an administrator is reset"),
        default=True,
        help_text=_(
            "Global Administrators are told when somebody’s who holds a role over the whole tenant is reset."
        ),
    )
    password_style = models.CharField(
        _("style of temporary passwords"), max_length=32, choices=Style.choices, default=Style.WORD_AND_DIGITS
    )
    phone_region = models.CharField(
        _("country of phone numbers typed without one"),
        max_length=2,
        default="US",
        validators=[RegexValidator(r"\A[A-Z]{2}\Z", _("Use two capital letters, like US."))],
    )
    help_contact = models.CharField(
        _("whom to ask"),
        max_length=200,
        blank=True,
        help_text=_("Shown where people get stuck, like “Help desk, room 12”."),
    )
    help_phone = models.CharField(_("phone number to call"), max_length=40, blank=True)
    accent = models.CharField(
        _("colour"),
        max_length=7,
        default="#1d6b55",
        validators=[RegexValidator(r"\A#[0-9a-f]{6}\Z", _("Use a colour like #1d6b55."))],
    )

    class Meta:
        verbose_name = _("settings")
        verbose_name_plural = _("settings")
        constraints = [models.UniqueConstraint(fields=["tenant"], name="one_row_of_settings_per_tenant")]

    def __str__(self) -> str:
        return str(_("Settings"))

    @classmethod
    def current(cls) -> "Settings":
        """The settings of the tenant whose scope we are in; reading writes nothing."""
        return cls.objects.first() or cls()

    def clean(self) -> None:
        if self.my_staff_access == Access.SELECTED and not self.my_staff_group_id:
            raise ValidationError({"my_staff_group": _("Choose the group.")})
        if self.self_service_reset == Access.SELECTED and not self.self_service_group_id:
            raise ValidationError({"self_service_group": _("Choose the group.")})

    def opens_portal_for(self, user: User) -> bool:
        """Whether this switch lets the person in; a role is needed too."""
        return _opens(self.my_staff_access, self.my_staff_group_id, user)

    def opens_self_service_for(self, user: User) -> bool:
        """Whether this person may reset a forgotten password alone; operators never may."""
        open_at_all = self.self_service_is_open
        return open_at_all and _opens(self.self_service_reset, self.self_service_group_id, user)

    @property
    def self_service_is_open(self) -> bool:
        """Whether there is anybody who may reset a forgotten password alone."""
        return self.self_service_reset != Access.NOBODY and scopes.require() != OPERATORS_ID


def _opens(access: str, group_id: UUID | None, user: User) -> bool:
    if access == Access.SELECTED:
        return user.groupmember_set.filter(group=group_id).exists()
    return access == Access.ALL
