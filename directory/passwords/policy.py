"""The policy for passwords that somebody types: what Entra asks for, said before typing and checked after.

Source: "Password policies and account restrictions in Microsoft Entra ID" for length and classes. The rest is
in banned.py.
"""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from directory.passwords.banned import has_name, is_common, score

SHORTEST, LONGEST = 8, 256  # characters
CLASSES_NEEDED = 3
POINTS_NEEDED = 5

MESSAGES = {
    "too_short": _("The password has to be at least 8 characters long."),
    "too_long": _("The password can be at most 256 characters long."),
    "too_few_classes": _("Use three of these: small letters, capital letters, digits, symbols."),
    "name": _("The password must not contain the name on the account or the organization's."),
    "common": _("This password is one of the most common, and so one of the first to be tried."),
    "weak": _("Too much of this password is words that are easy to guess. Add other characters."),
}


def rules():
    """What the policy asks for, one lazily translated sentence a rule, to be shown before anyone types."""
    return [
        _("8 to 256 characters"),
        _("Three of these: small letters, capital letters, digits, symbols (such as - or a space)"),
        _("No part of the name on the account or the organization's"),
        _("Not a common password, nor made mostly of words that are easy to guess"),
    ]


def problems(password, *, person_names=(), tenant_names=(), banned=()):
    """What is wrong with a password, one translated sentence each; empty when it is good.

    Names may be whole ("Maria López", a user name): each part of four letters or more is refused.
    """
    names = (*person_names, *tenant_names)
    return [str(MESSAGES[code]) for code in _codes(password, names, banned)]


def validate(password, *, person_names=(), tenant_names=(), banned=()):
    """Raise ValidationError with one coded error for each of the password's `problems()`."""
    codes = _codes(password, (*person_names, *tenant_names), banned)
    if errors := [ValidationError(MESSAGES[code], code=code) for code in codes]:
        raise ValidationError(errors)


def _codes(password, names, banned):
    if len(password) > LONGEST:
        return ["too_long"]  # nothing else is looked at, so a huge text costs nothing
    common = is_common(password)
    found = {
        "too_short": len(password) < SHORTEST,
        "too_few_classes": len(_classes(password)) < CLASSES_NEEDED,
        "name": has_name(password, names),
        "common": common,
        "weak": not common and score(password, banned) < POINTS_NEEDED,
    }
    return [code for code, is_so in found.items() if is_so]


def _classes(password):
    return {_class_of(character) for character in unicodedata.normalize("NFC", password)}


def _class_of(character):
    """Small letter, capital, digit, symbol, or a letter of a script without case.

    The last is a class of its own, as in Active Directory ("Password must meet complexity requirements"):
    counted as symbols, such letters would leave Arabic or Chinese only two classes to choose from.
    """
    if character.islower():
        return "small"
    if character.isupper():
        return "capital"
    if character.isdecimal():
        return "digit"
    return "caseless" if character.isalpha() else "symbol"
