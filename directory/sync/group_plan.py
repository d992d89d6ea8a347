"""What becomes of groups: compared in the database, written in temporary tables only."""

from __future__ import annotations

from django.utils.translation import gettext as _

from directory.sync.by_hand import BY_HAND
from directory.sync.findings import Findings
from directory.sync.temporary import make, rows, run

STORED_GROUPS = """
    SELECT id, source_id AS key, name, is_role_assignable FROM directory_group WHERE source = %(source)s
"""
# They go in this run, with all that hangs on them: their names are free.
GOING_GROUPS = f"""
    SELECT h.id, h.key, h.is_role_assignable FROM stored_groups h
    WHERE NOT EXISTS (SELECT FROM staged_groups s WHERE s.key = h.key)
        AND (NOT %(is_delta)s
            OR EXISTS (SELECT FROM staged_gone g WHERE g.kind = 'group' AND g.key = h.key))
        AND NOT ({BY_HAND})
"""  # noqa: S608
# Directories let several groups have one name: whoever has it already keeps it, else the first one gets it.
GROUPS_OF_ONE_NAME = """
    SELECT s.key, s.name, s.file, s.line, s.own, NULL::text AS holder_key, false AS is_rekeyed FROM (
        SELECT s.*, p.id AS own, row_number() OVER (
            PARTITION BY s.name ORDER BY p.name = s.name DESC NULLS LAST, s.key) AS turn
        FROM staged_groups s LEFT JOIN stored_groups p ON p.key = s.key
        WHERE s.name IN (SELECT name FROM staged_groups GROUP BY name HAVING count(*) > 1)
    ) s
    WHERE s.turn > 1
"""
# A name that a group has which stays, and which the source does not speak of. What goes, and comes by another
# key and the same name, is the same group: but never one on which something hangs that was made by hand.
GROUP_CONFLICTS = """
    INSERT INTO group_conflicts
    SELECT s.key, s.name, s.file, s.line, p.id, g.key, g.id IS NOT NULL
    FROM staged_groups s
    LEFT JOIN stored_groups p ON p.key = s.key
    JOIN directory_group h ON h.name = s.name
    LEFT JOIN stored_groups q ON q.id = h.id
    LEFT JOIN staged_groups t ON t.key = q.key
    LEFT JOIN going_groups g ON g.id = h.id
    WHERE (p.id IS NULL OR p.name <> s.name) AND t.key IS NULL
        AND NOT EXISTS (SELECT FROM group_conflicts c WHERE c.key = s.key)
        AND (g.id IS NULL OR p.id IS NULL AND g.is_role_assignable = s.is_role_assignable)
"""
# Who keeps the old name has it still.
GROUPS_STILL_TAKEN = """
    INSERT INTO group_conflicts
    SELECT s.key, s.name, s.file, s.line, p.id, NULL, false
    FROM group_conflicts c
    JOIN stored_groups o ON o.id = c.own
    JOIN staged_groups s ON s.name = o.name AND s.key <> c.key
    LEFT JOIN stored_groups p ON p.key = s.key
    WHERE NOT EXISTS (SELECT FROM group_conflicts d WHERE d.key = s.key)
"""
GROUPS = """
    SELECT s.key, coalesce(o.id, gen_random_uuid()) AS id, o.id IS NULL AS is_new,
        CASE WHEN c.own IS NULL THEN s.name ELSE o.name END AS name, o.name AS old_name,
        c.is_rekeyed IS TRUE AS is_rekeyed, s.is_role_assignable
    FROM staged_groups s
    LEFT JOIN group_conflicts c ON c.key = s.key
    LEFT JOIN stored_groups o ON o.key = CASE WHEN c.is_rekeyed THEN c.holder_key ELSE s.key END
    WHERE o.id IS NULL AND c.key IS NULL OR c.is_rekeyed OR c.own IS NULL AND o.name <> s.name
"""
# Roles are held by those alone that were made for it. Without an id: held back.
GROUP_IDS = """
    SELECT s.key, coalesce(n.id, o.id) AS id,
        coalesce(o.is_role_assignable, s.is_role_assignable) AS is_role_assignable
    FROM staged_groups s
    LEFT JOIN plan_groups n ON n.key = s.key LEFT JOIN stored_groups o ON o.key = s.key
    UNION ALL
    SELECT o.key, o.id, o.is_role_assignable FROM stored_groups o
    WHERE %(is_delta)s AND NOT EXISTS (SELECT FROM staged_groups s WHERE s.key = o.key)
        AND NOT EXISTS (SELECT FROM staged_gone g WHERE g.kind = 'group' AND g.key = o.key)
"""
GONE_GROUPS = """
    SELECT o.id, o.key, o.name FROM stored_groups o
    WHERE NOT EXISTS (SELECT FROM plan_group_ids i WHERE i.id = o.id)
"""
OTHERWISE_ASSIGNABLE = """
    SELECT s.file, s.line, s.name FROM staged_groups s JOIN stored_groups o ON o.key = s.key
    WHERE o.is_role_assignable <> s.is_role_assignable ORDER BY s.file, s.line
"""


def plan_groups(findings: Findings, *, source: str, is_delta: bool) -> None:
    """Make the tables of what changes about groups; tells which ones it holds back."""
    make("stored_groups", STORED_GROUPS, source=source)
    make("going_groups", GOING_GROUPS, source=source, is_delta=is_delta)
    make("group_conflicts", GROUPS_OF_ONE_NAME)
    run(GROUP_CONFLICTS)
    while run(GROUPS_STILL_TAKEN):
        pass
    make("plan_groups", GROUPS)
    make("plan_group_ids", GROUP_IDS, is_delta=is_delta)
    make("gone_groups", GONE_GROUPS)
    kept = _("The name “%(name)s” belongs to another group; this one keeps the old one.")
    held = _("The name “%(name)s” belongs to another group; this one is held back.")
    query = "SELECT file, line, name, own IS NULL FROM group_conflicts WHERE NOT is_rekeyed ORDER BY 1, 2"
    for file, line, name, is_new in rows(query):
        findings.warn(file, line, held if is_new else kept, name=name)
    fixed = _("Whether roles can be assigned to the group “%(name)s” was fixed when it was made.")
    for file, line, name in rows(OTHERWISE_ASSIGNABLE):
        findings.warn(file, line, fixed, name=name)
