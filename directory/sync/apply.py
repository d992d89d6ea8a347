"""Writes a plan: one transaction, in bulk, what goes before what comes.

What a row is now counts, not what it was when it was compared: somebody may have changed it meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import models
from django.utils import timezone

from directory.models import AdministrativeUnit, Group, Source, User
from directory.sync import spelling
from directory.sync.member_plan import CLOSED_GROUPS
from directory.sync.temporary import rows, run

REMOVED_AT_ONCE = 200  # people with all that hangs on them


def apply(
    source: Source, *, password_hash: str | None = None, tell: Callable[[int, int], None] = lambda n, of: None
) -> None:
    """Write what lies in the temporary tables of a plan; stand inside a transaction.

    New people get this one hash, or no password. `tell` hears how many of how many steps are done.
    """
    writer = _Writer(source, password_hash)
    steps = (
        writer.remove_memberships, writer.write_units, writer.change_groups, spelling.spell,
        writer.change_people, writer.add_people, writer.write_words, writer.add_memberships,
        writer.remove_leftovers, writer.remove_people,
    )  # fmt: skip
    for done, step in enumerate(steps):
        tell(done, len(steps))
        step()


class _Writer:
    def __init__(self, source: Source, password_hash: str | None) -> None:
        self.source, self.now = source.key, timezone.now()
        self.password_hash = password_hash if source.authority is None else None

    def remove_memberships(self) -> None:
        for table, gone in (
            ("directory_unitmembership", "gone_members"),
            ("directory_groupmember", "gone_group_members"),
            ("directory_roleassignment", "gone_grants"),
        ):
            run(f"DELETE FROM {table} t USING {gone} g WHERE t.id = g.id")  # noqa: S608

    def write_units(self) -> None:
        _insert(
            AdministrativeUnit,
            """
            SELECT {columns} FROM plan_units n JOIN plan_tree t ON t.id = n.id WHERE n.is_new ORDER BY t.path
            """,
            {
                "id": "n.id",
                "name": "n.name",
                "kind": "n.kind",
                "parent_id": "t.parent_id",
                "path": "t.path",
                "source": "%(source)s",
                "source_id": "n.key",
            },
            source=self.source,
        )
        run(
            """
            UPDATE directory_administrativeunit u SET name = n.name, kind = n.kind
            FROM plan_units n WHERE u.id = n.id AND NOT n.is_new
            """
        )
        run(
            """
            UPDATE directory_administrativeunit u SET parent_id = t.parent_id, path = t.path
            FROM plan_tree t WHERE u.id = t.id AND t.path <> t.old_path
            """
        )

    def change_groups(self) -> None:
        """Names may be swapped, and no two groups may share one even for a moment, nor with one that goes."""
        run("UPDATE directory_group g SET name = '~' || g.id FROM removed_groups r WHERE g.id = r.id")
        run("UPDATE directory_group g SET name = '~' || g.id FROM plan_groups n WHERE g.id = n.id")
        run(
            """
            UPDATE directory_group g SET name = n.name, source_id = n.key
            FROM plan_groups n WHERE g.id = n.id AND NOT n.is_new
            """
        )
        _insert(
            Group,
            "SELECT {columns} FROM plan_groups n WHERE n.is_new",
            {
                "id": "n.id",
                "name": "n.name",
                "is_role_assignable": "n.is_role_assignable",
                "source": "%(source)s",
                "source_id": "n.key",
            },
            source=self.source,
        )

    def change_people(self) -> None:
        """First those who go; then names, of which no two people may share one even for a moment."""
        run(
            """
            UPDATE directory_user u SET vanished_at = %(now)s::timestamptz, is_active = false,
                disabled_by_source = u.is_active OR u.disabled_by_source,
                sessions_valid_from = CASE WHEN u.is_active THEN %(now)s::timestamptz
                    ELSE u.sessions_valid_from END
            FROM plan_vanished g WHERE u.id = g.id
            """,
            now=self.now,
        )
        run(
            """
            UPDATE directory_user u SET user_principal_name = '~' || u.id, source_id = n.key
            FROM plan_people n WHERE u.id = n.id AND (n.is_rekeyed OR n.upn <> n.old_upn)
            """
        )
        run(_CHANGE_PEOPLE, now=self.now, unusable=UNUSABLE_PASSWORD_PREFIX)

    def add_people(self) -> None:
        password = "%(password)s" if self.password_hash else f"'{UNUSABLE_PASSWORD_PREFIX}' || {_RANDOM}"
        _insert(
            User,
            "SELECT {columns} FROM plan_people n JOIN sort_names s ON s.id = n.id WHERE n.is_new",
            {
                "id": "n.id",
                "password": password,
                "user_principal_name": "n.upn",
                "sort_name": "s.sort_name",
                "disabled_by_source": "NOT n.is_active",
                "authority": "n.authority",
                "source": "%(source)s",
                "source_id": "n.key",
            }
            | {name: f"n.{name}" for name in _COPIED},
            source=self.source,
            **({"password": self.password_hash} if self.password_hash else {}),
        )

    def write_words(self) -> None:
        run(
            """
            DELETE FROM directory_searchword w USING plan_people n
            WHERE w.user_id = n.id AND n.is_searched_anew
            """
        )
        run(
            "INSERT INTO directory_searchword (user_id, word) "
            "SELECT user_id, word FROM new_words ORDER BY word"
        )

    def add_memberships(self) -> None:
        run(
            "INSERT INTO directory_unitmembership (unit_id, user_id, source) "
            "SELECT unit_id, user_id, %(source)s FROM new_members ORDER BY unit_id, user_id",
            source=self.source,
        )
        run(
            # One may have got a role over everything since they were compared.
            "INSERT INTO directory_groupmember (group_id, user_id, source) "  # noqa: S608
            "SELECT group_id, user_id, %(source)s FROM new_group_members "
            f"WHERE group_id NOT IN ({CLOSED_GROUPS})",
            source=self.source,
        )
        run(
            "INSERT INTO directory_roleassignment "
            "(unit_id, role, user_id, group_id, starts_at, ends_at, source) "
            "SELECT unit_id, role, user_id, group_id, starts_at, ends_at, %(source)s FROM new_grants",
            source=self.source,
        )

    def remove_leftovers(self) -> None:
        run("DELETE FROM directory_administrativeunit u USING removed_units g WHERE u.id = g.id")
        run("DELETE FROM directory_group u USING removed_groups g WHERE u.id = g.id")

    def remove_people(self) -> None:
        """By the models, which know all that hangs on a person."""
        gone = [pk for (pk,) in rows("SELECT id FROM plan_removed")]
        for start in range(0, len(gone), REMOVED_AT_ONCE):
            User.objects.filter(pk__in=gone[start : start + REMOVED_AT_ONCE]).delete()


_COPIED = ("display_name", "given_name", "surname", "job_title", "department", "employee_id", "is_active")
_RANDOM = "replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')"
# Disabled by hand stays disabled, and keeps the user name. Where the password lives elsewhere from now on,
# none is left here.
_CHANGE_PEOPLE = f"""
    UPDATE directory_user u SET display_name = n.display_name,
        given_name = n.given_name, surname = n.surname, job_title = n.job_title, department = n.department,
        employee_id = n.employee_id, vanished_at = NULL, authority = n.authority,
        sort_name = coalesce(s.sort_name, u.sort_name),
        user_principal_name = CASE WHEN u.is_active OR u.disabled_by_source THEN n.upn ELSE n.old_upn END,
        is_active = n.is_active AND (u.is_active OR u.disabled_by_source),
        disabled_by_source = NOT n.is_active AND (u.is_active OR u.disabled_by_source),
        sessions_valid_from = CASE WHEN u.is_active AND NOT n.is_active OR u.authority <> n.authority
            THEN %(now)s::timestamptz ELSE u.sessions_valid_from END,
        password = CASE WHEN u.authority <> n.authority THEN %(unusable)s::text || {_RANDOM}
            ELSE u.password END
    FROM plan_people n LEFT JOIN sort_names s ON s.id = n.id
    WHERE u.id = n.id AND NOT n.is_new
"""  # noqa: S608


def _insert(model: type[models.Model], query: str, columns: dict[str, str], **values: object) -> None:
    """Insert what a query finds; columns that are not named get what the model would set."""
    own = {field.column: field for field in model._meta.concrete_fields}
    rest = {name: _default(field) for name, field in own.items() if name not in columns | {"tenant_id": ""}}
    said = {name: value for name, value in rest.items() if value is not None}
    said_as = columns | {name: f"%(default_{name})s" for name in said}
    run(
        f"INSERT INTO {model._meta.db_table} ({', '.join(said_as)}) "  # noqa: S608
        + query.format(columns=", ".join(said_as.values())),
        **values,
        **{f"default_{name}": value for name, value in said.items()},
    )


def _default(field: models.Field) -> str | bool | int | datetime | None:
    """What the model would set; None for what the database leaves empty or numbers itself."""
    return None if isinstance(field, models.AutoField) else field.get_default()
