"""Rows that count: made when first asked for, and held while somebody counts on them."""

from __future__ import annotations

from typing import Any

from django.db import models


class HeldManager(models.Manager):
    """For models with a unique constraint on the tenant and a key."""

    def hold(self, **key: Any) -> Any:
        """The row with this key, for one transaction at a time; call it inside one."""
        while True:
            self.bulk_create([self.model(**key)], ignore_conflicts=True)
            # Somebody may have deleted it between the two.
            if row := self.select_for_update().filter(**key).first():
                return row
