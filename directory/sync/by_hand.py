"""What people have hung on a source's rows by hand: it is theirs, and no other group comes into it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import models

from directory.models import Group, Source
from directory.sync.temporary import rows

MANAGERS = "managers/"  # how the key of a group of managers begins; then comes that of the location's group


def referring(model: type[models.Model]) -> Iterator[tuple[str, str, bool]]:
    """Every table and column that refers to this one's rows, and whether sources write it too.

    Asked of the models, so a table that is new is asked too; those below a location are asked of the tree.
    """
    for relation in model._meta.get_fields(include_hidden=True):
        other = relation.related_model
        if relation.auto_created and not relation.concrete and not relation.many_to_many and other != model:
            is_sources = any(field.name == "source" for field in other._meta.concrete_fields)
            yield other._meta.db_table, relation.field.column, is_sources


def in_rule(group: str) -> str:
    """A condition: the rule of a location names the group of this id, in small letters or large ones."""
    # All rules together, looked up once and not for every group.
    rules = """
        SELECT coalesce(string_agg(replace(lower(membership_rule), '-', ''), ' '), '')
        FROM directory_administrativeunit WHERE membership_rule <> ''
    """
    return f"strpos(({rules}), replace({group}::text, '-', '')) > 0"


def _conditions() -> Iterator[str]:
    for table, column, is_sources in referring(Group):
        others = " AND r.source <> %(source)s" if is_sources else ""
        yield f"EXISTS (SELECT FROM {table} r WHERE r.{column} = h.id{others})"  # noqa: S608
    yield in_rule("h.id")


# Something hangs on the group `h` that this source (%(source)s) has not put there.
BY_HAND = " OR ".join(_conditions())


@dataclass(frozen=True)
class Managers:
    """Groups of managers that there are, by the keys of the locations' groups."""

    names: dict[str, str] = field(default_factory=dict)
    by_hand: frozenset[str] = frozenset()  # filled, or given roles, by people alone


STORED = f"""
    SELECT substr(h.source_id, {len(MANAGERS) + 1}), h.name, ({BY_HAND}) AND NOT EXISTS (
        SELECT FROM directory_groupmember m WHERE m.group_id = h.id AND m.source = %(source)s)
    FROM directory_group h
    WHERE h.source = %(source)s AND h.source_id >= '{MANAGERS}' AND h.source_id < '{MANAGERS[:-1]}0'
"""  # noqa: S608


def managers_of(source: Source) -> Managers:
    """Those that this source has left here."""
    found = rows(STORED, source=source.key)
    names = {key: name for key, name, _theirs in found}
    return Managers(names, frozenset(key for key, _name, theirs in found if theirs))
