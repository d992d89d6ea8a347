"""The words of every message: one for e-mail (subject, text) and, where there is one, one for text messages.

Values stand in them as {placeholders}. They are put in by looking names up in a list and by nothing else:
no template language, no attributes, so that whoever may change a text cannot read anything with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

PLACEHOLDER = re.compile(r"\{\s*([^{}\s]*)\s*\}")
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
        gettext_lazy("Code for getting back into an account"),
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
    "test": Wording(
        gettext_lazy("Test"),
        gettext_lazy("A test"),
        gettext_lazy("This is a test of {organization}. It arrived."),
        gettext_lazy("This is a test of {organization}. It arrived."),
        is_notice=False,
    ),
}


def fill(text: str, values: Mapping[str, object]) -> str:
    """The text with its placeholders replaced; one that nobody knows stays as it is."""
    return PLACEHOLDER.sub(lambda found: str(values.get(found[1], found[0])), text)
