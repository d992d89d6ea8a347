from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from mystaff.own_password import NewPasswordForm


class ChangePasswordForm(NewPasswordForm):
    """A new password for who knows the old one."""

    current_password = forms.CharField(
        label=_("Current password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
        error_messages={"required": _("Type your current password.")},
    )
    field_order = ["current_password"]

    def clean_current_password(self) -> str:
        if not self.person.check_password(self.cleaned_data["current_password"]):
            raise ValidationError(_("This is not your current password."))
        return self.cleaned_data["current_password"]
