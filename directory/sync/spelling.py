"""How names are sorted and found: Python's work, done for those only whose names are new."""

from __future__ import annotations

from django.db import connection

from directory.sync import temporary
from tenants.words import normalise, words_of

AT_ONCE = 2000  # people in memory
_ASKED = """
    SELECT id, display_name, given_name, surname, upn, employee_id
    FROM plan_people WHERE is_new OR is_searched_anew
"""


def spell() -> None:
    """Make the tables of names to sort by, and of words, of everybody who is new or called otherwise now."""
    temporary.run('CREATE TEMP TABLE sort_names (id uuid, sort_name text COLLATE "C")')
    temporary.run('CREATE TEMP TABLE new_words (user_id uuid, word text COLLATE "C")')
    with connection.chunked_cursor() as asked:
        asked.execute(_ASKED)
        while people := asked.fetchmany(AT_ONCE):
            _copy("sort_names", [f"{pk}\t{_escaped(normalise(name)[:256])}" for pk, name, *_rest in people])
            _copy(
                "new_words",
                [f"{pk}\t{_escaped(word)}" for pk, *texts in people for word in words_of(*texts)],
            )
    temporary.analyse("sort_names", "new_words")


def _copy(table: str, lines: list[str]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY pg_temp.{table} FROM STDIN") as copy:
        copy.write("\n".join([*lines, ""]))


def _escaped(text: str) -> str:
    """Names hold no tabs and line ends; a backslash would begin something."""
    return text.replace("\\", "\\\\") if "\\" in text else text
