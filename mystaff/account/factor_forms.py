from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from directory import factors


class AppForm(forms.Form):
    """The first code of a new app, which proves that it holds the secret."""

    code = forms.CharField(
        label=_("Code from the app"),
        max_length=20,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"}),
        error_messages={"required": _("Type the code that the app shows.")},
    )
    step = 0  # which of the app's codes it was

    def __init__(self, secret: str, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.secret = secret

    def clean_code(self) -> str:
        self.step = factors.step_of(self.secret, self.cleaned_data["code"])
        if not self.step:
            raise ValidationError(_("This code is not right. Type the one that the app shows now."))
        return self.cleaned_data["code"]


class NameForm(forms.Form):
    """What a person calls a key."""

    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        help_text=_("So that you know it again, like “Blue key” or “My phone”."),
        error_messages={"required": _("Give it a name.")},
    )


class KeyForm(NameForm):
    """A new key, as the browser's script brings it."""

    credential = forms.CharField(
        max_length=20_000,
        widget=forms.HiddenInput,
        error_messages={"required": _("The browser did not bring a key. Please try again.")},
    )
