"""What managers type."""

from __future__ import annotations

import re

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from phonenumbers import NumberParseException, ValidationResult

from directory import passwords
from directory.models import User
from mystaff.own_password import NEW_PASSWORD
from tenants.models import Tenant

EXTENSION = re.compile(r"\s*(?:;ext=|extension|ext\.?|x|#|,)\s*\d{1,8}\s*\Z", re.IGNORECASE)

# Kept by Ofcom and ARCEP for films and examples: nobody has them, and guides use them.
FOR_EXAMPLES = re.compile(r"\+44(7700900|1632960)\d{3}|\+33639980\d{3}")

NO_NUMBER = _("Type a phone number, for example %(example)s.")
NO_COUNTRY = _(
    "No country has the code at the beginning. Start with + and the country, for example +1 or +44."
)
LETTERS = _("A phone number has digits only, no letters.")
TOO_SHORT = _("This phone number is too short: it has %(digits)s digits without the country code.")
TOO_LONG = _("This phone number is too long: it has %(digits)s digits without the country code.")
NO_AREA = _("The area code is missing.")
NOT_IN_USE = _("There are no phone numbers that begin like this. Check the digits.")


UNREADABLE = {
    NumberParseException.INVALID_COUNTRY_CODE: NO_COUNTRY,
    NumberParseException.TOO_SHORT_AFTER_IDD: TOO_SHORT,
    NumberParseException.TOO_LONG: TOO_LONG,
}


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
        self.region, self.example = region, example_in(region)
        self.fields["phone_number"].help_text = _("For example %(example)s.") % {"example": self.example}
        self.fields["phone_number"].error_messages["required"] = NO_NUMBER % {"example": self.example}

    def clean_phone_number(self) -> str:
        number = self._parsed(EXTENSION.sub("", self.cleaned_data["phone_number"]))
        stored = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        if not FOR_EXAMPLES.fullmatch(stored) and (problem := _problem(number)):
            raise ValidationError(problem, params={"digits": len(str(number.national_number))})
        return stored

    def _parsed(self, text: str) -> phonenumbers.PhoneNumber:
        if any(character.isalpha() for character in text):
            raise ValidationError(LETTERS)
        try:
            return phonenumbers.parse(text, self.region)
        except NumberParseException as error:
            params = {"example": self.example, "digits": sum(map(str.isdecimal, text))}
            raise ValidationError(UNREADABLE.get(error.error_type, NO_NUMBER), params=params) from error


def _problem(number: phonenumbers.PhoneNumber):
    reason = phonenumbers.is_possible_number_with_reason(number)
    known = {
        ValidationResult.TOO_SHORT: TOO_SHORT,
        ValidationResult.TOO_LONG: TOO_LONG,
        ValidationResult.INVALID_LENGTH: TOO_SHORT,
        ValidationResult.INVALID_COUNTRY_CODE: NO_COUNTRY,
        ValidationResult.IS_POSSIBLE_LOCAL_ONLY: NO_AREA,
    }
    return known.get(reason) or ("" if phonenumbers.is_valid_number(number) else NOT_IN_USE)


def example_in(region: str) -> str:
    """A number as it looks in that country."""
    number = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    return (
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL) if number else "+1 …"
    )
