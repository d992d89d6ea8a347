"""A made-up trail in great numbers: a year of one tenant's deeds, with words and a whole chain.

Two hundred managers help fifty thousand people; attempts and outcomes, now and then a refusal. The same size
gives the same entries, but for the year: it ends when they are made.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from random import Random
from uuid import UUID

from psycopg import Connection

from audit import chain, words
from audit.models import Entry, EntryWord, Head, Result
from mystaff.demo import names
from tests.benchmarks.generate import MODELS, District
from tests.benchmarks.sheets import Sheet, text
from tests.benchmarks.size import Size

PEOPLE = 500  # who are there; those in the trail are names only, as they are in any trail
MANAGERS, HELPED = 200, 50_000
AT_ONCE = 20_000  # entries in memory
YEAR = timedelta(days=365)
RARE = "Disable password writeback for directory"
ACTIVITIES = [("Reset password (by admin)", 60), ("Admin updated security info", 20), ("Update user", 15)]
ACTIVITIES += [(f"{verb} member to group", 2) for verb in ("Add", "Remove")] + [("Import roster", 1)]
RESULTS = [(Result.SUCCESS, 96), (Result.FAILURE, 3), (Result.DENIED, 1)]
CHANGED = [{"name": "mobilePhone", "oldValue": None, "newValue": "+14255550100"}]
DETAILS = [{"key": "Source", "value": "My Staff"}, {"key": "Action", "value": "reset_password"}]


def fill(connection: Connection, size: Size) -> None:
    """Write all of it into a migrated database, as its superuser, and let the planner know."""
    sheets = {model: Sheet(model) for model in (*MODELS, EntryWord)}
    connection.execute("SET session_replication_role = replica")
    district = District(sheets, 0, PEOPLE)
    for _school in district.rows():
        sheets[Entry].lines.clear()
        sheets[Head].lines.clear()
        _write(sheets, connection)
    for n, entry in enumerate(_entries(UUID(district.id), size.entries), 1):
        _add(sheets, entry)
        if n % AT_ONCE == 0 or n == size.entries:
            _write(sheets, connection)
    sheets[Head].add(tenant_id=district.id, sequence=str(entry.sequence), hash=entry.hash)
    _write(sheets, connection)
    connection.execute("SET session_replication_role = DEFAULT")
    connection.execute("VACUUM (ANALYZE)")


def _write(sheets: dict[type, Sheet], connection: Connection) -> None:
    for sheet in sheets.values():
        if sheet.lines:
            sheet.write(connection)


def _add(sheets: dict[type, Sheet], entry: Entry) -> None:
    columns = [field.attname for field in Entry._meta.concrete_fields]
    sheets[Entry].add(**{name: text(getattr(entry, name)) for name in columns})
    own = {
        "tenant_id": str(entry.tenant_id),
        "day": str(words.day_of(entry.activity_at)),
        "sequence": str(entry.sequence),
    }
    for word in _words(
        entry.actor_name, entry.actor_principal_name, entry.target_name, entry.target_principal_name,
        entry.ip_address,
    ):  # fmt: skip
        sheets[EntryWord].add(word=word, **own)


@lru_cache(maxsize=200_000)
def _words(actor: str, actor_upn: str, target: str, target_upn: str, address: str) -> frozenset[str]:
    entry = Entry(
        actor_name=actor, actor_principal_name=actor_upn, ip_address=address,
        target_name=target, target_principal_name=target_upn,
    )  # fmt: skip
    return frozenset(words.words_of_entry(entry))


def _entries(tenant: UUID, number: int) -> Iterator[Entry]:
    """The oldest first, each sealed with the hash of the one before."""
    random = Random("trail")
    managers, helped = _people(random, MANAGERS, "manager"), _people(random, HELPED, "")
    began, previous = datetime.now(UTC) - YEAR, chain.START
    for sequence in range(1, number + 1):
        if sequence % 2:
            deed = _deed(random, random.choice(managers), random.choice(helped))
            result = Result.ATTEMPTED
        else:
            result = random.choices(*zip(*RESULTS, strict=True))[0]
        entry = Entry(
            tenant_id=tenant, id=UUID(int=random.getrandbits(128), version=4), sequence=sequence,
            activity_at=began + YEAR * sequence / number, result=result, previous_hash=previous,
            **(deed if sequence > 10 else deed | {"activity": RARE}),
        )  # fmt: skip
        previous = entry.hash = chain.digest(entry)
        yield entry


def _deed(random: Random, by: tuple[UUID, str, str], person: tuple[UUID, str, str]) -> dict:
    """What an attempt and its outcome have in common."""
    return {
        "activity": random.choices(*zip(*ACTIVITIES, strict=True))[0],
        "category": "UserManagement",
        "operation_type": "Update",
        "correlation_id": UUID(int=random.getrandbits(128), version=4),
        "actor_id": by[0],
        "actor_name": by[1],
        "actor_principal_name": by[2],
        "ip_address": f"192.0.2.{by[0].int % 250}",
        "target_id": person[0],
        "target_type": "User",
        "target_name": person[1],
        "target_principal_name": person[2],
        "modified_properties": CHANGED,
        "additional_details": DETAILS,
    }


def _people(random: Random, number: int, local: str) -> list[tuple[UUID, str, str]]:
    """Id, name and user name."""
    found = []
    for n in range(number):
        given, family, latin = names.draw(random)
        upn = f"{local or latin}{n}@t000.example"
        found.append((UUID(int=random.getrandbits(128), version=4), f"{given} {family}", upn))
    return found
