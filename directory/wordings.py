"""The words of every message: one for e-mail (subject, text) and, where there is one, one for text messages.

Values stand in them as {placeholders}. They are put in by looking names up in a list and by nothing else:
no template language, no attributes, so that whoever may change a text cannot read anything with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.html import escape, linebreaks, strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

PLACEHOLDER = re.compile(r"\{\s*([^{}\s]+)\s*\}")
CODE = re.compile(r"\{\s*code\s*\}")
UNREAD = re.compile(r"<\s*(style|script)\b.*?(<\s*/\s*\1|\Z)", re.IGNORECASE | re.DOTALL)
ALWAYS = ("name", "user_name", "organization", "contact")


@dataclass(frozen=True)
class Wording:
    """One message in our own words."""

    title: str  # of the list of templates
    subject: str
    text: str  # what happened; greeting, user name and whom to tell stand around it
    sms: str = ""
    own_values: tuple[str, ...] = ()
    is_notice: bool = True  # of something done to the account

    @property
    def values(self) -> tuple[str, ...]:
        """The placeholders that a text of this message may hold."""
        return ALWAYS + self.own_values

    @property
    def body(self) -> str:
        """The whole text of the mail."""
        parts = [_("Hello {name},"), str(self.text)]
        if self.is_notice:
            parts += [_("User name: {user_name}"), _("Was this a surprise? Tell {contact} at once.")]
        return "\n\n".join(parts)


def _notice(subject: str, text: str, sms: str = "", own_values: tuple[str, ...] = ()) -> Wording:
    return Wording(subject, subject, text, sms, own_values)


WORDINGS: dict[str, Wording] = {
    "code": Wording(
        gettext_lazy("Code for signing in or getting back into an account"),
        gettext_lazy("Your code for {organization}"),
        gettext_lazy(
            "{code} is your code for {organization}. It works for {minutes} minutes.\n\n"
            "Give it to nobody, whoever asks. If you did not ask for a code, you need do nothing."
        ),
        gettext_lazy(
            "{code} is your code for {organization}. It works for {minutes} minutes. Give it to nobody."
        ),
        ("code", "minutes"),
        is_notice=False,
    ),
    "password_reset": _notice(
        gettext_lazy("Your password has been reset"),
        gettext_lazy(
            "Someone who looks after your account gave you a new temporary password. "
            "You choose your own at the next sign-in."
        ),
    ),
    "password_changed": _notice(
        gettext_lazy("Your password has been changed"),
        gettext_lazy("The password of your account was changed."),
    ),
    "password_recovered": _notice(
        gettext_lazy("You have reset your password"),
        gettext_lazy("The password of your account was reset with a code sent to you."),
        gettext_lazy("{organization}: your password was reset with a code. Not you? Tell {contact} at once."),
    ),
    "administrator_reset": _notice(
        gettext_lazy("An administrator’s password has been reset"),
        gettext_lazy("The password of {whom}, who holds a role, was reset."),
        own_values=("whom",),
    ),
    "phone_added": _notice(
        gettext_lazy("A phone number has been added to your account"),
        gettext_lazy("A mobile phone number was added to your account."),
    ),
    "phone_changed": _notice(
        gettext_lazy("Your phone number has been changed"),
        gettext_lazy("The phone number of your account was replaced by another one."),
        gettext_lazy(
            "{organization}: this number was replaced by another one in your account. "
            "Not you? Tell {contact} at once."
        ),
    ),
    "phone_removed": _notice(
        gettext_lazy("Your phone number has been removed"),
        gettext_lazy("The mobile phone number of your account was removed."),
        gettext_lazy(
            "{organization}: this number was removed from your account. Not you? Tell {contact} at once."
        ),
    ),
    "phone_sign_in_enabled": _notice(
        gettext_lazy("Phone sign-in has been enabled"),
        gettext_lazy("Your phone number was set up as a way to sign in to your account."),
    ),
    "phone_sign_in_disabled": _notice(
        gettext_lazy("Phone sign-in has been disabled"),
        gettext_lazy("Your phone number is no longer a way to sign in to your account."),
    ),
    "email_added": _notice(
        gettext_lazy("An alternate email address has been added to your account"),
        gettext_lazy("This address was added to your account."),
    ),
    "email_changed": _notice(
        gettext_lazy("Your alternate email address has been changed"),
        gettext_lazy("The alternate email address of your account was replaced by another one."),
    ),
    "email_removed": _notice(
        gettext_lazy("Your alternate email address has been removed"),
        gettext_lazy("The alternate email address of your account was removed."),
    ),
    "badge_added": _notice(
        gettext_lazy("A QR badge has been made for your account"),
        gettext_lazy("With this badge and its PIN you can sign in to your account."),
    ),
    "badge_ended": _notice(
        gettext_lazy("Your QR badge has been ended"),
        gettext_lazy("The badge no longer opens your account."),
    ),
    "pin_reset": _notice(
        gettext_lazy("Your PIN has been reset"),
        gettext_lazy(
            "Someone who looks after your account gave you a new temporary PIN for your badge. "
            "You choose your own at the next sign-in."
        ),
    ),
    "pin_changed": _notice(
        gettext_lazy("Your PIN has been changed"),
        gettext_lazy("The PIN of your badge was changed."),
    ),
    "test": Wording(
        gettext_lazy("Test"),
        gettext_lazy("A test"),
        gettext_lazy("This is a test of {organization}. It arrived."),
        gettext_lazy("This is a test of {organization}. It arrived."),
        is_notice=False,
    ),
}


# What a code's message says where everything else would hold a second number.
BARE = Wording(
    "", gettext_lazy("Your code"), gettext_lazy("{code} works for {minutes} minutes. Give it to nobody.")
)


@dataclass(frozen=True)
class Finished:
    """A message as it leaves."""

    subject: str
    text: str
    html: str = ""

    def brings_only(self, code: str) -> bool:
        """Whether nobody, and no program, can take another number in it for the code."""
        plain = f"{self.subject}\n{self.text}"
        return _numbers(plain) == [code] and (not self.html or _numbers(strip_tags(self.html)) == [code])


def _numbers(text: str) -> list[str]:
    return re.findall(r"\d{6,}", text)


def finish(
    name: str, channel: str, given: Mapping[str, object], own: tuple[str, str, str] | None
) -> Finished:
    """The message of this name in the tenant's own words (subject, text, html), or in ours.

    A code's message that would hold a second long number, such as one in a name, is put more briefly.
    """
    wording = WORDINGS[name]
    ours = (wording.subject, wording.body if channel == "email" else wording.sms, "")
    ways = [way for way in (own, ours) if way]
    for way in ways:
        made = _made(way, given, channel)
        if name != "code" or made.brings_only(str(given["code"])):
            return made
    return _made((BARE.subject, BARE.text, ""), given, channel)


def _made(way: tuple[str, str, str], given: Mapping[str, object], channel: str) -> Finished:
    subject, text, html = (str(part) for part in way)
    plain = fill(text, given)
    if channel == "sms":
        return Finished("", plain)
    # A line break in a value, such as a name, would start another header.
    subject = " ".join(fill(subject, given).split())
    return Finished(subject, plain, fill_html(html, given) if html else linebreaks(plain, autoescape=True))


def fill(text: str, given: Mapping[str, object]) -> str:
    """The text with its placeholders replaced, in one pass; one that nobody knows stays as it is."""
    return PLACEHOLDER.sub(lambda found: str(given.get(found[1], found[0])), text)


def fill_html(html: str, given: Mapping[str, object]) -> str:
    """The same for HTML: every value is escaped."""
    return fill(html, {name: escape(value) for name, value in given.items()})


def problem(name: str, field: str, text: str, surroundings: Mapping[str, object]) -> str:
    """Why this cannot be the subject, text or html of the message of this name; '' if it can."""
    wording = WORDINGS[name]
    unknown = [found for found in PLACEHOLDER.findall(text) if found not in wording.values]
    if unknown:
        known = " ".join(f"{{{value}}}" for value in wording.values)
        return _("Nothing stands for {%(unknown)s}; there are %(known)s.") % {
            "unknown": unknown[0],
            "known": known,
        }
    if name != "code" or not text:
        return ""
    if field == "subject":
        return _("The code stands in the text only.") if _example("subject", text, surroundings) else ""
    if {"code", "minutes"} - set(PLACEHOLDER.findall(text)):
        return _("The message needs {code} and {minutes}.")
    if field == "html" and len(CODE.findall(text)) != len(CODE.findall(_readable(text))):
        return _("{code} has to stand where people read it, not inside a tag or a style.")
    if _example(field, text, surroundings) != [EXAMPLE["code"]]:
        return _("The message may hold one number of six digits or more: the code, once.")
    return ""


EXAMPLE = {"name": "Sam", "user_name": "sam@school.example", "code": "123456", "minutes": 5, "whom": "Sam"}


def _readable(html: str) -> str:
    """Without tags, and without styles and scripts, which are no text."""
    return strip_tags(UNREAD.sub("", html))


def _example(field: str, text: str, surroundings: Mapping[str, object]) -> list[str]:
    made = fill(text, EXAMPLE | surroundings)
    return _numbers(strip_tags(made) if field == "html" else made)
