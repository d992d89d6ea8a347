"""The attacked database: tenants full of canaries, and the people who attack."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import Connection

from audit import words
from audit.models import Entry, EntryWord
from directory.models import User
from tenants.models import Tenant
from tests.attack import library_rows
from tests.attack.canaries import Canaries, Row
from tests.attack.overlay import Overlay
from tests.attack.people import People

WORDS = "directory_searchword"
UNFILLED = "These tables hold no row of {}: {}. Nothing would show that one was read."


@dataclass
class World:
    """What the attack knows of the database that it attacks."""

    people: dict[str, User]
    tenants: dict[str, Tenant]
    units: dict[str, object]
    canaries: Canaries
    rows: list[Row]

    def slug_of(self, tenant: str) -> str:
        return next((slug for slug, found in self.tenants.items() if str(found.pk) == tenant), "")


def build(administrator: Connection, seed: int) -> World:
    """Fill a migrated database. The administrator's connection goes round the wall, the people do not."""
    library_rows.begin_numbers(administrator)
    made = People().make()
    for tenant in made.tenants.values():
        with tenant.scope():
            someone = User.objects.members().order_by("sort_name").first()
        library_rows.insert(administrator, str(tenant.pk), str(someone.pk))
    overlay = Overlay(administrator, Canaries(seed), made.circles)
    overlay.lay()
    _index_anew(made.tenants)
    rows = [row for row in overlay.rows if row.table != WORDS]
    overlay.rows = []
    rows += overlay.lay(WORDS)
    for slug, tenant in made.tenants.items():
        _refuse_empty(rows, slug, str(tenant.pk))
    people = {name: _again(person) for name, person in made.people.items()}
    return World(people, made.tenants, made.units, overlay.canaries, rows)


def _index_anew(tenants: dict[str, Tenant]) -> None:
    for tenant in tenants.values():
        with tenant.scope():
            User.objects.index(User.objects.all())
            # The old words stay beside them: nobody may take them away.
            EntryWord.objects.bulk_create(
                EntryWord(day=words.day_of(entry.activity_at), word=word, sequence=entry.sequence)
                for entry in Entry.objects.all()
                for word in words.words_of_entry(entry)
            )


def _again(person: User) -> User:
    with Tenant(pk=person.tenant_id).scope():
        return User.objects.get(pk=person.pk)


def _refuse_empty(rows: list[Row], slug: str, tenant: str) -> None:
    tables = {row.table for row in rows}
    registers = {"tenants_tenant", "tenants_hostname", "tenants_allowedhost"}
    empty = tables - {row.table for row in rows if row.tenant == tenant} - registers
    assert not empty, UNFILLED.format(slug, ", ".join(sorted(empty)))
