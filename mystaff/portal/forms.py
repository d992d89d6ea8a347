"""What managers type."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from directory import passwords
from directory.models import User
from directory.phone_numbers import NO_NUMBER, example_in, to_e164
from mystaff.own_password import NEW_PASSWORD
from tenants.models import Tenant


class GenerateForm(forms.Form):
    """A button: holds what was said against it."""


class ConfirmForm(forms.Form):
    """A yes: holds what was said against it."""


class PasswordForm(forms.Form):
    """A password that the manager types for somebody; what was typed is never shown again."""

    new_password = forms.CharField(
        label=_("New password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(NEW_PASSWORD),
        error_messages={"required": _("Type a new password.")},
    )

    def __init__(self, person: User, tenant: Tenant, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.names = {"person_names": person.names, "tenant_names": [tenant.name]}

    def clean_new_password(self) -> str:
        if found := passwords.problems(self.cleaned_data["new_password"], **self.names):
            raise ValidationError(found)
        return self.cleaned_data["new_password"]


class PhoneForm(forms.Form):
    """A phone number of any country, cleaned to E.164 (ITU-T); an extension is dropped."""

    phone_number = forms.CharField(
        label=_("Phone number"),
        max_length=64,
        widget=forms.TextInput({"type": "tel", "autocomplete": "off", "inputmode": "tel"}),
    )

    def __init__(self, region: str, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.region, example = region, example_in(region)
        self.fields["phone_number"].help_text = _("For example %(example)s.") % {"example": example}
        self.fields["phone_number"].error_messages["required"] = NO_NUMBER % {"example": example}

    def clean_phone_number(self) -> str:
        return to_e164(self.cleaned_data["phone_number"], self.region)
