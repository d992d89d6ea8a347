"""What becomes of locations: compared in the database, written in temporary tables only."""

from __future__ import annotations

from django.utils.translation import gettext as _

from directory.models import AdministrativeUnit
from directory.sync.findings import Findings
from directory.sync.temporary import make, number, rows, run

# A parent that a person has chosen, above what is at the top in the source, is none of the source's business.
STORED_UNITS = """
    SELECT u.id, u.source_id AS key, u.name, u.kind, coalesce(p.source_id, '') AS parent
    FROM directory_administrativeunit u
    LEFT JOIN directory_administrativeunit p ON p.id = u.parent_id AND p.source = %(source)s
    WHERE u.source = %(source)s
"""
UNITS = """
    SELECT s.key, coalesce(o.id, gen_random_uuid()) AS id, o.id IS NULL AS is_new, s.name, s.kind, s.parent,
        s.file, s.line, o.name AS old_name, o.kind AS old_kind,
        o.id IS NOT NULL AND o.parent <> s.parent AS is_moved
    FROM staged_units s LEFT JOIN stored_units o ON o.key = s.key
    WHERE o.id IS NULL OR o.name <> s.name OR o.kind <> s.kind OR o.parent <> s.parent
"""
UNIT_IDS = """
    SELECT s.key, coalesce(n.id, o.id) AS id FROM staged_units s
    LEFT JOIN plan_units n ON n.key = s.key LEFT JOIN stored_units o ON o.key = s.key
    UNION ALL
    SELECT o.key, o.id FROM stored_units o
    WHERE %(is_delta)s AND NOT EXISTS (SELECT FROM staged_units s WHERE s.key = o.key)
        AND NOT EXISTS (SELECT FROM staged_gone g WHERE g.kind = 'unit' AND g.key = o.key)
"""
GONE_UNITS = """
    SELECT o.id, o.key, o.name FROM stored_units o
    WHERE NOT EXISTS (SELECT FROM plan_unit_ids i WHERE i.id = o.id)
"""
# The tree as it will be, those included that people have made.
PARENTS = """
    SELECT u.id, CASE WHEN n.is_moved THEN i.id ELSE u.parent_id END AS parent_id, u.path AS old_path
    FROM directory_administrativeunit u
    LEFT JOIN plan_units n ON n.id = u.id AND n.is_moved
    LEFT JOIN plan_unit_ids i ON i.key = n.parent
    UNION ALL
    SELECT n.id, i.id, NULL FROM plan_units n LEFT JOIN plan_unit_ids i ON i.key = n.parent WHERE n.is_new
"""
TREE = """
    WITH RECURSIVE tree AS (
        SELECT id, parent_id, old_path, '/' || replace(id::text, '-', '') || '/' AS path
        FROM plan_parents WHERE parent_id IS NULL
        UNION ALL
        SELECT p.id, p.parent_id, p.old_path, t.path || replace(p.id::text, '-', '') || '/'
        FROM plan_parents p JOIN tree t ON p.parent_id = t.id WHERE length(t.path) < %(most)s
    )
    SELECT id, parent_id, old_path, path COLLATE "C" AS path FROM tree
"""
CIRCLES = """
    SELECT n.file, n.line, n.key FROM plan_units n
    LEFT JOIN plan_tree t ON t.id = n.id
    WHERE (n.is_new OR n.is_moved) AND (t.id IS NULL OR length(t.path) > %(most)s)
    ORDER BY n.file, n.line LIMIT 1001
"""

# Whom a restricted location protects is a person's decision. `part` stands in the paths of all below it.
RESTRICTED = """
    SELECT id, '/' || replace(id::text, '-', '') || '/' AS part FROM directory_administrativeunit
    WHERE is_restricted
"""
INTO_OR_OUT = """
    SELECT n.id, n.file, n.line, n.name FROM plan_units n
    JOIN plan_tree t ON t.id = n.id
    WHERE n.is_moved AND EXISTS (
        SELECT FROM restricted_units r
        WHERE r.id <> n.id AND (strpos(t.old_path, r.part) > 0) <> (strpos(t.path, r.part) > 0))
    ORDER BY n.file, n.line
"""


def plan_units(findings: Findings, *, source: str, is_delta: bool) -> None:
    """Make the tables of what changes about locations."""
    make("stored_units", STORED_UNITS, source=source)
    make("plan_units", UNITS)
    make("plan_unit_ids", UNIT_IDS, is_delta=is_delta)
    make("gone_units", GONE_UNITS)


def plan_tree(findings: Findings) -> None:
    """Make the table of where everything will hang; refuses what would lie below itself.

    What would come into a restricted location, or out of one, stays where it is, and is told.
    """
    most = AdministrativeUnit._meta.get_field("path").max_length
    is_needed = number("SELECT count(*) FROM plan_units WHERE is_new OR is_moved") or number(
        "SELECT count(*) FROM gone_units"
    )
    make("plan_parents", PARENTS if is_needed else f"{PARENTS} LIMIT 0")
    make("plan_tree", TREE, most=most)
    if is_needed and make("restricted_units", RESTRICTED):
        while _leave_restricted(findings):  # what stays may keep others where they are
            run("DROP TABLE plan_parents, plan_tree")
            make("plan_parents", PARENTS)
            make("plan_tree", TREE, most=most)
    said = _("The location “%(key)s” lies below itself, or too deep.")
    for file, line, key in rows(CIRCLES, most=most) if is_needed else ():
        findings.refuse(file, line, said, key=key)


def _leave_restricted(findings: Findings) -> bool:
    """Whether something that was to move into a restricted location, or out of one, is left where it is."""
    said = _("The location “%(name)s” stays where it is: no source moves it into or out of a restricted one.")
    found = rows(INTO_OR_OUT)
    for _id, file, line, name in found:
        findings.warn(file, line, said, name=name)
    run("UPDATE plan_units SET is_moved = false WHERE id = ANY(%(ids)s)", ids=[one[0] for one in found])
    run("DELETE FROM plan_units WHERE NOT (is_new OR is_moved) AND name = old_name AND kind = old_kind")
    return bool(found)
