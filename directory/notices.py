"""What people are told about their own account, and the codes that prove who they are.

Runs in the worker, inside the tenant's scope and outside of transactions. No notice holds a password or a
code; a code stands in the one message that brings it and nowhere else.
"""

from django.core.mail import send_mail
from django.utils.translation import gettext as _

from directory.models import EmailMethod, OutboxMessage, Settings, User
from directory.notifiers import Deferred, Undeliverable
from directory.wordings import WORDINGS, fill
from tenants import scopes
from tenants.models import Tenant

__all__ = ["Deferred", "Undeliverable", "send", "send_to"]


def send(person: User, name: str, **values: object) -> None:
    """Mail it to the alternate address; with none on file there is nobody to tell. Raises like send_to."""
    method = EmailMethod.objects.filter(user=person).first()
    if method:
        send_to("email", method.address, name, person, **values)


def send_to(channel: str, to: str, name: str, person: User, **values: object) -> None:
    """Send the message of this name, such as "code", over "email" or "sms" to this very address.

    Raises Undeliverable where trying again is no use, and Deferred where it can help: then let the job fail.
    """
    wording = WORDINGS[name]
    values = _of_the_person(person) | values
    if channel == "email":
        send_mail(fill(str(wording.subject), values), fill(wording.body, values), None, [to])
    else:
        OutboxMessage.objects.create(channel="sms", to=to, body=fill(str(wording.sms), values))


def _of_the_person(person: User) -> dict[str, object]:
    return {
        "name": person.first_name,
        "user_name": person.user_principal_name,
        "organization": Tenant.objects.get(pk=scopes.require()).name,
        "contact": _contact(),
    }


def _contact() -> str:
    settings = Settings.current()
    known = ", ".join(filter(None, [settings.help_contact, settings.help_phone]))
    return known or _("whoever looks after your account")
