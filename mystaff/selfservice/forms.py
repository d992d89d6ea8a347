"""What somebody types who forgot their password."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from directory.models import Way
from directory.notices import texts_are_sent
from directory.phone_numbers import example_in, to_e164
from tenants.models import Tenant


class UsernameForm(forms.Form):
    """Whose account is it?"""

    username = forms.CharField(
        label=_("Username"),
        max_length=256,
        widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": _("Type your username.")},
    )

    def __init__(self, tenant: Tenant, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.tenant = tenant

    def clean_username(self) -> str:
        """A name without a domain gets the tenant's default one, as at sign-in."""
        whole = self.cleaned_data["username"]
        if "@" not in whole and (domain := self.tenant.default_domain):
            whole = f"{whole}@{domain}"
        if len(whole.lower()) > 256:  # some letters become two in lower case
            raise ValidationError(_("No username is as long as this."))
        return whole


class WayForm(forms.Form):
    """How the code is to come, and the whole address or number: none is ever shown."""

    way = forms.ChoiceField(
        label=_("How should we send it?"),
        choices=Way.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how the code should come.")},
    )
    email = forms.EmailField(
        label=_("Alternate email address"),
        max_length=320,
        required=False,
        widget=forms.EmailInput({"autocomplete": "email", "spellcheck": "false"}),
        help_text=_("All of it, as it was given to your organization."),
    )
    sms = forms.CharField(
        label=_("Mobile phone number"),
        max_length=64,
        required=False,
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )

    def __init__(self, region: str, proved: list[str], *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.region = region
        # Without a gateway no text comes. As a second way it is the only one left: the page says whom to ask.
        offered = {Way.EMAIL, Way.SMS} if texts_are_sent() or proved else {Way.EMAIL}
        left = [choice for choice in Way.choices if choice[0] in offered - {*proved}]
        self.fields["way"].choices, self.fields["way"].initial = left, left[0][0]
        self.fields["sms"].help_text = _("All of it, for example %(example)s.") % {
            "example": example_in(region)
        }
        for way in {*Way.values} - {value for value, _words in left}:
            del self.fields[way]

    def clean(self) -> dict:
        """Only what was chosen has to be there, and is looked at."""
        cleaned = super().clean()
        way = cleaned.get("way")
        for other in {*Way.values} - {way}:
            self.errors.pop(other, None)
        if way and way not in self.errors:
            cleaned["destination"] = self._destination(way, cleaned.get(way, ""))
        return cleaned

    def _destination(self, way: str, typed: str) -> str:
        try:
            if not typed:
                raise ValidationError(MISSING[way])
            return to_e164(typed, self.region) if way == Way.SMS else typed
        except ValidationError as error:
            self.add_error(way, error)
            return ""


MISSING = {
    Way.EMAIL: _("Type your alternate email address."),
    Way.SMS: _("Type your mobile phone number."),
}
