"""Security info: what people put on file of themselves and prove; and who asks them to do it again."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import Result
from directory import dynamic_units, registration, tasks, verbs
from directory.actions.following import follow
from directory.actions.people import refuse_own
from directory.connectors import Authority, Refused
from directory.door import Deed, Initiator, acting, snapshot
from directory.models import EmailMethod, InfoKind, PhoneMethod, TextSettings, User
from directory.notices import texts_are_sent
from directory.recovery import throttle
from directory.security_info import proofs

# As the trail calls them: Microsoft Graph's "user resource type" and "phoneAuthenticationMethod".
IN_TRAIL = {
    InfoKind.EMAIL: "alternateEmail",
    InfoKind.MOBILE: "mobilePhone",
    InfoKind.ALTERNATE_MOBILE: "alternateMobilePhone",
    InfoKind.OFFICE: "officePhone",
}


def on_file(person: User, kind: str) -> EmailMethod | PhoneMethod | None:
    """What a person has of this kind."""
    if kind == InfoKind.EMAIL:
        return EmailMethod.objects.filter(user=person).first()
    return PhoneMethod.objects.filter(user=person, phone_type=kind).first()


def written(method: EmailMethod | PhoneMethod | None) -> str | None:
    """The address or number itself."""
    return method and str(method)


def ask_to_prove(kind: str, destination: str, *, by: Initiator) -> None:
    """Send a code to what somebody says is theirs. Raises Refused, and throttle.Locked after too many."""
    if kind == InfoKind.EMAIL:
        refuse_own(by.user, destination)
    elif kind not in proofs.OFFERED or not texts_are_sent(by.user):
        raise Refused(_("No text message can be sent to you, so this number cannot be proved."))
    elif not TextSettings.current().goes_to(destination):
        raise Refused(_("Texts do not go to the country of this number."))
    proofs.ask(by.user, kind, destination)


def prove_security_info(kind: str, code: str, *, by: Initiator) -> bool:
    """Put what a code was sent to on file as the person's own; False for a wrong code.

    Raises throttle.Locked after too many of them.
    """
    try:
        destination = proofs.prove(by.user, kind, code)
    except throttle.Locked as locked:
        if locked.just_now:  # what comes after it is not looked at: nobody fills a trail with it
            _note_failure(by, _("Too many tries: for a day nothing can be proved."))
        raise
    if destination:
        _put_on_file(kind, destination, by, proved=True)
    else:
        _note_failure(by, _("The code was wrong or too old."))
    return bool(destination)


def _note_failure(by: Initiator, reason: str) -> None:
    Deed(by, verbs.REGISTER_SECURITY_INFO, snapshot(by.user), uuid4()).write(Result.FAILURE, reason)


def set_office_phone(number: str, *, by: Initiator) -> None:
    """Put the number (E.164) of an office phone on file; no code goes there, and it proves nothing."""
    _put_on_file(InfoKind.OFFICE, number, by, proved=False)


def _put_on_file(kind: str, new: str, by: Initiator, *, proved: bool) -> None:
    person, old = by.user, on_file(by.user, kind)
    was = written(old)
    replaces = old is not None and was != new
    action = verbs.CHANGE_SECURITY_INFO if replaces else verbs.REGISTER_SECURITY_INFO
    with acting(by, action, person) as (authority, deed):
        before = registration.missing(person)
        deed.change(IN_TRAIL[InfoKind(kind)], was, new)
        dynamic_units.hold()  # before the rows: runs take it first, too
        _save(person, kind, new, same=was == new, proved=proved)
        follow(deed, person)
        _reviewed(person)
        if proved and before and not registration.missing(person):
            deed.part(verbs.REGISTERED_ALL, person)
        _tell(person, kind, "changed" if replaces else "added", was if replaces else None)
        _hand_over(authority, person, kind, new)


def _hand_over(authority: Authority, person: User, kind: str, new: str | None) -> None:
    if kind == InfoKind.EMAIL:
        authority.set_email(person, new)
    else:
        authority.set_phone(person, kind, new)


def _save(person: User, kind: str, new: str, *, same: bool, proved: bool) -> None:
    values: dict[str, Any] = {"set_by": person.pk, "proved_at": timezone.now() if proved else None}
    if kind == InfoKind.EMAIL:
        EmailMethod.objects.update_or_create(user_id=person.pk, defaults=values | {"address": new})
        return
    # Signing in with a number was allowed for the old one, and is not taken along.
    values |= {"number": new} | ({} if same else {"sms_sign_in": False})
    PhoneMethod.objects.update_or_create(user_id=person.pk, phone_type=kind, defaults=values)


def remove_security_info(kind: str, *, by: Initiator) -> None:
    """Take an address or number off; with none on file there is nothing to do."""
    old, person = on_file(by.user, kind), by.user
    proofs.drop(person, kind)
    if old is None:
        return
    with acting(by, verbs.REMOVE_SECURITY_INFO, person) as (authority, deed):
        deed.change(IN_TRAIL[InfoKind(kind)], written(old), None)
        dynamic_units.hold()  # before the rows: runs take it first, too
        old.delete()
        follow(deed, person)
        _tell(person, kind, "removed", written(old))
        _hand_over(authority, person, kind, None)


def review_security_info(*, by: Initiator) -> None:
    """The person has looked at what is on file, and says that it is right."""
    with acting(by, verbs.REVIEW_SECURITY_INFO, by.user):
        _reviewed(by.user)


def require_registration(person: User, *, by: Initiator) -> None:
    """Ask a person to prove again, when they next sign in, what is on file."""
    with acting(by, verbs.REQUIRE_REGISTRATION, person) as (_authority, deed):
        now = timezone.now()
        deed.change("registrationFrom", _said(person.registration_from), _said(now))
        person.registration_from = now
        person.save(update_fields=["registration_from"])


def _said(moment) -> str | None:
    return moment and moment.isoformat()


def _reviewed(person: User) -> None:
    person.security_info_reviewed_at = timezone.now()
    User.objects.filter(pk=person.pk).update(security_info_reviewed_at=person.security_info_reviewed_at)


def _tell(person: User, kind: str, event: str, old: str | None) -> None:
    """At the alternate address, and at what has gone: whoever is not the one who did it hears of it."""
    name = "email" if kind == InfoKind.EMAIL else "phone"
    if (name, event) != ("email", "removed"):
        tasks.notify(person, f"{name}_{event}")
    if old and name == "email":
        tasks.notify(person, f"email_{event}", "email", old)
    elif old and kind in proofs.OFFERED:
        tasks.notify(person, f"phone_{event}", "sms", old)
