"""Locations by name, as people write them: `Library`, or `Lincoln/Staff` where several are called Staff."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from directory.models import AdministrativeUnit


def full_name(unit: AdministrativeUnit) -> str:
    """Its name and those of all above it, the topmost first."""
    above = AdministrativeUnit.objects.filter(path__in=unit.paths_above).order_by("path")
    return "/".join(above.values_list("name", flat=True))


def named(text: str) -> AdministrativeUnit:
    """The location of that name, or with that id; raises ValidationError for none and for several."""
    ends = [text, text.rpartition("/")[2]]  # a name may have a stroke in it
    units = [(full_name(unit), unit) for unit in AdministrativeUnit.objects.filter(name__in=ends)]
    found = [(full, unit) for full, unit in units if f"/{full}".endswith(f"/{text}")]
    found = found or _with_id(text)
    if not found:
        raise ValidationError(_("No location has the name %(name)s."), params={"name": text})
    if len(found) > 1:
        raise ValidationError(
            _("Several locations have the name %(name)s: %(those)s."),
            params={"name": text, "those": ", ".join(_told_apart(found))},
        )
    return found[0][1]


def _with_id(text: str) -> list[tuple[str, AdministrativeUnit]]:
    try:
        return [("", unit) for unit in AdministrativeUnit.objects.filter(pk=UUID(text))]
    except ValueError:
        return []


def _told_apart(found: list[tuple[str, AdministrativeUnit]]) -> list[str]:
    """Their full names; those that share one are told apart by their ids."""
    names = [full for full, _unit in found]
    return sorted(full if names.count(full) == 1 else f"{full} ({unit.pk})" for full, unit in found)
