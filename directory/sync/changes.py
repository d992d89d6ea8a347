"""The kinds of changes of a run: how many there are, and what a person reads of them."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext_noop

from directory.models import LOCAL, Run
from directory.sync import temporary

STORED = 20_000  # names of one kind: nobody reads further, and writing them takes its time
AT_ONCE = 1000  # names in one row

_PERSON = "c.display_name || ' (' || c.upn || ')'"
_FIELDS = (
    "upn", "display_name", "given_name", "surname", "job_title", "department", "employee_id",
)  # fmt: skip


def _lives(column: str) -> str:
    """Where a password is kept, as people call it."""
    name = f"(SELECT d.name FROM directory_connecteddirectory d WHERE d.key = c.{column})"  # noqa: S608
    return f"CASE c.{column} WHEN '{LOCAL}' THEN 'here' ELSE '“' || coalesce({name}, c.{column}) || '”' END"


_MOVES = f"{_lives('old_authority')} || ' → ' || {_lives('authority')}"
_SAID = ", ".join(
    f"CASE WHEN c.{name} <> c.old_{name} THEN '{said}: ' || c.old_{name} || ' → ' || c.{name} END"
    for name, said in zip(
        _FIELDS,
        (
            "user name",
            "name",
            "first name",
            "last name",
            "job",
            "department",
            "employee number",
        ),
        strict=True,
    )
)
_SAID += f", CASE WHEN c.is_moved THEN 'password kept: ' || {_MOVES} END"
_RENAMED = "CASE WHEN c.old_name = c.name THEN c.name ELSE c.old_name || ' → ' || c.name END"
# People and locations that this run has made are not where the others are, as long as it only compares.
USER = (
    " LEFT JOIN directory_user u ON u.id = c.user_id LEFT JOIN plan_people n ON n.id = c.user_id AND n.is_new"
)
UNIT = (
    " LEFT JOIN directory_administrativeunit a ON a.id = c.unit_id"
    " LEFT JOIN directory_administrativeunit over_a ON over_a.id = a.parent_id"
    " LEFT JOIN plan_units b ON b.id = c.unit_id AND b.is_new"
    " LEFT JOIN staged_units over_b ON over_b.key = b.parent"
)
GROUP = (
    " LEFT JOIN directory_group g ON g.id = c.group_id"
    " LEFT JOIN plan_groups h ON h.id = c.group_id AND h.is_new"
)
_WHO = (
    "coalesce(u.display_name || ' (' || u.user_principal_name || ')', n.display_name || ' (' || n.upn || ')')"
)
_WHERE = "coalesce(over_a.name || ' › ', over_b.name || ' › ', '') || coalesce(a.name, b.name)"
_WHICH = "coalesce(g.name, h.name)"
_DATES = "".join(
    f" || coalesce(', {word} ' || to_char(c.{column} AT TIME ZONE '{settings.TIME_ZONE}', 'YYYY-MM-DD'), '')"
    for word, column in (("from", "starts_at"), ("until", "ends_at"))
)
_GRANT = f"coalesce({_WHO}, {_WHICH}) || ': ' || c.role || ', ' || {_WHERE}{_DATES}"


@dataclass(frozen=True)
class Kind:
    """One kind of change: the temporary table it stands in, and what is said of a row."""

    word: str
    table: str
    said: str
    only: str = "true"
    joins: str = ""

    def count(self) -> int:
        return temporary.number(f"SELECT count(*) FROM {self.table} c WHERE {self.only}")  # noqa: S608

    def names(self) -> str:
        """The question for what is said of each, those first whose names come first."""
        some = f"(SELECT * FROM {self.table} c WHERE {self.only} LIMIT {STORED})"  # noqa: S608
        return f"SELECT {self.said} AS name FROM {some} c{self.joins}"  # noqa: S608


UNITS_ADDED = Kind(gettext_noop("locations added"), "plan_units", "c.name", "c.is_new")
UNITS_CHANGED = Kind(gettext_noop("locations changed"), "plan_units", _RENAMED, "NOT c.is_new")
UNITS_REMOVED = Kind(gettext_noop("locations removed"), "removed_units", "c.name")
GROUPS_ADDED = Kind(gettext_noop("groups added"), "plan_groups", "c.name", "c.is_new")
GROUPS_CHANGED = Kind(gettext_noop("groups changed"), "plan_groups", _RENAMED, "NOT c.is_new")
GROUPS_REMOVED = Kind(gettext_noop("groups removed"), "removed_groups", "c.name")
ADDED = Kind(gettext_noop("people added"), "plan_people", _PERSON, "c.is_new")
CHANGED = Kind(
    gettext_noop("people changed"),
    "plan_people",
    f"c.old_upn || '; ' || concat_ws('; ', {_SAID})",
    "c.is_changed",
)
_OLD = "c.old_display_name || ' (' || c.old_upn || ')'"
_POWER = "CASE WHEN c.id IN (SELECT id FROM moved_with_power) THEN '; holds a role' ELSE '' END"
RENAMED = Kind(
    gettext_noop("user names changed"), "plan_people", f"{_OLD} || ' → ' || c.upn", "c.upn <> c.old_upn"
)
HELD = Kind(
    gettext_noop("user names held back"),
    "held_names",
    "o.display_name || ' (' || o.upn || ') → ' || c.upn",
    joins=" JOIN stored_people o ON o.id = c.own",
)
MOVED = Kind(
    gettext_noop("passwords that move"),
    "plan_people",
    f"{_PERSON} || ': kept ' || {_MOVES} || {_POWER}",
    "c.is_moved",
)
REKEYED = Kind(gettext_noop("people with a new id"), "plan_people", _PERSON, "c.is_rekeyed")
OTHERWISE = Kind(
    gettext_noop("managers known otherwise"),
    "known_with_power",
    f"{_OLD} || ' → ' || {_PERSON} || CASE WHEN c.is_rekeyed THEN ', ' || c.key ELSE '' END",
)
ENABLED = Kind(gettext_noop("people enabled"), "plan_people", _PERSON, "c.is_enabled")
DISABLED = Kind(gettext_noop("people disabled"), "plan_disabled", _PERSON)
GONE = Kind(gettext_noop("people gone from the source"), "plan_vanished", _PERSON)
REMOVED = Kind(gettext_noop("people removed"), "plan_removed", _PERSON)
MEMBERS_ADDED = Kind(
    gettext_noop("memberships added"), "new_members", f"{_WHO} || ' → ' || {_WHERE}", joins=USER + UNIT
)
MEMBERS_REMOVED = Kind(
    gettext_noop("memberships removed"), "gone_members", f"{_WHO} || ' → ' || {_WHERE}", joins=USER + UNIT
)
GROUP_MEMBERS_ADDED = Kind(
    gettext_noop("group members added"),
    "new_group_members",
    f"{_WHO} || ' → ' || {_WHICH}",
    joins=USER + GROUP,
)
GROUP_MEMBERS_REMOVED = Kind(
    gettext_noop("group members removed"),
    "gone_group_members",
    f"{_WHO} || ' → ' || {_WHICH}",
    joins=USER + GROUP,
)
GRANTS_ADDED = Kind(gettext_noop("role assignments added"), "new_grants", _GRANT, joins=USER + UNIT + GROUP)
# Of those added: a roster that comes too early takes today's roles away for them.
GRANTS_LATER = Kind(
    gettext_noop("roles that begin later"),
    "new_grants",
    _GRANT,
    "c.starts_at > now()",
    USER + UNIT + GROUP,
)
GRANTS_REMOVED = Kind(
    gettext_noop("role assignments removed"), "gone_grants", _GRANT, joins=USER + UNIT + GROUP
)
KINDS = (
    UNITS_ADDED, UNITS_CHANGED, UNITS_REMOVED, GROUPS_ADDED, GROUPS_CHANGED, GROUPS_REMOVED,
    ADDED, CHANGED, RENAMED, HELD, MOVED, REKEYED, OTHERWISE, ENABLED, DISABLED, GONE, REMOVED,
    MEMBERS_ADDED, MEMBERS_REMOVED, GROUP_MEMBERS_ADDED, GROUP_MEMBERS_REMOVED, GRANTS_ADDED, GRANTS_LATER,
    GRANTS_REMOVED,
)  # fmt: skip


_KEEP = f"""
    WITH told AS ({{names}}),
        numbered AS (SELECT name, (row_number() OVER (ORDER BY name) - 1) / {AT_ONCE} AS part FROM told)
    INSERT INTO directory_runchange (run_id, position, kind, names)
    SELECT %(run)s::uuid, %(position)s::int + part, %(kind)s, jsonb_agg(name ORDER BY name)
    FROM numbered GROUP BY part
"""  # noqa: S608


def keep(run: Run, counts: dict[str, int]) -> None:
    """Keep what the run changes, or would, in words; so many in a row as a page shows."""
    position = 0
    for kind in KINDS:
        if counts[kind.word]:
            position += temporary.run(
                _KEEP.format(names=kind.names()), run=str(run.pk), position=position, kind=kind.word
            )
