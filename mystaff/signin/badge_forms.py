"""What is scanned or typed to sign in with a badge."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from directory import badges, pins


class BadgeTextForm(forms.Form):
    """The text of the code: a camera, a scanner or a person has typed it."""

    badge = forms.CharField(
        label=_("Letters and digits on the badge"),
        max_length=200,
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "class": "code"}
        ),
        help_text=_("All of them. A scanner types them by itself."),
        error_messages={"required": _("Scan your badge, or type what stands under its code.")},
    )

    def clean_badge(self) -> str:
        """The badge's secret, as its keyed hash from here on."""
        return badges.hashed(badges.read(self.cleaned_data["badge"]))


def _pin_field(label: str, missing: str) -> forms.CharField:
    attrs = {"inputmode": "numeric", "autocomplete": "off", "class": "digits"}
    return forms.CharField(
        label=label,
        max_length=64,
        widget=forms.PasswordInput(attrs),
        error_messages={"required": missing},
    )


class PinForm(forms.Form):
    """The PIN of the badge that was read."""

    pin = _pin_field(_("PIN"), _("Type your PIN."))

    def clean_pin(self) -> str:
        return pins.cleaned(self.cleaned_data["pin"])


class NewPinForm(forms.Form):
    """A PIN that the person chooses, twice."""

    new_pin = _pin_field(_("New PIN"), _("Type a new PIN."))
    confirm_new_pin = _pin_field(_("Confirm new PIN"), _("Type the new PIN once more."))

    def __init__(self, shortest: int, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.shortest = shortest
        self.fields["new_pin"].help_text = _(
            "%(shortest)d to %(longest)d digits. No rows like 1234, 4321 or 1111."
        ) % {"shortest": shortest, "longest": pins.LONGEST}

    def clean_new_pin(self) -> str:
        pin = pins.cleaned(self.cleaned_data["new_pin"])
        if said := pins.problem(pin, self.shortest):
            raise forms.ValidationError(said)
        return pin

    def clean_confirm_new_pin(self) -> str:
        again = pins.cleaned(self.cleaned_data["confirm_new_pin"])
        if again != self.cleaned_data.get("new_pin", again):
            raise forms.ValidationError(_("This is not the same PIN."))
        return again
