"""What becomes of memberships and roles: compared in the database, written in temporary tables only.

A row that a person has made is left alone, and not made twice.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from directory.sync.findings import Findings
from directory.sync.temporary import make, rows

WANTED_MEMBERS = """
    SELECT i.id AS unit_id, p.id AS user_id
    FROM staged_unit_members m
    JOIN plan_unit_ids i ON i.key = m.unit
    JOIN plan_person_ids p ON p.key = m.person AND p.id IS NOT NULL
"""
STORED_MEMBERS = """
    SELECT id, unit_id, user_id, source = %(source)s AS is_ours FROM directory_unitmembership
    WHERE source = %(source)s OR unit_id IN (SELECT id FROM stored_units)
"""
NEW_MEMBERS = """
    SELECT DISTINCT w.unit_id, w.user_id FROM wanted_members w
    LEFT JOIN stored_members o ON o.unit_id = w.unit_id AND o.user_id = w.user_id
    WHERE o.id IS NULL
"""
GONE_MEMBERS = """
    SELECT o.id, o.unit_id, o.user_id FROM stored_members o
    LEFT JOIN wanted_members w ON w.unit_id = o.unit_id AND w.user_id = o.user_id
    WHERE o.is_ours AND w.unit_id IS NULL AND (
        NOT %(is_delta)s
        OR o.user_id IN (SELECT id FROM plan_vanished)
        OR o.unit_id IN (SELECT id FROM gone_units)
        OR (o.unit_id, o.user_id) IN (
            SELECT i.id, p.id FROM staged_gone g
            JOIN plan_unit_ids i ON i.key = g.unit JOIN plan_person_ids p ON p.key = g.person
            WHERE g.kind = 'unit member'))
"""
# A role over the whole tenant was given by a person to whom they knew: a source brings nobody in there.
CLOSED_GROUPS = """
    SELECT DISTINCT group_id AS id FROM directory_roleassignment
    WHERE group_id IN (SELECT id FROM stored_groups) AND unit_id IS NULL
        AND (ends_at IS NULL OR ends_at > now())
"""
WANTED_GROUP_MEMBERS = """
    SELECT i.id AS group_id, p.id AS user_id
    FROM staged_group_members m
    JOIN plan_group_ids i ON i.key = m."group" AND i.id IS NOT NULL
    JOIN plan_person_ids p ON p.key = m.person AND p.id IS NOT NULL
"""
STORED_GROUP_MEMBERS = """
    SELECT id, group_id, user_id, source = %(source)s AS is_ours FROM directory_groupmember
    WHERE group_id IN (SELECT id FROM stored_groups)
"""
NEW_GROUP_MEMBERS = """
    SELECT DISTINCT w.group_id, w.user_id FROM wanted_group_members w
    LEFT JOIN stored_group_members o ON o.group_id = w.group_id AND o.user_id = w.user_id
    WHERE o.id IS NULL AND w.group_id NOT IN (SELECT id FROM closed_groups)
"""
GONE_GROUP_MEMBERS = """
    SELECT o.id, o.group_id, o.user_id FROM stored_group_members o
    LEFT JOIN wanted_group_members w ON w.group_id = o.group_id AND w.user_id = o.user_id
    WHERE o.is_ours AND w.group_id IS NULL AND (
        NOT %(is_delta)s
        OR o.user_id IN (SELECT id FROM plan_vanished)
        OR o.group_id IN (SELECT id FROM gone_groups)
        OR (o.group_id, o.user_id) IN (
            SELECT i.id, p.id FROM staged_gone g
            JOIN plan_group_ids i ON i.key = g."group" JOIN plan_person_ids p ON p.key = g.person
            WHERE g.kind = 'group member'))
"""
WANTED_GRANTS = """
    SELECT DISTINCT i.id AS unit_id, g.role, p.id AS user_id, c.id AS group_id, g.starts_at, g.ends_at
    FROM staged_grants g
    JOIN plan_unit_ids i ON i.key = g.unit
    LEFT JOIN plan_person_ids p ON p.key = g.person
    LEFT JOIN plan_group_ids c ON c.key = g."group" AND c.is_role_assignable
    WHERE p.id IS NOT NULL OR c.id IS NOT NULL
"""
STORED_GRANTS = """
    SELECT id, unit_id, role, user_id, group_id, starts_at, ends_at FROM directory_roleassignment
    WHERE source = %(source)s
"""
# One is the other's if all of this is the same; no date compares as the first or the last of all.
NEW_GRANTS = """
    SELECT w.* FROM wanted_grants w
    LEFT JOIN stored_grants o ON o.unit_id = w.unit_id AND o.role = w.role
        AND coalesce(o.user_id, o.group_id) = coalesce(w.user_id, w.group_id)
        AND coalesce(o.starts_at, '-infinity') = coalesce(w.starts_at, '-infinity')
        AND coalesce(o.ends_at, 'infinity') = coalesce(w.ends_at, 'infinity')
    WHERE o.id IS NULL
"""
GONE_GRANTS = """
    SELECT o.* FROM stored_grants o
    LEFT JOIN wanted_grants w ON o.unit_id = w.unit_id AND o.role = w.role
        AND coalesce(o.user_id, o.group_id) = coalesce(w.user_id, w.group_id)
        AND coalesce(o.starts_at, '-infinity') = coalesce(w.starts_at, '-infinity')
        AND coalesce(o.ends_at, 'infinity') = coalesce(w.ends_at, 'infinity')
    WHERE w.unit_id IS NULL AND (
        NOT %(is_delta)s
        OR o.user_id IN (SELECT id FROM plan_vanished)
        OR o.unit_id IN (SELECT id FROM gone_units)
        OR o.group_id IN (SELECT id FROM gone_groups)
        OR EXISTS (
            SELECT FROM staged_gone g
            JOIN plan_unit_ids i ON i.key = g.unit
            LEFT JOIN plan_person_ids p ON p.key = g.person
            LEFT JOIN plan_group_ids c ON c.key = g."group"
            WHERE g.kind = 'grant' AND i.id = o.unit_id AND g.role = o.role
                AND coalesce(p.id, c.id) = coalesce(o.user_id, o.group_id)
                AND coalesce(g.starts_at, '-infinity') = coalesce(o.starts_at, '-infinity')
                AND coalesce(g.ends_at, 'infinity') = coalesce(o.ends_at, 'infinity')))
"""
HELD_BACK_FROM_GROUPS = """
    SELECT min(m.file), min(m.line), g.name FROM wanted_group_members w
    JOIN closed_groups c ON c.id = w.group_id JOIN directory_group g ON g.id = c.id
    JOIN plan_group_ids i ON i.id = g.id JOIN staged_group_members m ON m."group" = i.key
    LEFT JOIN stored_group_members o ON o.group_id = w.group_id AND o.user_id = w.user_id
    WHERE o.id IS NULL GROUP BY g.id, g.name
"""
GRANTS_HELD_BACK = """
    SELECT g.file, g.line, g."group" FROM staged_grants g
    JOIN plan_group_ids c ON c.key = g."group" AND c.id IS NOT NULL AND NOT c.is_role_assignable
    ORDER BY g.file, g.line
"""


def plan_members(findings: Findings, *, source: str, is_delta: bool) -> None:
    """Make the tables of memberships that come and go."""
    make("wanted_members", WANTED_MEMBERS)
    make("stored_members", STORED_MEMBERS, source=source)
    make("new_members", NEW_MEMBERS)
    make("gone_members", GONE_MEMBERS, is_delta=is_delta)
    make("closed_groups", CLOSED_GROUPS)
    make("wanted_group_members", WANTED_GROUP_MEMBERS)
    make("stored_group_members", STORED_GROUP_MEMBERS, source=source)
    make("new_group_members", NEW_GROUP_MEMBERS)
    make("gone_group_members", GONE_GROUP_MEMBERS, is_delta=is_delta)
    said = _("The group “%(name)s” holds a role over everything: nobody is put into it by a source.")
    _warn(findings, HELD_BACK_FROM_GROUPS, said)


def plan_grants(findings: Findings, *, source: str, is_delta: bool) -> None:
    """Make the tables of roles that come and go."""
    make("wanted_grants", WANTED_GRANTS)
    make("stored_grants", STORED_GRANTS, source=source)
    make("new_grants", NEW_GRANTS)
    make("gone_grants", GONE_GRANTS, is_delta=is_delta)
    said = _("Roles cannot be assigned to the group “%(name)s”; this one is held back.")
    _warn(findings, GRANTS_HELD_BACK, said)


def _warn(findings: Findings, query: str, said: str, **values: Any) -> None:
    for file, line, name in rows(query, **values):
        findings.warn(file, line, said, name=name)
