"""Locations and groups that the source knows no more: they go, unless something hangs on them that stays."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import models

from directory.models import AdministrativeUnit, Group
from directory.sync.by_hand import in_rule, referring
from directory.sync.temporary import make

# What the source itself had hung on them goes in the same run.
_GOING = {
    "directory_unitmembership": "gone_members",
    "directory_groupmember": "gone_group_members",
    "directory_roleassignment": "gone_grants",
}
# What a person has set about a location would be lost with it.
_UNTOUCHED = """
    u.membership_rule = '' AND u.password_style = '' AND u.registration_from IS NULL
    AND NOT u.hidden_membership AND NOT u.is_restricted
"""


def plan_leftovers() -> None:
    """Make the tables of locations and groups that are removed."""
    bare = " ".join(_nothing_hangs(AdministrativeUnit))
    make(
        "bare_units",
        f"""
        SELECT u.id, g.name FROM gone_units g JOIN directory_administrativeunit u ON u.id = g.id
        WHERE {_UNTOUCHED} {bare}
        """,  # noqa: S608
    )
    make(
        "removed_units",
        """
        SELECT b.id, b.name FROM bare_units b JOIN plan_tree t ON t.id = b.id
        WHERE NOT EXISTS (
            SELECT FROM plan_tree v LEFT JOIN bare_units k ON k.id = v.id
            WHERE v.path > t.path AND v.path < left(t.path, -1) || '0' AND k.id IS NULL)
        """,
    )
    bare = " ".join(_nothing_hangs(Group))
    make("removed_groups", f"SELECT u.id, u.name FROM gone_groups u WHERE NOT {in_rule('u.id')} {bare}")  # noqa: S608


def _nothing_hangs(model: type[models.Model]) -> Iterator[str]:
    """A condition for every table that refers to this one."""
    for table, column, _is_sources in referring(model):
        going = f"AND r.id NOT IN (SELECT id FROM {_GOING[table]})" if table in _GOING else ""  # noqa: S608
        yield f"AND NOT EXISTS (SELECT FROM {table} r WHERE r.{column} = u.id {going})"  # noqa: S608
