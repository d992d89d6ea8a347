"""What a person's page says where their source has disabled them, or names them no more."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from directory.models import Source, User
from directory.sync.kept import source_of


def absence(person: User) -> str:
    """Since when, why, and what becomes of them; '' for whom the source names, and whom none keeps."""
    if person.vanished_at is None and (person.is_active or not person.disabled_by_source):
        return ""
    source = source_of(person)
    if source is None:
        return ""
    values = {"source": source.name}
    if person.vanished_at is None:
        return _("Disabled: the source %(source)s says so.") % values
    values["day"] = _day(person.vanished_at)
    if not (person.is_active or person.disabled_by_source):
        said = _("Disabled by hand. Since %(day)s the source %(source)s no longer names them.") % values
        return f"{said} {_('They stay until somebody removes them.')}"
    said = _("Since %(day)s the source %(source)s no longer names them.")
    if not person.is_active:
        said = _("Disabled since %(day)s: the source %(source)s no longer names them.")
    return f"{said % values} {_removed(person.vanished_at, source)}"


def _removed(vanished_at: datetime, source: Source) -> str:
    if not source.remove_after_days:
        return _("They stay until somebody removes them.")
    day = _day(vanished_at + timedelta(days=source.remove_after_days))
    return _("The first run after %(day)s removes them.") % {"day": day}


def _day(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), "j F Y")
