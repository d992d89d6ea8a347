"""Passwords: given by a manager, chosen by the person, or won back by somebody who forgot theirs."""

from django.utils import timezone
from django.utils.translation import gettext as _

from directory import badges, lockout, tasks, verbs
from directory.connectors import Authority, Refused
from directory.door import Initiator, acting
from directory.models import LOCAL, EmailMethod, PhoneType, Recovery, Settings, User
from directory.recovery import flow, throttle
from directory.security_info import proofs


def reset_password(person: User, password: str, *, by: Initiator) -> None:
    """Give a person a temporary password; every session of theirs ends, and they are told."""
    with acting(by, verbs.RESET_PASSWORD, person) as (authority, _deed):
        _wait_in_line(person)
        if reason := by.refusal_now(verbs.RESET_PASSWORD, person):
            raise Refused(reason)
        _start_afresh(person, "password_reset")
        _hand_over(authority, person, password, must_change=True)


def recover_password(recovery: Recovery, password: str, *, ip_address: str | None) -> None:
    """Give somebody who proved who they are the password they chose; it cannot be done twice.

    Raises Refused where what was proved no longer counts, or the authority's own Refused or Unreachable.
    """
    person = User.objects.members().get(pk=recovery.person_id)
    by = Initiator(person, ip_address, "Self-service")
    with acting(by, verbs.RECOVER_PASSWORD, person) as (authority, deed):
        _wait_in_line(person)
        if flow.step(recovery) != flow.Step.PASSWORD:
            raise Refused(_("This way back into the account is over. Please begin again."))
        flow.end(recovery)
        deed.details["Ways"] = ", ".join(recovery.proved)
        _start_afresh(person, "password_recovered")
        _hand_over(authority, person, password, must_change=False)


def _hand_over(authority: Authority, person: User, password: str, *, must_change: bool) -> None:
    """To the authority, as the last thing: whatever fails before it has then changed nothing anywhere.

    Of a password that lives elsewhere nothing is kept here: what stands in its place changes with it, which
    ends the sessions that began with the old one.
    """
    if person.authority != LOCAL:
        person.set_unusable_password()
        person.must_change_password, person.password_changed_at = must_change, timezone.now()
        person.save(update_fields=["password", "must_change_password", "password_changed_at"])
    authority.set_password(person, password, must_change=must_change)


def _start_afresh(person: User, notice: str) -> None:
    """What follows every reset: nobody is signed in any more, nothing is locked, those concerned are told."""
    person.revoke_sessions()
    person.save(update_fields=["sessions_valid_from"])
    _forget_tries(person)
    settings = Settings.current()
    if settings.notify_people:
        _tell(person, notice)
    if settings.notify_administrators and person.is_administrator:
        tasks.tell_administrators(person=person.pk)


def _tell(person: User, notice: str) -> None:
    """By mail to the alternate address; what they did themselves, where there is none, by text."""
    if EmailMethod.objects.filter(user=person).exists() or notice != "password_recovered":
        tasks.notify(person, notice)
    elif mobile := person.phones.filter(phone_type=PhoneType.MOBILE).first():
        tasks.notify(person, notice, "sms", mobile.number)


def _wait_in_line(person: User) -> None:
    """Let one reset of a person through at a time; raises Refused for one that comes upon another.

    Else two managers at once would each hand over a password, and only the later one would work. A source may
    have moved the password elsewhere, too.
    """
    rows = User.objects.select_for_update().values_list("password_changed_at", "authority")
    if rows.get(pk=person.pk) != (person.password_changed_at, person.authority):
        raise Refused(_("%(name)s’s password was changed a moment ago.") % {"name": person.first_name})


def change_password(password: str, *, by: Initiator) -> None:
    """A person chooses their own password; their other sessions end."""
    with acting(by, verbs.CHANGE_PASSWORD, by.user) as (authority, _deed):
        _wait_in_line(by.user)  # a reset that came meanwhile stands
        tasks.notify(by.user, "password_changed")
        _hand_over(authority, by.user, password, must_change=False)


def unlock(person: User, *, by: Initiator) -> None:
    """Let a person whose name was tried too often sign in and help themselves again."""
    with acting(by, verbs.UNLOCK, person) as (authority, _deed):
        _forget_tries(person)
        authority.unlock(person)


def unlock_own(recovery: Recovery, *, ip_address: str | None) -> None:
    """Open signing in again for somebody who proved who they are and knows their password.

    What they tried in self-service stays counted: only a reset forgets that (Microsoft Entra, "How it works:
    self-service password reset"). Raises Refused where what was proved no longer counts.
    """
    person = User.objects.members().get(pk=recovery.person_id)
    with acting(Initiator(person, ip_address, "Self-service"), verbs.UNLOCK_OWN, person) as (authority, deed):
        if flow.step(recovery) != flow.Step.PASSWORD or not Settings.current().self_service_unlock:
            raise Refused(_("This way back into the account is over. Please begin again."))
        flow.end(recovery)
        deed.details["Ways"] = ", ".join(recovery.proved)
        lockout.clear(person.user_principal_name)
        authority.unlock(person)


def _forget_tries(person: User) -> None:
    """On the name, and on the number that stands for it."""
    lockout.clear(person.user_principal_name)
    badges.forget_tries(person)
    throttle.clear(throttle.key_of(person.user_principal_name))
    proofs.forget(person)
    for phone in person.phones.filter(sms_sign_in=True):
        throttle.clear(throttle.key_of(phone.number, "phone"))
