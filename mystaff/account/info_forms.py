"""What people type about how to reach them."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from directory.models import InfoKind
from directory.phone_numbers import NO_NUMBER, example_in, to_e164


class EmailForm(forms.Form):
    """An address that opens without this account."""

    destination = forms.EmailField(
        label=_("Alternate email address"),
        max_length=254,
        help_text=_("One that you can read without this account, such as your private one."),
        widget=forms.EmailInput({"autocomplete": "email", "spellcheck": "false"}),
        error_messages={"required": _("Type your alternate email address.")},
    )


class PhoneForm(forms.Form):
    """A phone number of any country, cleaned to E.164 (ITU-T); an extension is dropped."""

    destination = forms.CharField(
        label=_("Phone number"),
        max_length=64,
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )

    def __init__(self, region: str, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.region, example = region, example_in(region)
        self.fields["destination"].help_text = _("For example %(example)s.") % {"example": example}
        self.fields["destination"].error_messages["required"] = NO_NUMBER % {"example": example}

    def clean_destination(self) -> str:
        return to_e164(self.cleaned_data["destination"], self.region)


class YesForm(forms.Form):
    """A yes: holds what was said against it."""


def info_form(kind: str, region: str, data=None) -> forms.Form:
    """The form for an address or number of this kind."""
    return EmailForm(data) if kind == InfoKind.EMAIL else PhoneForm(region, data)
