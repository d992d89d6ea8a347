"""Phone numbers, and signing in with them."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from directory import dynamic_units, tasks, verbs
from directory.actions.following import follow
from directory.connectors import Refused
from directory.door import Initiator, acting
from directory.models import PhoneMethod, PhoneType, Settings, User
from directory.recovery import eligibility


def set_phone(person: User, number: str, *, by: Initiator) -> None:
    """Add or change the mobile number (E.164); a changed number is no longer used to sign in."""
    old = person.phones.filter(phone_type=PhoneType.MOBILE).first()
    action = verbs.CHANGE_PHONE if old else verbs.ADD_PHONE
    with acting(by, action, person) as (authority, deed):
        deed.change("mobilePhone", old.number if old else None, number)
        dynamic_units.hold()  # before the rows: runs take it first, too
        PhoneMethod.objects.update_or_create(
            user=person,
            phone_type=PhoneType.MOBILE,
            defaults={
                "number": number,
                "sms_sign_in": bool(old and old.sms_sign_in and old.number == number),
                "set_by": by.user_id,
                "proved_at": None,
            },
        )
        follow(deed, person)
        tasks.notify(person, "phone_changed" if old else "phone_added")
        if old and old.number != number:
            _sign_out(person, old)
            tasks.notify(person, "phone_changed", "sms", old.number)
        authority.set_phone(person, PhoneType.MOBILE, number)


def remove_phone(person: User, *, by: Initiator) -> None:
    """Remove the mobile number."""
    with acting(by, verbs.REMOVE_PHONE, person) as (authority, deed):
        dynamic_units.hold()  # before the rows: runs take it first, too
        for phone in person.phones.filter(phone_type=PhoneType.MOBILE):
            deed.change("mobilePhone", phone.number, None)
            _sign_out(person, phone)
            phone.delete()
            tasks.notify(person, "phone_removed", "sms", phone.number)
        follow(deed, person)
        tasks.notify(person, "phone_removed")
        authority.set_phone(person, PhoneType.MOBILE, None)


def set_sms_sign_in(person: User, on: bool, *, by: Initiator) -> None:
    """Let a person sign in with their mobile number, or end that. Raises Refused if it cannot be used,
    and for whoever holds a role: it would not let them in.
    """
    action = verbs.ENABLE_SMS_SIGN_IN if on else verbs.DISABLE_SMS_SIGN_IN
    with acting(by, action, person) as (_authority, deed):
        phone = person.phones.filter(phone_type=PhoneType.MOBILE).first()
        if phone is None or (on and not Settings.current().sms_sign_in):
            raise Refused(_("Phone sign-in is not available for %(name)s.") % {"name": person.first_name})
        if on and eligibility.holds_role(person):
            said = _("%(name)s holds a role: a text is not enough to sign in.")
            raise Refused(said % {"name": person.first_name})
        deed.change("smsSignInState", phone.sms_sign_in, on)
        if not on:
            _sign_out(person, phone)
        phone.sms_sign_in = on
        _save_if_free(phone)
        tasks.notify(person, "phone_sign_in_enabled" if on else "phone_sign_in_disabled")


def _save_if_free(phone: PhoneMethod) -> None:
    """Save; a number that somebody else signs in with is refused without a word about them."""
    try:
        with transaction.atomic():
            phone.save(update_fields=["sms_sign_in", "set_at"])
    except IntegrityError as error:
        raise Refused(_("This number cannot be used for sign-in.")) from error


def _sign_out(person: User, phone: PhoneMethod) -> None:
    """A number that signed somebody in does so no more: whoever has the phone may be in."""
    if phone.sms_sign_in:
        person.revoke_sessions()
        person.save(update_fields=["sessions_valid_from"])
