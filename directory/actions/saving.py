"""What deeds that save a row have in common: old and new values for the trail, and names that are taken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from directory.connectors import Refused
from directory.door import Deed


def note_changes(
    deed: Deed, old: models.Model | None, new: models.Model | None, fields: dict[str, str]
) -> list[str]:
    """Note every field whose value changes, under its name in the trail; returns the fields.

    Of a row that is new or goes, everything that is not empty.
    """
    changed = [name for name in fields if _value(old, name) != _value(new, name)]
    for name in changed:
        deed.change(fields[name], _value(old, name), _value(new, name))
    return changed


def note_secret(deed: Deed, new: str | None, field: str = "secret") -> list[str]:
    """Note that there is a new secret, and not a letter of it; returns the fields."""
    if not new:
        return []
    deed.change(field, _("(not shown)"), _("(not shown)"))
    return [field]


def _value(row: models.Model | None, name: str) -> Any:
    value = getattr(row, name) if row else None
    return None if value == "" else str(value) if isinstance(value, models.Model) else value


def inside(row: models.Model) -> models.Model:
    """The row as it stands; raises DoesNotExist for one of another tenant, which a foreign key would take."""
    return type(row).objects.get(pk=row.pk)


@contextmanager
def refused_if_taken(sentence: str) -> Iterator[None]:
    """Turn a name that somebody else took since the form was checked into a Refused."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise Refused(sentence) from error
