"""Who may help themselves, and which phones and addresses count for it."""

from __future__ import annotations

from datetime import datetime

from directory import notices, permissions, verbs
from directory.models import EmailMethod, PhoneMethod, PhoneType, Settings, User, Way
from directory.models.assignments import any_role_of
from tenants import scopes
from tenants.models import OPERATORS_ID


def person_of(user_name: str) -> User | None:
    """The person with this name, if the tenant lets them reset a forgotten password; asked by the worker."""
    person = User.objects.members().filter(user_principal_name=user_name, is_active=True).first()
    return person if person and Settings.current().opens_self_service_for(person) else None


def destination(person: User, way: str) -> str:
    """Where a code for this person goes; '' where nothing that counts is on file."""
    method = _on_file(person, way)
    if method is None or not _counts(method, person):
        return ""
    found = method.number if way == Way.SMS else method.address
    # Mail to the account itself is read with the very password that was forgotten.
    return "" if found.casefold() == person.user_principal_name else found


def still_counts(person: User, way: str, since: datetime) -> bool:
    """Whether what was proved since then is what is on file now, and still counts."""
    return bool(destination(person, way)) and _on_file(person, way).set_at <= since


def phone_sign_in_is_open(settings: Settings | None = None) -> bool:
    """Whether this tenant lets anybody sign in with a phone number; operators never do."""
    on = scopes.require() != OPERATORS_ID and (settings or Settings.current()).sms_sign_in
    return on and notices.texts_are_sent()


def sign_in_phone(number: str) -> PhoneMethod | None:
    """The phone with this number, if somebody may sign in with it: never a guest, or who holds any role."""
    phone = PhoneMethod.objects.filter(number=number, sms_sign_in=True).select_related("user").first()
    if phone is None or not phone_sign_in_is_open():
        return None
    people = User.objects.members().filter(pk=phone.user_id, is_active=True)
    may = people.exists() and not holds_role(phone.user)
    return phone if may and _counts(phone, phone.user) else None


def holds_role(person: User) -> bool:
    """Whether a person holds any role, also later: then one text message is not enough to be them."""
    return User.objects.filter(any_role_of(person), pk=person.pk).exists()


def ways_needed(person: User) -> int:
    """How many different ways they prove themselves by: always two for whoever holds a role, also later."""
    return 2 if holds_role(person) else Settings.current().methods_required


def _on_file(person: User, way: str) -> PhoneMethod | EmailMethod | None:
    if way == Way.SMS:
        return person.phones.filter(phone_type=PhoneType.MOBILE).first()
    return EmailMethod.objects.filter(user=person).first()


def _counts(method: PhoneMethod | EmailMethod, person: User) -> bool:
    """Set by the person, a roster, or somebody who may still reach the account: else it is a back door."""
    if method.set_by in (None, person.pk):
        return True
    setter = User.objects.filter(pk=method.set_by).first()
    if setter is None:
        return False
    return permissions.reachable(setter, verbs.CHANGE_PHONE).filter(pk=person.pk).exists()
