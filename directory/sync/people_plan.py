"""What becomes of people: compared in the database, written nowhere but in temporary tables."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from directory import administrators
from directory.models import LOCAL
from directory.sync import held_back
from directory.sync.findings import Findings
from directory.sync.temporary import make, number, rows

STORED = """
    SELECT id, source_id AS key, user_principal_name AS upn, display_name, given_name, surname, job_title,
        department, employee_id, is_active, disabled_by_source, vanished_at, authority,
        NOT is_active AND NOT disabled_by_source AS is_barred
    FROM directory_user WHERE source = %(source)s
"""
# New and changed people only. An account that a person has disabled stays so; see apply.py, where the same is
# asked once more of the row as it stands then.
PEOPLE = """
    SELECT s.key, coalesce(o.id, gen_random_uuid()) AS id, o.id IS NULL AS is_new,
        c.is_rekeyed IS TRUE AS is_rekeyed, s.upn, s.display_name, s.given_name, s.surname, s.job_title,
        s.department, s.employee_id, s.is_active, s.authority,
        o.key AS old_key, o.upn AS old_upn, o.display_name AS old_display_name,
        o.given_name AS old_given_name, o.surname AS old_surname, o.job_title AS old_job_title,
        o.department AS old_department, o.employee_id AS old_employee_id, o.authority AS old_authority,
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
DUE_AND_BARRED = """
    SELECT count(*) FROM stored_people o WHERE o.vanished_at < %(remove_before)s AND o.is_barred
        AND NOT EXISTS (SELECT FROM staged_people s WHERE s.key = o.key)
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
# Not whom a person has disabled: the user name would be free, and the next one of that name be let in.
REMOVED = """
    SELECT o.id, o.upn, o.display_name FROM stored_people o
    WHERE o.vanished_at < %(remove_before)s AND NOT o.is_barred
        AND NOT EXISTS (SELECT FROM staged_people s WHERE s.key = o.key)
        AND NOT EXISTS (SELECT FROM plan_conflicts c WHERE c.is_rekeyed AND c.holder_key = o.key)
"""


def plan_people(findings: Findings, **values: Any) -> None:
    """Make the tables of what changes about people; tells whom it holds back, and refuses names still taken.

    `values` are the source's key, is_delta, authority, is_found_by_name, keeps_jobs, remove_before, and
    changes_held: whether somebody wants names changed that are held back otherwise.
    """
    make("stored_people", STORED, source=values["source"])
    held_back.plan(**{name: values[name] for name in held_back.VALUES})
    make("staying_here", STAYING_HERE, ids=_staying_here(values["authority"]))
    make("plan_people", PEOPLE, authority=values["authority"], keeps_jobs=values["keeps_jobs"])
    held_back.plan_with_power(values["source"])
    make("plan_person_ids", IDS, is_delta=values["is_delta"])
    make("plan_vanished", VANISHED, is_delta=values["is_delta"])
    make("plan_removed", REMOVED, remove_before=values["remove_before"])
    held_back.tell(findings)
    _tell(findings, values["remove_before"])


def _tell(findings: Findings, remove_before: datetime) -> None:
    stays = _("The password of “%(name)s” stays here: no other Global Administrator would have one here.")
    for file, line, name in rows(TOLD_TO_STAY):
        findings.warn(file, line, stays, name=name)
    if due := number(DUE_AND_BARRED, remove_before=remove_before):
        said = _("Of those who vanished %(count)d were disabled by a person: only a person removes them.")
        findings.warn("", 0, said, count=due)


def _staying_here(authority: str) -> list[UUID]:
    """All of those with a password here, or nobody where one of them is not of this source."""
    here = administrators.lasting_here() if authority != LOCAL else set()
    ours = {pk for (pk,) in rows("SELECT id FROM stored_people WHERE id = ANY(%(ids)s)", ids=list(here))}
    return list(here) if here == ours else []
