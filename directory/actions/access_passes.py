"""Temporary access passes: given, used and ended."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from directory import access_passes, tasks, verbs
from directory.connectors import Refused
from directory.door import Initiator, acting
from directory.models import AccessPass, Settings, User


def give_access_pass(person: User, *, minutes: int, one_time: bool, by: Initiator) -> str:
    """Make a pass for this person, in place of any other, and give it: it is shown once and kept as a hash.

    Raises Refused where the tenant has them off, the account is disabled or the time is out of bounds.
    """
    with acting(by, verbs.GIVE_ACCESS_PASS, person) as (_authority, deed):
        held = User.objects.select_for_update().get(pk=person.pk)  # one at a time
        _refuse_unless_possible(held, minutes)
        old, now, code = access_passes.live_pass_of(held), timezone.now(), access_passes.make()
        facts = {
            "code_hash": access_passes.hashed(held.pk, code),
            "one_time": one_time,
            "made_by": by.user_id,
            "made_at": now,
            "starts_at": now,
            "ends_at": now + timedelta(minutes=minutes),
            "used_at": None,
        }
        AccessPass.objects.update_or_create(user=held, defaults=facts)
        deed.change("temporaryAccessPass", old and old.ends_at.isoformat(), facts["ends_at"].isoformat())
        deed.details |= {"Method": "Temporary access pass", "Usable once": str(one_time)}
        tasks.notify(held, "access_pass_given")
        return code


def _refuse_unless_possible(person: User, minutes: int) -> None:
    if not Settings.current().temporary_access_pass:
        raise Refused(_("Temporary access passes are switched off."))
    if not person.is_active:
        raise Refused(_("%(name)s’s account is disabled.") % {"name": person.first_name})
    if not access_passes.SHORTEST <= minutes <= access_passes.LONGEST:
        raise Refused(_("A pass lasts between 10 minutes and 30 days."))


def note_access_pass(person: User, *, ip_address: str | None) -> None:
    """Tell the trail that somebody came in with a pass: it may have got into the wrong hands."""
    with acting(Initiator(person, ip_address, "Sign-in"), verbs.USE_ACCESS_PASS, person):
        pass


def end_access_pass(person: User, *, by: Initiator) -> None:
    """End a person's pass; where somebody came in with it, their sessions end too."""
    with acting(by, verbs.END_ACCESS_PASS, person) as (_authority, deed):
        found = AccessPass.objects.select_for_update().filter(user=person).first()
        if found is None:
            raise Refused(_("There is no pass any more."))
        found.delete()
        deed.change("temporaryAccessPass", found.ends_at.isoformat(), None)
        deed.details["Method"] = "Temporary access pass"
        if found.used_at:
            person.revoke_sessions()
            person.save(update_fields=["sessions_valid_from"])
