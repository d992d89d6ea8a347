"""Phone numbers of any country: read as people type them, stored as E.164 (ITU-T)."""

import re

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from phonenumbers import NumberParseException, ValidationResult

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


def to_e164(text: str, region: str) -> str:
    """A number as E.164; an extension is dropped. Raises ValidationError with what is wrong with it.

    `region` (ISO 3166-1, two letters) is the country of a number without one.
    """
    number = _parsed(EXTENSION.sub("", text), region)
    stored = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if not FOR_EXAMPLES.fullmatch(stored) and (problem := _problem(number)):
        raise ValidationError(problem, params={"digits": len(str(number.national_number))})
    return stored


def _parsed(text: str, region: str) -> phonenumbers.PhoneNumber:
    if any(character.isalpha() for character in text):
        raise ValidationError(LETTERS)
    try:
        return phonenumbers.parse(text, region)
    except NumberParseException as error:
        params = {"example": example_in(region), "digits": sum(map(str.isdecimal, text))}
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
