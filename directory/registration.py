"""Who has to register ways to prove themselves, before anything else, and who looks at them again.

Source: Microsoft Entra, "How it works: self-service password reset", registration and reconfirmation.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from django.utils import timezone

from directory.models import (
    AdministrativeUnit,
    EmailMethod,
    PhoneMethod,
    PhoneType,
    Registrants,
    Settings,
    User,
    Way,
)
from directory.models.assignments import any_role_of
from directory.notices import texts_are_sent
from directory.recovery import eligibility


class State(StrEnum):
    """Where somebody stands who has just signed in."""

    DONE = "done"
    REGISTER = "register"  # ways are missing
    REVIEW = "review"  # all there, and to be looked at


def state(person: User) -> State:
    """Whether this person may go on, at home; a guest's home asks them."""
    settings = Settings.current()
    covered = covers(person, settings)
    if missing(person, settings=settings, covered=covered):
        return State.REGISTER
    return State.REVIEW if covered and _is_due(person, settings.registration_review_days) else State.DONE


def covers(person: User, settings: Settings) -> bool:
    """Whether the tenant wants this person registered."""
    match settings.registration_required:
        case Registrants.ALL:
            return True
        case Registrants.ROLES:
            return User.objects.filter(any_role_of(person), pk=person.pk).exists()
        case Registrants.SELECTED:
            return person.groupmember_set.filter(group=settings.registration_group_id).exists()
    return False


def missing(person: User, *, settings: Settings | None = None, covered: bool | None = None) -> int:
    """How many ways this person still has to prove; 0 for whoever is asked for none."""
    settings = settings or Settings.current()
    covered = covers(person, settings) if covered is None else covered
    since = _since(person, settings)
    methods = _methods(person)
    # Again is asked of who had something; the youngest have neither, unless somebody asks just them.
    if not (covered or person.registration_from or (since and methods)):
        return 0
    proved = {way for way, method in methods.items() if _counts(person, way, method, since)}
    # Nobody is asked for a text where none is sent: they could never go on.
    can_be = proved | {Way.EMAIL} | ({Way.SMS} if texts_are_sent(person) else set())
    return max(min(eligibility.ways_needed(person), len(can_be)) - len(proved), 0)


def _methods(person: User) -> dict[Way, EmailMethod | PhoneMethod]:
    found = {
        Way.EMAIL: EmailMethod.objects.filter(user=person).first(),
        Way.SMS: person.phones.filter(phone_type=PhoneType.MOBILE).first(),
    }
    return {way: method for way, method in found.items() if method}


def _counts(person: User, way: Way, method: EmailMethod | PhoneMethod, since: datetime | None) -> bool:
    if method.proved_at is None or (since and method.proved_at < since):
        return False
    return bool(eligibility.destination(person, way))


def _since(person: User, settings: Settings) -> datetime | None:
    """From when on a proof counts: what was said last for the person, one of their locations, or all.

    A moment to come counts once it is there: until then nobody could prove anything that counts.
    """
    moments, now = (
        [person.registration_from, settings.registration_from, *_of_locations(person)],
        timezone.now(),
    )
    return max((moment for moment in moments if moment and moment <= now), default=None)


def _of_locations(person: User) -> list[datetime]:
    units = AdministrativeUnit.objects.filter(memberships__user=person)
    paths = {path for unit in units for path in unit.paths_above} if units else set()
    asked = AdministrativeUnit.objects.filter(path__in=paths).exclude(registration_from=None)
    return list(asked.values_list("registration_from", flat=True)) if paths else []


def _is_due(person: User, days: int) -> bool:
    """Whether it is so long since they last said that all is right."""
    if not days:
        return False
    last = person.security_info_reviewed_at
    return last is None or timezone.now() - last >= timedelta(days=days)
