"""What a profile shows, and to whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.models import Entry, Result, left_open
from directory import access_passes, factors, lockout, permissions, refusals, verbs
from directory.actions.badges import unfit
from directory.badges import name_of
from directory.models import Badge, EmailMethod, PhoneMethod, PhoneType, Settings, User
from directory.recovery import throttle
from directory.sync.absence import absence
from mystaff.portal.places import place_people
from mystaff.portal.tables import badges

SHOWN = 20

# What was done, in words; {who} is the name of whoever did it.
DEEDS = {
    "reset_password": _("{who} reset the password"),
    "recover_password": _("{who} reset the forgotten password with a code"),
    "recovery_step": _("{who} typed the right code for a new password"),
    "block_self_service": _("Too many wrong codes locked self-service password reset"),
    "lock_badge": _("Too many wrong PINs locked a QR badge"),
    "lock_sign_in": _("Too many wrong passwords or codes locked signing in"),
    "unlock": _("{who} unlocked the account"),
    "unlock_own": _("{who} unlocked the account with a code"),
    "change_password": _("{who} chose a new password"),
    "add_phone": _("{who} added a phone number"),
    "change_phone": _("{who} changed the phone number"),
    "remove_phone": _("{who} removed the phone number"),
    "enable_sms_sign_in": _("{who} enabled phone sign-in"),
    "disable_sms_sign_in": _("{who} disabled phone sign-in"),
    "add_badge": _("{who} made a QR badge"),
    "end_badge": _("{who} ended a QR badge"),
    "reset_pin": _("{who} reset the PIN"),
    "change_pin": _("{who} chose a new PIN"),
    "register_factor": _("{who} added a second step for signing in"),
    "rename_key": _("{who} renamed a key"),
    "delete_factor": _("{who} removed a second step for signing in"),
    "clear_factors": _("{who} removed the sign-in methods"),
    "give_access_pass": _("{who} gave a temporary access pass"),
    "end_access_pass": _("{who} ended the temporary access pass"),
    "use_access_pass": _("{who} signed in with the temporary access pass"),
    "add_user": _("{who} added this person"),
    "update_user": _("{who} changed the details"),
    "enable_account": _("{who} enabled the account"),
    "disable_account": _("{who} disabled the account"),
    "add_email": _("{who} added an alternate e-mail address"),
    "change_email": _("{who} changed the alternate e-mail address"),
    "remove_email": _("{who} removed the alternate e-mail address"),
    "assign_role": _("{who} gave a role"),
    "change_role": _("{who} changed a role"),
    "remove_role": _("{who} took a role away"),
    "add_unit_member": _("{who} put this person into a location"),
    "remove_unit_member": _("{who} took this person out of a location"),
    "register_security_info": _("{who} registered security info"),
    "change_security_info": _("{who} changed security info"),
    "remove_security_info": _("{who} removed security info"),
    "registered_all": _("{who} registered all that was asked for"),
    "review_security_info": _("{who} looked at the security info again"),
    "require_registration": _("{who} required registration again"),
    "end_session": _("{who} ended a session"),
    "end_other_sessions": _("{who} signed out everywhere else"),
    "invite_guest": _("{who} invited this guest"),
    "accept_invitation": _("{who} accepted an invitation"),
    "decline_invitation": _("{who} declined an invitation"),
}


def profile(actor: User, person: User, settings: Settings) -> dict[str, Any]:
    """Of people outside the actor's locations: the name, the location and why nothing can be done."""
    place_people(actor, [person])
    context = {
        "person": person,
        "inside": permissions.reachable(actor, verbs.VIEW).filter(pk=person.pk).exists(),
        "reset_refusal": refusals.refusal(actor, verbs.RESET_PASSWORD, person),
        # One table of roles rules every deed on phones, so one answer serves all their buttons.
        "phone_refusal": refusals.refusal(actor, verbs.CHANGE_PHONE, person),
    }
    if context["inside"]:
        context |= _details(person, settings) | _badges(person, settings, context["reset_refusal"])
    return context


def _badges(person: User, settings: Settings, refusal: str | None) -> dict[str, Any]:
    """The card of QR badges; where the tenant has switched them off, it shows while there is one to end."""
    held = list(Badge.objects.not_ended().filter(user=person))
    if not held and not settings.qr_badges:
        return {}
    for badge in held:
        badge.locked_until = lockout.locked_until(name_of(badge.secret_hash))
    return {"has_badges": True, "qr_badges": held, "badge_refusal": refusal or unfit(person)}


def _details(person: User, settings: Settings) -> dict[str, Any]:
    phones = list(person.phones.all())
    mobile = next((phone for phone in phones if phone.phone_type == PhoneType.MOBILE), None)
    return {
        "badges": list(badges(person)),
        "absence": absence(person),
        "phones": phones,
        "mobile": mobile,
        "kinds": factors.kinds(person),
        "access_pass": access_passes.live_pass_of(person),
        "gives_passes": settings.temporary_access_pass and not person.is_guest,
        "email": EmailMethod.objects.filter(user=person).first(),
        "history": history(person),
        "locked_until": throttle.locked_until(throttle.key_of(person.user_principal_name)),
        "sign_in_locked_until": _sign_in_locked_until(person, mobile),
        # Off for the tenant but still on for this person: the manager must be able to end it.
        "sms_sign_in": mobile and (settings.sms_sign_in or mobile.sms_sign_in),
    }


def _sign_in_locked_until(person: User, mobile: PhoneMethod | None) -> datetime | None:
    """For the password or, where the number signs in, for the codes; whichever lasts longer."""
    locks = [lockout.locked_until(person.user_principal_name)]
    if mobile and mobile.sms_sign_in:
        locks.append(throttle.locked_until(throttle.key_of(mobile.number, "phone")))
    return max(filter(None, locks), default=None)


@dataclass(frozen=True)
class Line:
    """One line of a person's history."""

    text: SafeString
    at: datetime
    unknown: bool


def history(person: User) -> list[Line]:
    """What was done to this person, newest first. What was refused or failed changed nothing."""
    entries = Entry.objects.filter(Q(result=Result.SUCCESS) | left_open(), target_id=person.pk)
    return [_line(entry) for entry in entries[:SHOWN]]


def _line(entry: Entry) -> Line:
    details = {item["key"]: item["value"] for item in entry.additional_details}
    sentence = DEEDS.get(details.get("Action"), "{who}: {activity}")
    who = format_html("<b>{}</b>", entry.actor_name)
    text = format_html(str(sentence), who=who, activity=gettext(entry.activity))
    return Line(text, entry.activity_at, entry.result == Result.ATTEMPTED)
