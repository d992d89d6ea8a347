"""What managers type."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from directory.phone_numbers import NO_NUMBER, example_in, to_e164


class GenerateForm(forms.Form):
    """A button: holds what was said against it."""


class ConfirmForm(forms.Form):
    """A yes: holds what was said against it."""


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
