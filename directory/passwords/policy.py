"""Policies for passwords that somebody types: the rules, said before typing and checked after.

Sources: "Password policies and account restrictions in Microsoft Entra ID" for ENTRA's length and classes
(the rest is in banned.py); NIST SP 800-63B-4, section 3.1.1.2, for NIST: 15 characters or more where the
password is the only factor, at least 64 allowed, no composition rules, and the *whole* password compared with
a blocklist.
"""

import unicodedata
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from directory.passwords.banned import has_name, is_common, is_expected, score

LONGEST = 256  # characters; no policy allows more, so a huge text costs nothing
LONGEST_AT_LEAST = 64  # NIST SP 800-63B-4; Entra's are all longer too
SHORTEST_EVER, SHORTEST = 6, 8  # for young children, for everyone else
MOST_POINTS, MOST_CLASSES = 10, 4


@dataclass(frozen=True)
class Policy:
    """What a new password has to be; the defaults are Microsoft Entra's."""

    shortest: int = 8  # characters
    longest: int = LONGEST
    classes: int = 3  # of small letters, capital letters, digits, symbols
    names: bool = True  # parts of names are refused
    common: bool = True  # the list of common passwords is refused
    points: int = 5  # needed; see score(). 0: words are not counted
    banned: tuple[str, ...] = ()  # the organization's own words
    last: bool = True  # the last password is refused where one is changed (a reset may set it again)

    def strictest(self, other: "Policy") -> "Policy":
        """For each rule the stricter of the two."""
        return Policy(
            shortest=max(self.shortest, other.shortest),
            longest=min(self.longest, other.longest),
            classes=max(self.classes, other.classes),
            names=self.names or other.names,
            common=self.common or other.common,
            points=max(self.points, other.points),
            banned=tuple(sorted({*self.banned, *other.banned})),
            last=self.last or other.last,
        )


ENTRA = Policy()
NIST = replace(ENTRA, shortest=15, classes=0, names=False, points=0)


@dataclass(frozen=True)
class Rule:
    """One sentence of a policy, and the word by which the browser knows what to check while one types."""

    code: str
    text: str  # translated when shown

    def __str__(self) -> str:
        return str(self.text)


TYPED_TWICE = Rule("same", _("The same in both fields"))
NOT_THE_LAST = Rule("last", _("Not your last password"))

CLASSES = {
    1: _("At least one of these: small letters, capital letters, digits, symbols (such as - or a space)"),
    2: _("Two of these: small letters, capital letters, digits, symbols (such as - or a space)"),
    3: _("Three of these: small letters, capital letters, digits, symbols (such as - or a space)"),
    4: _("All of these: small letters, capital letters, digits, symbols (such as - or a space)"),
}
TOO_FEW = {
    1: _("Use one of these: small letters, capital letters, digits, symbols."),
    2: _("Use two of these: small letters, capital letters, digits, symbols."),
    3: _("Use three of these: small letters, capital letters, digits, symbols."),
    4: _("Use all of these: small letters, capital letters, digits, symbols."),
}
MESSAGES = {
    "too_short": ngettext_lazy(
        "The password has to be at least %(shortest)s character long.",
        "The password has to be at least %(shortest)s characters long.",
        "shortest",
    ),
    "too_long": ngettext_lazy(
        "The password can be at most %(longest)s character long.",
        "The password can be at most %(longest)s characters long.",
        "longest",
    ),
    "name": _("The password must not contain the name on the account or the organization's."),
    "common": _("This password is one of the most common, and so one of the first to be tried."),
    "expected": _("This password is a name or a word that would be tried first here."),
    "weak": _("Too much of this password is words that are easy to guess. Add other characters."),
}


def rules(policy: Policy) -> list[Rule]:
    """What the policy asks for, one lazily translated sentence a rule, to be shown before anyone types."""
    found = [Rule("length", format_lazy(_("{shortest} to {longest} characters"), **_lengths(policy)))]
    if not policy.classes:
        found.append(Rule("any", _("Any characters, spaces too: several words make a good password")))
    else:
        found.append(Rule("classes", CLASSES[policy.classes]))
    if policy.names:
        found.append(Rule("names", _("No part of the name on the account or the organization's")))
    return found + _rules_about_words(policy)


def _lengths(policy: Policy) -> dict[str, int]:
    return {"shortest": policy.shortest, "longest": policy.longest}


def _rules_about_words(policy: Policy) -> list[Rule]:
    if policy.common and policy.points:
        return [Rule("words", _("Not a common password, nor made mostly of words that are easy to guess"))]
    if policy.points:
        return [Rule("words", _("Not made mostly of words that are easy to guess"))]
    if policy.common:
        return [Rule("words", _("Not a common password, nor only a name or a word used here"))]
    return [Rule("words", _("Not only a name or a word used here"))]


def problems(password: str, policy: Policy, **names) -> list[str]:
    """What is wrong with a password, one translated sentence each; empty when it is good.

    `names` are `person_names`, `tenant_names` (whole ones, "Maria López": where the policy refuses names,
    each part of four letters or more is refused) and `user_name`. Under every policy a password that is one
    of them and nothing else is refused.
    """
    return [error.message for error in _errors(password, policy, **names)]


def validate(password: str, policy: Policy, **names) -> None:
    """Raise ValidationError with one coded error for each of the password's `problems()`."""
    if errors := _errors(password, policy, **names):
        raise ValidationError(errors)


def _errors(
    password: str, policy: Policy, *, person_names=(), tenant_names=(), user_name=""
) -> list[ValidationError]:
    messages = MESSAGES | {"too_few_classes": TOO_FEW.get(policy.classes)}
    codes = _codes(password, policy, (*person_names, *tenant_names), user_name)
    return [ValidationError(messages[code] % _lengths(policy), code=code) for code in codes]


def _codes(password: str, policy: Policy, names: tuple[str, ...], user_name: str) -> list[str]:
    if len(password) > policy.longest:
        return ["too_long"]  # nothing else is looked at, so a huge text costs nothing
    common = policy.common and is_common(password)
    named = policy.names and has_name(password, names)
    found = {
        "too_short": len(password) < policy.shortest,
        "too_few_classes": len(_classes(password)) < policy.classes,
        "name": named,
        "common": common,
        "expected": not (common or named) and is_expected(password, (*names, user_name), policy.banned),
        "weak": not common and policy.points and score(password, policy.banned) < policy.points,
    }
    return [code for code, is_so in found.items() if is_so]


def _classes(password: str) -> set[str]:
    return {_class_of(character) for character in unicodedata.normalize("NFC", password)}


def _class_of(character: str) -> str:
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
