"""Temporary tables, in which facts are laid beside what is stored; they are this session's alone.

No wall stands around them, so they are made inside the scope whose rows they hold, and dropped with it.
"""

from __future__ import annotations

from typing import Any

from django.db import connection


def run(statement: str, **values: Any) -> int:
    """Do a statement; the number of rows that it made or changed."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.rowcount


def rows(statement: str, **values: Any) -> list[tuple]:
    """All rows of a question that has few."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall()


def number(statement: str, **values: Any) -> int:
    """The one number that a question is answered with."""
    return rows(statement, **values)[0][0]


def make(table: str, query: str, **values: Any) -> int:
    """Make a temporary table of what a query finds; the number of its rows.

    It is analysed: without that PostgreSQL takes it for small, and looks things up one by one.
    """
    made = run(f"CREATE TEMP TABLE {table} AS {query}", **values)
    analyse(table)
    return made


# Of wide tables those columns that others are compared with: the rest would take most of the time.
_COMPARED = {
    "staged_people": "(key, upn)",
    "stored_people": "(id, key, upn)",
    "plan_people": "(id, key, is_new)",
}


def analyse(*tables: str) -> None:
    """Let the planner know what is in these tables."""
    for table in tables:
        run(f"ANALYZE pg_temp.{table} {_COMPARED.get(table, '')}")


def forget() -> None:
    """Drop all of them."""
    run("DISCARD TEMP")
