"""Badges for tests: given out, and tried."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from directory import actions, badges
from directory.actions.badges import Made, state
from directory.door import Initiator
from directory.models import Settings

SCHOOL = UUID(int=7)


def year() -> badges.Term:
    today = timezone.localdate()
    return badges.standard(today, today + timedelta(days=364))


def give(district, person=None, term=None) -> Made:
    """A badge that Maria gives to Pia, or to somebody else."""
    Settings.objects.update(qr_badges=True)
    person = person or district.pia
    return actions.add_badge(person, term or year(), state(person), by=Initiator(district.maria))


def holds(made: Made) -> bool:
    """Whether badge and PIN open an account here and now."""
    return badges.prove(badges.hashed(made.secret), made.pin, "192.0.2.1") is not None
