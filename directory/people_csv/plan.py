"""What an import is to do, row by row."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext as _

from directory import administration, verbs
from directory.models import User
from directory.models.users import SEARCHED
from directory.people_csv.columns import COLUMNS, EMAIL, ENABLED, PHONE, Column
from directory.verbs import Action

ADDED, CHANGED, SAME, REFUSED = "added", "changed", "same", "refused"

# What setting, changing and removing it are called.
METHOD_DEEDS = {
    EMAIL: (administration.ADD_EMAIL, administration.CHANGE_EMAIL, administration.REMOVE_EMAIL),
    PHONE: (verbs.ADD_PHONE, verbs.CHANGE_PHONE, verbs.REMOVE_PHONE),
}


@dataclass(frozen=True)
class Change:
    """One value of one person, '' for none; phone numbers are E.164."""

    field: str
    old: Any
    new: Any

    @property
    def column(self) -> Column:
        return COLUMNS[self.field]

    @property
    def before(self) -> str:
        """The old value, to read."""
        return _shown(self.old)

    @property
    def after(self) -> str:
        """The new value, to read."""
        return _shown(self.new)

    @property
    def deed(self) -> Action:
        """The deed that this would be if it were done by itself to somebody who is there."""
        if self.field in METHOD_DEEDS:
            add, change, remove = METHOD_DEEDS[self.field]
            return remove if not self.new else change if self.old else add
        if self.field == ENABLED:
            return administration.ENABLE_ACCOUNT if self.new else administration.DISABLE_ACCOUNT
        return administration.UPDATE_USER


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return value or "–"


@dataclass
class Step:
    """What becomes of one row: the person (not saved yet if new), what changes, or why it is refused."""

    line: int
    user_name: str
    person: User | None = None
    is_new: bool = False
    changes: list[Change] = field(default_factory=list)
    problem: str = ""

    @property
    def kind(self) -> str:
        if self.problem:
            return REFUSED
        return ADDED if self.is_new else CHANGED if self.changes else SAME

    @property
    def by_themselves(self) -> list[Change]:
        """The changes that are deeds of their own; of a new person those that come after they are there."""
        if self.is_new:
            return [change for change in self.changes if change.field in METHOD_DEEDS]
        return self.changes

    @property
    def deeds(self) -> dict[str, Action]:
        """The deeds whose reach has to be asked, by their words."""
        return {change.deed.word: change.deed for change in self.by_themselves}

    @property
    def is_searched_anew(self) -> bool:
        return any(change.field in SEARCHED for change in self.changes)

    @property
    def hash(self) -> str:
        """The same for the same person and the same old and new values."""
        key = None if self.is_new or not self.person else str(self.person.pk)
        said = [self.kind, key, [[one.field, one.old, one.new] for one in self.changes]]
        return sha256(json.dumps(said).encode()).hexdigest()[:32]


@dataclass
class Plan:
    """All rows, in the file's order."""

    steps: list[Step]

    def of(self, kind: str) -> list[Step]:
        return [step for step in self.steps if step.kind == kind]

    @property
    def added(self) -> list[Step]:
        return self.of(ADDED)

    @property
    def changed(self) -> list[Step]:
        return self.of(CHANGED)

    @property
    def refused(self) -> list[Step]:
        return self.of(REFUSED)

    @property
    def changes_something(self) -> bool:
        return any(step.kind in (ADDED, CHANGED) for step in self.steps)

    @property
    def hashes(self) -> list[str]:
        return [step.hash for step in self.steps]

    def refuse_unseen(self, seen: Iterable[str]) -> None:
        """Refuse every row that would do anything else than was seen in the preview."""
        hashes = list(seen) or [""] * len(self.steps)
        for step, shown in zip(self.steps, hashes, strict=True):
            if not step.problem and step.hash != shown:
                step.problem = _("This changed meanwhile: look at the preview again.")

    def counts(self) -> dict[str, int]:
        return {kind: len(self.of(kind)) for kind in (ADDED, CHANGED, SAME)}
