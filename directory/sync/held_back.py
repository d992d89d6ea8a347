"""Whom a run does not take for whom the source does: accounts, and the names that lead to them, stay whose
they are. Compared in the database, written in temporary tables only.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from directory.sync.findings import Finding, Findings, RosterError
from directory.sync.temporary import make, number, rows, run

VALUES = ("source", "is_delta", "is_found_by_name", "changes_held")


def _is_another(old: str) -> str:
    """A condition: `s` is not the person that `o` was, of whom the columns begin so."""
    return f"""
        CASE WHEN s.employee_id <> '' AND o.{old}employee_id <> '' THEN s.employee_id <> o.{old}employee_id
            WHEN s.given_name || s.surname || o.{old}given_name || o.{old}surname = ''
            THEN NOT string_to_array(lower(s.display_name), ' ')
                && string_to_array(lower(o.{old}display_name), ' ')
            ELSE s.given_name <> o.{old}given_name AND s.surname <> o.{old}surname END
    """


# An id that was somebody else's: neither the user name nor the employee number (where there is none, neither
# of the names; where these are not told in parts, no word of the name that is shown) is the same. An account
# must not become another's, who would sign in with its password. Whose id it was is gone, unless they come
# under another one; who has it now is held back. So is who has id and user name of somebody who was gone.
HANDED_ON = f"""
    SELECT s.key, s.file, s.line, s.upn, o.upn AS old_upn
    FROM staged_people s JOIN stored_people o ON o.key = s.key
    WHERE (s.upn <> o.upn OR o.vanished_at IS NOT NULL) AND {_is_another("")}
"""  # noqa: S608
# Whoever is to have a name that somebody has already who is not in the source any more, or never was, or whom
# a person has disabled. Of two others whom the source still knows each settles itself, so names may be
# swapped. A new key is a known person's if the employee number is the same (where there is none, the names;
# where these are not told in parts, the name as it is shown): ids are made anew in summer, and user names are
# handed on to others.
CONFLICTS = """
    SELECT f.key, f.upn, f.file, f.line, f.own, f.holder_key,
        f.own IS NULL AND f.is_gone AND f.is_same AS is_rekeyed,
        CASE WHEN f.is_barred THEN 'barred' WHEN f.is_gone THEN 'gone' ELSE 'taken' END AS why
    FROM (
        SELECT s.key, s.upn, s.file, s.line, p.id AS own, q.key AS holder_key,
            q.is_barred IS TRUE AS is_barred,
            q.id IS NOT NULL AND t.key IS NULL AND (NOT %(is_delta)s OR q.vanished_at IS NOT NULL
                OR EXISTS (SELECT FROM staged_gone g WHERE g.kind = 'person' AND g.key = q.key)) AS is_gone,
            CASE WHEN s.employee_id <> '' AND q.employee_id <> '' THEN s.employee_id = q.employee_id
                WHEN s.given_name || s.surname || q.given_name || q.surname = ''
                THEN s.display_name = q.display_name
                ELSE s.given_name = q.given_name AND s.surname = q.surname END AS is_same
        FROM staged_people s
        LEFT JOIN stored_people p ON p.key = s.key
        JOIN directory_user h ON h.user_principal_name = s.upn
        LEFT JOIN stored_people q ON q.id = h.id
        LEFT JOIN staged_people t ON t.key = q.key
        WHERE (p.id IS NULL OR p.upn <> s.upn) AND (t.key IS NULL OR q.is_barred)
    ) f
"""
# Whom a person has disabled keeps the user name, which would be free for somebody else, and does not come
# back by the number either.
BARRED = """
    SELECT s.key, s.upn, s.file, s.line, o.id AS own, NULL::text AS holder_key, false AS is_rekeyed,
        'keeps' AS why
    FROM staged_people s JOIN stored_people o ON o.key = s.key
    WHERE o.is_barred AND s.upn <> o.upn
    UNION ALL
    SELECT s.key, s.upn, s.file, s.line, NULL, NULL, false, 'number'
    FROM staged_people s LEFT JOIN stored_people p ON p.key = s.key
    WHERE p.id IS NULL AND s.employee_id IN (
        SELECT employee_id FROM stored_people WHERE is_barred AND employee_id <> '')
"""
# Whoever holds a role that the source did not give, or is a guest elsewhere, and whose password lives in a
# directory where they are found by user name: by another name somebody else would sign in to their account.
_HAS_POWER = """
    o.id IN (
        SELECT coalesce(r.user_id, m.user_id) FROM directory_roleassignment r
        LEFT JOIN directory_groupmember m ON m.group_id = r.group_id
        WHERE (r.user_id IS NOT NULL OR m.user_id IS NOT NULL) AND r.source <> %(source)s
            AND (r.ends_at IS NULL OR r.ends_at > now())
        UNION ALL
        SELECT user_id FROM directory_invitation WHERE accepted_at IS NOT NULL)
"""
HELD_NAMES = f"""
    SELECT s.key, s.upn, s.file, s.line, o.id AS own, NULL::text AS holder_key, false AS is_rekeyed,
        'power' AS why
    FROM staged_people s JOIN stored_people o ON o.key = s.key
    WHERE %(is_found_by_name)s AND NOT %(changes_held)s AND s.upn <> o.upn
        AND {_HAS_POWER}
"""  # noqa: S608
MOVED_WITH_POWER = f"""
    SELECT o.id FROM plan_people o WHERE o.is_moved AND {_HAS_POWER}
"""  # noqa: S608
# By a new id a namesake may have come, of whom no number tells another; under the old one somebody whose user
# name was given out anew.
KNOWN_WITH_POWER = f"""
    SELECT o.* FROM plan_people o JOIN plan_people s ON s.id = o.id
    WHERE NOT o.is_new AND {_HAS_POWER} AND ({_is_another("old_")}
        OR o.is_rekeyed AND (o.employee_id = '' OR o.old_employee_id = ''))
"""  # noqa: S608
GIVEN_MEANWHILE = f"""
    SELECT count(*) FROM plan_people o WHERE o.upn <> o.old_upn AND {_HAS_POWER}
"""  # noqa: S608
_ADD = """
    INSERT INTO plan_conflicts SELECT n.* FROM {table} n LEFT JOIN plan_conflicts c ON c.key = n.key
    WHERE c.key IS NULL
"""
# A name that was to become free, and stays where it was.
STILL_TAKEN = """
    SELECT s.file, s.line, s.upn FROM plan_conflicts c
    JOIN stored_people o ON o.id = c.own
    JOIN staged_people s ON s.upn = o.upn AND s.key <> c.key
    LEFT JOIN plan_conflicts k ON k.key = s.key AND NOT k.is_rekeyed
    WHERE k.key IS NULL
    ORDER BY s.file, s.line LIMIT 1001
"""
# What is said of whoever is new here, and of whoever has an account.
SAID = {
    ("taken", True): gettext_noop(
        "The user name “%(name)s” belongs to somebody else; this person is held back."
    ),
    ("taken", False): gettext_noop(
        "The user name “%(name)s” belongs to somebody else; this person keeps the old one."
    ),
    ("gone", True): gettext_noop(
        "The user name “%(name)s” belongs to somebody else, who is gone from the source and disabled; this "
        "person is held back until that account is removed."
    ),
    ("gone", False): gettext_noop(
        "The user name “%(name)s” belongs to somebody else, who is gone from the source and disabled; this "
        "person keeps the old one until that account is removed."
    ),
    ("barred", True): gettext_noop(
        "The user name “%(name)s” is that of an account that a person has disabled; whoever has it now is "
        "held back until that account is enabled or removed."
    ),
    ("barred", False): gettext_noop(
        "The user name “%(name)s” is that of an account that a person has disabled; whoever has it now keeps "
        "the old one."
    ),
    ("keeps", False): gettext_noop(
        "Whoever would be “%(name)s” was disabled by a person, and keeps the old user name."
    ),
    ("number", True): gettext_noop(
        "The employee number of “%(name)s” is that of an account that a person has disabled; this person is "
        "held back until that account is enabled or removed."
    ),
    ("power", False): gettext_noop(
        "Whoever would be “%(name)s” holds a role and keeps the old name, until a dry run that says so is "
        "confirmed."
    ),
}
HELD = """
    SELECT file, line, upn, why, own IS NULL FROM plan_conflicts WHERE NOT is_rekeyed ORDER BY file, line
"""
TOLD_HANDED_ON = """
    SELECT h.file, h.line, h.upn, h.old_upn, v.id IS NOT NULL FROM handed_on h
    JOIN stored_people o ON o.key = h.key LEFT JOIN plan_vanished v ON v.id = o.id ORDER BY h.file, h.line
"""


# Where people may write their own user name, one may write another's: whoever had it has it still.
TAKEN_TWICE = """
    UPDATE staged_people s SET upn = o.user_principal_name
    FROM directory_user o, staged_people t, directory_user h
    WHERE o.source = %(source)s AND o.source_id = s.key AND o.user_principal_name <> s.upn
        AND t.upn = s.upn AND t.key <> s.key
        AND h.source = %(source)s AND h.source_id = t.key AND h.user_principal_name = t.upn
    RETURNING s.file, s.line, t.upn
"""


def keep_names(findings: Findings, source: str) -> None:
    """Let who is known, and would be called like another who is known by that name, keep their own."""
    for file, line, name in rows(TAKEN_TWICE, source=source):
        findings.warn(file, line, _(SAID["taken", False]), name=name)


def plan(*, source: str, is_delta: bool, is_found_by_name: bool, changes_held: bool) -> None:
    """Make the tables `handed_on` and `plan_conflicts`; one who is handed on is staged no more."""
    if make("handed_on", HANDED_ON):
        run("DELETE FROM staged_people s USING handed_on h WHERE h.key = s.key")
    make("plan_conflicts", CONFLICTS, is_delta=is_delta)
    named: dict[str, Any] = {"is_found_by_name": is_found_by_name, "changes_held": changes_held}
    if make("barred", BARRED):
        run(_ADD.format(table="barred"))
    if make("held_names", HELD_NAMES, source=source, **named):
        run("DELETE FROM held_names n USING plan_conflicts c WHERE c.key = n.key")
        run(_ADD.format(table="held_names"))


def plan_with_power(source: str) -> None:
    """Make the tables of those with power whose password lives elsewhere from now on, where whoever knows the
    one of that name gets in as them; and of those who may be somebody else than they were.
    """
    make("moved_with_power", MOVED_WITH_POWER, source=source)
    make("known_with_power", KNOWN_WITH_POWER, source=source)


def refuse_power_given_meanwhile(source: str) -> None:
    """Raise RosterError if somebody who is called otherwise got a role since the comparison, where names that
    lead to power are held back; for whoever keeps others from giving one now.
    """
    if number(GIVEN_MEANWHILE, source=source):
        raise RosterError([Finding("", 0, _("Somebody changed the same rows at this moment. Run it again."))])


def tell(findings: Findings) -> None:
    """Tell all of it, when the plan of people is made; refuse a name that was to become free and does not."""
    other = _("The id of “%(name)s” was that of “%(before)s”; this person is held back.")
    disabled = _(
        "The id of “%(name)s” was that of “%(before)s”; this person is held back, and that account disabled."
    )
    for file, line, name, before, is_gone in rows(TOLD_HANDED_ON):
        findings.warn(file, line, disabled if is_gone else other, name=name, before=before)
    for file, line, name, why, is_new in rows(HELD):
        findings.warn(file, line, _(SAID[why, is_new]), name=name)
    for file, line, name in rows(STILL_TAKEN):
        findings.refuse(file, line, _("The user name “%(name)s” is still taken."), name=name)
