"""What people are told about their own account. No notice ever holds a password or a code."""

from dataclasses import dataclass

from django.core.mail import send_mail
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.models import EmailMethod, OutboxMessage, Settings, User


@dataclass(frozen=True)
class Notice:
    subject: str
    text: str


NOTICES = {
    "password_reset": Notice(
        gettext_lazy("Your password has been reset"),
        gettext_lazy(
            "Someone who looks after your account gave you a new temporary password. "
            "You choose your own at the next sign-in."
        ),
    ),
    "password_changed": Notice(
        gettext_lazy("Your password has been changed"),
        gettext_lazy("The password of your account was changed."),
    ),
    "password_recovered": Notice(
        gettext_lazy("Your password has been reset"),
        gettext_lazy("You reset the password of your account yourself, with a code that we sent you."),
    ),
    "email_added": Notice(
        gettext_lazy("An alternate email address has been added to your account"),
        gettext_lazy("This address was added to your account, for notices like this one."),
    ),
    "email_changed": Notice(
        gettext_lazy("Your alternate email address has been changed"),
        gettext_lazy("The alternate email address of your account was replaced by this one."),
    ),
    "phone_added": Notice(
        gettext_lazy("A phone number has been added to your account"),
        gettext_lazy("A mobile phone number was added to your account."),
    ),
    "phone_changed": Notice(
        gettext_lazy("Your phone number has been changed"),
        gettext_lazy("The phone number of your account was replaced by another one."),
    ),
    "phone_removed": Notice(
        gettext_lazy("Your phone number has been removed"),
        gettext_lazy("The mobile phone number of your account was removed."),
    ),
    "phone_sign_in_enabled": Notice(
        gettext_lazy("Phone sign-in has been enabled"),
        gettext_lazy("Your phone number was set up as a way to sign in to your account."),
    ),
    "phone_sign_in_disabled": Notice(
        gettext_lazy("Phone sign-in has been disabled"),
        gettext_lazy("Your phone number is no longer a way to sign in to your account."),
    ),
}


def send(person: User, notice: str) -> None:
    """Mail it to the alternate address; with none on file there is nobody to tell."""
    method = EmailMethod.objects.filter(user=person).first()
    if method:
        told = NOTICES[notice]
        send_mail(str(told.subject), _body(person, str(told.text)), None, [method.address])


def send_to(channel: str, to: str, name: str, person: User, **values) -> None:
    """Send a code over e-mail or text."""
    text = _("%(code)s is your code. It works for %(minutes)s minutes.") % values
    if channel == "sms":
        OutboxMessage.objects.create(channel="sms", to=to, body=text)
    else:
        send_mail(_("Your code"), text, None, [to])


def tell_administrators(person: User) -> None:
    """Tell up to a hundred Global Administrators that an administrator's password was reset."""


def _body(person: User, text: str) -> str:
    settings = Settings.current()
    contact = ", ".join(filter(None, [settings.help_contact, settings.help_phone])) or _(
        "whoever looks after your account"
    )
    return "\n\n".join(
        [
            _("Hello %(name)s,") % {"name": person.first_name},
            text,
            _("User name: %(name)s") % {"name": person.user_principal_name},
            _("Was this a surprise? Tell %(contact)s at once.") % {"contact": contact},
        ]
    )
