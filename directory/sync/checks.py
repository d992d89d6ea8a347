"""What in the facts contradicts itself: all of it is told, with file and line."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from directory.sync.findings import Findings
from directory.sync.temporary import rows

_TWICE = gettext_noop("The key “%(text)s” stands in line %(first)d too.")
# What must be there once only, and what is said if it is not.
TWICE = (
    ("staged_units", "key", _TWICE),
    ("staged_groups", "key", _TWICE),
    ("staged_people", "key", _TWICE),
    ("staged_people", "upn", gettext_noop("The user name “%(text)s” stands in line %(first)d too.")),
)
_NO_UNIT = gettext_noop("There is no location with the key “%(key)s”.")
_NO_PERSON = gettext_noop("There is nobody with the key “%(key)s”.")
_NO_GROUP = gettext_noop("There is no group with the key “%(key)s”.")
# What refers to what: the column of a table, and the keys that there are.
REFERENCES = (
    ("staged_units", "parent", "plan_unit_ids", _NO_UNIT),
    ("staged_unit_members", "unit", "plan_unit_ids", _NO_UNIT),
    ("staged_unit_members", "person", "plan_person_ids", _NO_PERSON),
    ("staged_group_members", '"group"', "plan_group_ids", _NO_GROUP),
    ("staged_group_members", "person", "plan_person_ids", _NO_PERSON),
    ("staged_grants", "unit", "plan_unit_ids", _NO_UNIT),
    ("staged_grants", "person", "plan_person_ids", _NO_PERSON),
    ("staged_grants", '"group"', "plan_group_ids", _NO_GROUP),
)
# A membership must name both; a location may be at the top, and a role is either a person's or a group's.
_MAY_BE_EMPTY = {("staged_units", "parent"), ("staged_grants", "person"), ("staged_grants", '"group"')}


def refuse_twice(findings: Findings) -> None:
    """Refuse keys and names that the source has given twice."""
    for table, column, said in TWICE:
        for file, line, text, first in rows(_twice(table, column)):
            findings.refuse(file, line, _(said), text=text, first=first)


def refuse_nowhere(findings: Findings) -> None:
    """Refuse what refers to something that is nowhere."""
    for table, column, keys, said in REFERENCES:
        optional = (table, column) in _MAY_BE_EMPTY
        for file, line, key in rows(_nowhere(table, column, keys, optional)):
            findings.refuse(file, line, _(said), key=key)


def refuse_unassignable(findings: Findings) -> None:
    """Refuse roles of groups that the source itself says cannot hold any."""
    said = _("Roles cannot be assigned to the group “%(key)s”.")
    query = """
        SELECT g.file, g.line, g."group" FROM staged_grants g JOIN staged_groups s ON s.key = g."group"
        WHERE NOT s.is_role_assignable ORDER BY g.file, g.line LIMIT 1001
    """
    for file, line, key in rows(query):
        findings.refuse(file, line, said, key=key)


def _twice(table: str, column: str) -> str:
    """Names come from the tables above only."""
    return f"""
        SELECT file, line, text, first FROM (
            SELECT s.file, s.line, s.{column} AS text, min(s.line) OVER same AS first,
                row_number() OVER (same ORDER BY s.line) AS turn
            FROM {table} s
            WHERE s.{column} IN (SELECT {column} FROM {table} GROUP BY {column} HAVING count(*) > 1)
            WINDOW same AS (PARTITION BY s.{column})
        ) found WHERE turn > 1 ORDER BY file, line LIMIT 1001
    """  # noqa: S608


def _nowhere(table: str, column: str, keys: str, optional: bool) -> str:
    filled = f"AND s.{column} <> ''" if optional else ""
    return f"""
        SELECT s.file, s.line, s.{column} FROM {table} s LEFT JOIN {keys} k ON k.key = s.{column}
        WHERE k.key IS NULL {filled} ORDER BY s.file, s.line LIMIT 1001
    """  # noqa: S608
