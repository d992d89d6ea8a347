"""What becomes of people: compared in the database, written nowhere but in temporary tables."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from directory import administrators
from directory.models import LOCAL
from directory.sync.findings import Findings
from directory.sync.temporary import make, rows, run

STORED = """
    SELECT id, source_id AS key, user_principal_name AS upn, display_name, given_name, surname, job_title,
        department, employee_id, is_active, disabled_by_source, vanished_at, authority
    FROM directory_user WHERE source = %(source)s
"""
# An id that was somebody else's: neither the user name nor the employee number (where there is none, neither
# of the names; where these are not told in parts, no word of the name that is shown) is the same. An account
# must not become another's, who would sign in with its password. Whose id it was is gone, unless they come
# under another one; who has it now is held back.
HANDED_ON = """
    SELECT s.key, s.file, s.line, s.upn, o.upn AS old_upn
    FROM staged_people s JOIN stored_people o ON o.key = s.key
    WHERE s.upn <> o.upn
        AND CASE WHEN s.employee_id <> '' AND o.employee_id <> '' THEN s.employee_id <> o.employee_id
            WHEN s.given_name || s.surname || o.given_name || o.surname = ''
            THEN NOT string_to_array(lower(s.display_name), ' ')
                && string_to_array(lower(o.display_name), ' ')
            ELSE s.given_name <> o.given_name AND s.surname <> o.surname END
"""
# Whoever is to have a name that somebody has already who is not in the source any more, or never was. Of two
# whom the source still knows each settles itself, so names may be swapped. A new key is a known person's if
# the employee number is the same (where there is none, the names; where these are not told in parts, the name
# as it is shown): ids are made anew in summer, and user names are handed on to others.
CONFLICTS = """
    SELECT s.key, s.upn, s.file, s.line, p.id AS own, q.key AS holder_key,
        p.id IS NULL AND q.id IS NOT NULL
        AND (NOT %(is_delta)s OR q.vanished_at IS NOT NULL
            OR EXISTS (SELECT FROM staged_gone g WHERE g.kind = 'person' AND g.key = q.key))
        AND CASE WHEN s.employee_id <> '' AND q.employee_id <> '' THEN s.employee_id = q.employee_id
            WHEN s.given_name || s.surname || q.given_name || q.surname = ''
            THEN s.display_name = q.display_name
            ELSE s.given_name = q.given_name AND s.surname = q.surname END AS is_rekeyed
    FROM staged_people s
    LEFT JOIN stored_people p ON p.key = s.key
    JOIN directory_user h ON h.user_principal_name = s.upn
    LEFT JOIN stored_people q ON q.id = h.id
    LEFT JOIN staged_people t ON t.key = q.key
    WHERE (p.id IS NULL OR p.upn <> s.upn) AND t.key IS NULL
"""
# Whoever holds a role that the source did not give, and whose password lives in a directory where they are
# found by user name: by another name somebody else would sign in to their account, and hold it.
HELD_NAMES = """
    SELECT s.key, s.upn, s.file, s.line, o.id AS own, NULL::text AS holder_key, false AS is_rekeyed
    FROM staged_people s JOIN stored_people o ON o.key = s.key
    WHERE %(is_found_by_name)s AND s.upn <> o.upn
        AND NOT EXISTS (SELECT FROM plan_conflicts c WHERE c.key = s.key)
        AND EXISTS (
            SELECT FROM directory_roleassignment r
            LEFT JOIN directory_groupmember m ON m.group_id = r.group_id
            WHERE coalesce(r.user_id, m.user_id) = o.id AND r.source <> %(source)s
                AND (r.ends_at IS NULL OR r.ends_at > now()))
"""
# New and changed people only. An account that a person has disabled stays so; see apply.py, where the same is
# asked once more of the row as it stands then.
PEOPLE = """
    SELECT s.key, coalesce(o.id, gen_random_uuid()) AS id, o.id IS NULL AS is_new,
        c.is_rekeyed IS TRUE AS is_rekeyed, s.upn, s.display_name, s.given_name, s.surname, s.job_title,
        s.department, s.employee_id, s.is_active, s.authority,
        o.upn AS old_upn, o.display_name AS old_display_name, o.given_name AS old_given_name,
        o.surname AS old_surname, o.job_title AS old_job_title, o.department AS old_department,
        o.employee_id AS old_employee_id, o.authority AS old_authority,
        o.upn <> s.upn OR o.display_name <> s.display_name OR o.given_name <> s.given_name
            OR o.surname <> s.surname OR o.job_title <> s.job_title OR o.department <> s.department
            OR o.employee_id <> s.employee_id OR o.authority <> s.authority AS is_changed,
        o.upn <> s.upn OR o.display_name <> s.display_name OR o.given_name <> s.given_name
            OR o.surname <> s.surname OR o.employee_id <> s.employee_id AS is_searched_anew,
        o.authority <> s.authority AS is_moved,
        s.is_active AND NOT o.is_active AND o.disabled_by_source AS is_enabled,
        o.is_active AND NOT s.is_active AS is_disabled
    FROM (
        SELECT s.key, s.is_active, s.display_name, s.given_name, s.surname, s.department, s.employee_id,
            CASE WHEN c.own IS NULL THEN s.upn ELSE o.upn END AS upn,
            CASE WHEN o.id IN (SELECT id FROM staying_here) THEN o.authority
                ELSE %(authority)s::text END AS authority,
            CASE WHEN o.id IS NULL OR %(keeps_jobs)s AND s.job_title <> '' THEN s.job_title
                ELSE o.job_title END AS job_title,
            o.id AS stored
        FROM staged_people s
        LEFT JOIN plan_conflicts c ON c.key = s.key
        LEFT JOIN stored_people o ON o.key = CASE WHEN c.is_rekeyed THEN c.holder_key ELSE s.key END
        WHERE c.key IS NULL OR c.own IS NOT NULL OR c.is_rekeyed
    ) s
    LEFT JOIN plan_conflicts c ON c.key = s.key
    LEFT JOIN stored_people o ON o.id = s.stored
    WHERE o.id IS NULL OR c.is_rekeyed OR o.vanished_at IS NOT NULL OR o.authority <> s.authority
        OR o.upn <> s.upn OR o.display_name <> s.display_name OR o.given_name <> s.given_name
        OR o.surname <> s.surname OR o.job_title <> s.job_title OR o.department <> s.department
        OR o.employee_id <> s.employee_id OR o.is_active AND NOT s.is_active
        OR s.is_active AND o.disabled_by_source
"""
# Global Administrators whose password would go from here, and whom nobody would be left to let in again.
STAYING_HERE = """
    SELECT o.id, o.key, o.upn FROM stored_people o WHERE o.id = ANY(%(ids)s)
"""
TOLD_TO_STAY = """
    SELECT s.file, s.line, o.upn FROM staying_here o JOIN staged_people s ON s.key = o.key ORDER BY 1, 2
"""
# Whoever memberships and roles may be about. Without an id: held back, and all that is theirs with them.
IDS = """
    SELECT s.key,
        CASE WHEN c.key IS NULL OR c.own IS NOT NULL OR c.is_rekeyed THEN coalesce(n.id, o.id) END AS id
    FROM staged_people s
    LEFT JOIN plan_conflicts c ON c.key = s.key
    LEFT JOIN plan_people n ON n.key = s.key
    LEFT JOIN stored_people o ON o.key = s.key
    UNION ALL
    SELECT h.key, NULL FROM handed_on h
    UNION ALL
    SELECT o.key, o.id FROM stored_people o
    WHERE %(is_delta)s AND o.vanished_at IS NULL
        AND NOT EXISTS (SELECT FROM handed_on h WHERE h.key = o.key)
        AND NOT EXISTS (SELECT FROM staged_people s WHERE s.key = o.key)
        AND NOT EXISTS (SELECT FROM staged_gone g WHERE g.kind = 'person' AND g.key = o.key)
"""
VANISHED = """
    SELECT o.id, o.upn, o.display_name, o.is_active FROM stored_people o
    WHERE o.vanished_at IS NULL
        AND NOT EXISTS (SELECT FROM staged_people s WHERE s.key = o.key)
        AND NOT EXISTS (SELECT FROM plan_conflicts c WHERE c.is_rekeyed AND c.holder_key = o.key)
        AND (NOT %(is_delta)s
            OR EXISTS (SELECT FROM staged_gone g WHERE g.kind = 'person' AND g.key = o.key)
            OR EXISTS (SELECT FROM handed_on h WHERE h.key = o.key))
"""
REMOVED = """
    SELECT o.id, o.upn, o.display_name FROM stored_people o
    WHERE o.vanished_at < %(remove_before)s
        AND NOT EXISTS (SELECT FROM staged_people s WHERE s.key = o.key)
        AND NOT EXISTS (SELECT FROM plan_conflicts c WHERE c.is_rekeyed AND c.holder_key = o.key)
"""
STILL_TAKEN = """
    SELECT s.file, s.line, s.upn FROM plan_conflicts c
    JOIN stored_people o ON o.id = c.own
    JOIN staged_people s ON s.upn = o.upn AND s.key <> c.key
    ORDER BY s.file, s.line LIMIT 1001
"""


def plan_people(findings: Findings, **values: Any) -> None:
    """Make the tables of what changes about people; tells whom it holds back, and refuses names still taken.

    `values` are the source's key, is_delta, authority, is_found_by_name, keeps_jobs, remove_before.
    """
    make("stored_people", STORED, source=values["source"])
    if make("handed_on", HANDED_ON):
        run("DELETE FROM staged_people s USING handed_on h WHERE h.key = s.key")
    make("plan_conflicts", CONFLICTS, is_delta=values["is_delta"])
    is_found_by_name = values["is_found_by_name"]
    if make("held_names", HELD_NAMES, source=values["source"], is_found_by_name=is_found_by_name):
        run("INSERT INTO plan_conflicts SELECT * FROM held_names")
    make("staying_here", STAYING_HERE, ids=_staying_here(values["authority"]))
    make("plan_people", PEOPLE, authority=values["authority"], keeps_jobs=values["keeps_jobs"])
    make("plan_person_ids", IDS, is_delta=values["is_delta"])
    make("plan_vanished", VANISHED, is_delta=values["is_delta"])
    make("plan_removed", REMOVED, remove_before=values["remove_before"])
    _tell(findings)


def _staying_here(authority: str) -> list[UUID]:
    """All of those with a password here, or nobody where one of them is not of this source."""
    here = administrators.lasting_here() if authority != LOCAL else set()
    ours = {pk for (pk,) in rows("SELECT id FROM stored_people WHERE id = ANY(%(ids)s)", ids=list(here))}
    return list(here) if here == ours else []


def _tell(findings: Findings) -> None:
    """A name that was to become free may have stayed where it was: that is refused."""
    kept = _("The user name “%(name)s” belongs to somebody else; this person keeps the old one.")
    held = _("The user name “%(name)s” belongs to somebody else; this person is held back.")
    other = _("The id of “%(name)s” was that of “%(before)s”; this person is held back.")
    for file, line, name, before in rows(
        "SELECT file, line, upn, old_upn FROM handed_on ORDER BY file, line"
    ):
        findings.warn(file, line, other, name=name, before=before)
    named = _("Whoever would be “%(name)s” holds a role and keeps the old name: take the role away first.")
    for file, line, name in rows("SELECT file, line, upn FROM held_names ORDER BY file, line"):
        findings.warn(file, line, named, name=name)
    query = """
        SELECT file, line, upn, own IS NULL FROM plan_conflicts
        WHERE NOT is_rekeyed AND key NOT IN (SELECT key FROM held_names) ORDER BY file, line
    """
    for file, line, name, is_new in rows(query):
        findings.warn(file, line, held if is_new else kept, name=name)
    stays = _("The password of “%(name)s” stays here: no other Global Administrator would have one here.")
    for file, line, name in rows(TOLD_TO_STAY):
        findings.warn(file, line, stays, name=name)
    for file, line, name in rows(STILL_TAKEN):
        findings.refuse(file, line, _("The user name “%(name)s” is still taken."), name=name)
