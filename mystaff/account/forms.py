from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from directory import lockout
from directory.connectors import checking
from mystaff.initiator import network
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

    def __init__(self, request: HttpRequest, *args, **kwargs) -> None:
        super().__init__(request.user, request.tenant, *args, **kwargs)
        self.network = network(request)

    def clean_current_password(self) -> str:
        """Counted as at sign-in: whoever found an open session must not be able to try passwords here."""
        password, person = self.cleaned_data["current_password"], self.person
        try:
            right = lockout.attempt(
                person.user_principal_name,
                self.network,
                password,
                lambda: checking.is_right(person, password),
            )
        except lockout.Locked as locked:
            raise ValidationError(locked.sentence) from None
        except lockout.Undecided as undecided:
            raise ValidationError(str(undecided)) from None
        if not right:
            raise ValidationError(_("This is not your current password."))
        return password

    def is_last(self, password: str) -> bool:
        """Not looked at before the current one was right: it would be another way to try passwords."""
        return "current_password" in self.cleaned_data and super().is_last(password)
