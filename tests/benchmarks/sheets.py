"""Rows on their way into PostgreSQL: text for COPY, the columns taken from the models.

As the cluster's superuser, who stands above the wall: COPY into a walled table is refused to everyone else.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from psycopg import Connection

NULL = "\\N"
AT_ONCE = 20_000  # lines of one COPY at most


class Sheet:
    """Rows of one table, as lines. Texts must not hold tabs, line ends or backslashes."""

    def __init__(self, model: type[models.Model]) -> None:
        self.table = model._meta.db_table
        fields = [f for f in model._meta.concrete_fields if not isinstance(f, models.AutoField)]
        self.columns = [(field.column, _default(field)) for field in fields]
        self.lines: list[str] = []

    def add(self, **values: str) -> None:
        """Add a row; what is not said is what the model would set."""
        self.lines.append("\t".join([values.get(column, default) for column, default in self.columns]))

    def write(self, connection: Connection) -> None:
        """Copy all rows into the table and start anew."""
        columns = ", ".join(f'"{column}"' for column, _default in self.columns)
        with connection.cursor().copy(f'COPY "{self.table}" ({columns}) FROM STDIN') as copy:
            for start in range(0, len(self.lines), AT_ONCE):
                copy.write("\n".join(self.lines[start : start + AT_ONCE]) + "\n")
        self.lines.clear()


def _default(field: models.Field) -> str:
    if field.name == "tenant" or field.primary_key:
        return ""  # no uuid: a row that forgets it is refused
    if isinstance(field, models.DateTimeField) and not field.null:
        return "now"
    return text(field.get_default())


def text(value: Any) -> str:
    """A value as COPY reads it."""
    if value is None:
        return NULL
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
