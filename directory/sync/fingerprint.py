"""What a run would take away or call otherwise, as one number: so another is told from what was confirmed."""

from __future__ import annotations

from hashlib import sha256

from django.db import connection

AT_ONCE = 5000  # rows in memory
# Whose, and what becomes of them, or of names that are held back would with a word. What comes new needs no
# word, and has no id yet that would last.
_GONE = """
    SELECT 'disabled' AS what, id::text AS whose, '' AS becomes FROM plan_disabled
    UNION ALL SELECT 'removed', id::text, '' FROM plan_removed
    UNION ALL SELECT 'called', id::text, upn FROM plan_people WHERE upn <> old_upn
    UNION ALL SELECT 'called', own::text, upn FROM held_names
    UNION ALL SELECT 'known', id::text, key FROM plan_people WHERE is_rekeyed
    UNION ALL SELECT 'other', id::text, concat_ws(' ', key, display_name, employee_id) FROM known_with_power
    UNION ALL SELECT 'moved', id::text, authority FROM plan_people WHERE is_moved
    UNION ALL SELECT 'member', unit_id::text, user_id::text FROM gone_members
    UNION ALL SELECT 'group member', group_id::text, user_id::text FROM gone_group_members
    UNION ALL SELECT 'role ' || role, coalesce(unit_id::text, ''), coalesce(user_id, group_id)::text
        FROM gone_grants
    ORDER BY 1, 2, 3
"""


def fingerprint() -> str:
    """Of the plan in the temporary tables: the same for the same plan, whatever comes new besides."""
    digest = sha256()
    with connection.chunked_cursor() as asked:
        asked.execute(_GONE)
        while found := asked.fetchmany(AT_ONCE):
            # No field holds a control character: staging refuses them.
            digest.update("".join("\t".join(row) + "\n" for row in found).encode())
    return digest.hexdigest()
