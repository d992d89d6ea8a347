"""The chain: what is hashed, that it reads back the same, and that numbers have no gaps."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext_lazy

from audit import chain
from audit.models import Entry, EntryWord, Head, draft, record, record_all
from audit.verification import Verification
from audit.words import words_of_entry
from tenants import scopes
from tests.audit.conftest import ADA, deed

THREADS, EACH = 8, 12


def findings() -> list[str]:
    return [str(finding) for finding in Verification().findings()]


def test_entries_are_numbered_and_chained(riverside):
    with riverside.scope():
        first, second, third = deed(), deed("Update user"), deed(result="denied")
        assert [entry.sequence for entry in (first, second, third)] == [1, 2, 3]
        assert first.previous_hash == chain.START
        assert (second.previous_hash, third.previous_hash) == (first.hash, second.hash)
        assert Head.objects.values_list("sequence", "hash").get() == (3, third.hash)
        assert findings() == []


def test_each_tenant_has_a_chain_of_its_own(riverside, lakeshore):
    for tenant in (riverside, lakeshore, riverside):
        with tenant.scope():
            deed()
    with riverside.scope():
        assert [entry.sequence for entry in Entry.objects.all()] == [2, 1]
        assert findings() == []
    with lakeshore.scope():
        assert Entry.objects.get().sequence == Head.objects.get().sequence == 1
        assert findings() == []


def drafts(count: int) -> list[Entry]:
    facts = {"category": "Test", "operation": "Test", "actor": ADA}
    return [draft("Test", target={"name": f"Ann {n}", "type": "User"}, **facts) for n in range(count)]


def test_many_are_chained_in_their_order_and_found_by_their_words(riverside, django_assert_max_num_queries):
    with riverside.scope():
        deed()
        with django_assert_max_num_queries(12):
            entries = record_all(drafts(1200))
        deed()
        assert [entry.sequence for entry in entries] == list(range(2, 1202))
        assert Head.objects.get().sequence == 1202
        assert findings() == []
        found = set(EntryWord.objects.filter(sequence=700).values_list("word", flat=True))
        assert found == words_of_entry(Entry.objects.get(sequence=700))
        assert record_all([]) == []


def test_of_many_all_are_written_or_none(riverside):
    with riverside.scope(), pytest.raises(ZeroDivisionError), transaction.atomic():
        record_all(drafts(3))
        raise ZeroDivisionError
    with riverside.scope():
        assert not Entry.objects.exists() and not EntryWord.objects.exists()


def test_nothing_is_recorded_without_a_scope(db):
    with pytest.raises(scopes.NoScope):
        deed()


# The one form


def fixed() -> Entry:
    return Entry(
        id=UUID(int=1), tenant_id=UUID(int=2), sequence=7, activity="Reset password (by admin)",
        activity_at=datetime(2026, 11, 21, 9, 5, 1, 20, tzinfo=UTC), category="UserManagement",
        operation_type="Update", correlation_id=UUID(int=3), result="success", actor_id=UUID(int=4),
        actor_name="María", actor_principal_name="maria@riverside.example", ip_address="192.0.2.7",
        target_id=UUID(int=5), target_type="User", target_name="Sam", target_principal_name="",
        modified_properties=[{"name": "mobilePhone", "oldValue": None, "newValue": "+1"}],
        additional_details=[{"key": "Source", "value": "My Staff"}], previous_hash=chain.START,
    )  # fmt: skip


# Written down by hand: a form that changes would let every trail that exists fail.
FIXED = (
    '{"activityDateTime":"2026-11-21T09:05:01.000020Z","activityDisplayName":"Reset password (by admin)",'
    '"additionalDetails":[{"key":"Source","value":"My Staff"}],"category":"UserManagement",'
    '"correlationId":"00000000-0000-0000-0000-000000000003","id":"00000000-0000-0000-0000-000000000001",'
    '"initiatedBy":{"user":{"displayName":"María","id":"00000000-0000-0000-0000-000000000004",'
    '"ipAddress":"192.0.2.7","userPrincipalName":"maria@riverside.example"}},"loggedByService":"MyStaff",'
    '"operationType":"Update","previousHash":"0000000000000000000000000000000000000000000000000000000000000000",'
    '"result":"success","sequence":7,"targetResources":[{"displayName":"Sam",'
    '"id":"00000000-0000-0000-0000-000000000005","modifiedProperties":[{"displayName":"mobilePhone",'
    '"newValue":"+1","oldValue":null}],"type":"User"}],"tenantId":"00000000-0000-0000-0000-000000000002"}'
)


def test_the_form_never_changes():
    assert chain.canonical(chain.facts(fixed())) == FIXED
    assert chain.digest(fixed()) == hashlib.sha256(FIXED.encode()).hexdigest()


@pytest.mark.parametrize("field", [f.attname for f in Entry._meta.concrete_fields if f.name != "hash"])
def test_every_field_counts(field):
    entry, before = fixed(), chain.digest(fixed())
    old = getattr(entry, field)
    other = {int: 8, str: "x", list: [{"name": "y", "key": "z"}], UUID: UUID(int=99)}
    setattr(entry, field, datetime(2026, 1, 1, tzinfo=UTC) if field == "activity_at" else other[type(old)])
    assert chain.digest(entry) != before


def test_what_is_empty_cannot_be_taken_for_something_else():
    empty = fixed()
    empty.actor_id, empty.actor_principal_name, empty.modified_properties = None, "", []
    empty.target_id, empty.target_type, empty.target_name = None, "", ""
    said = chain.facts(empty)
    assert said["initiatedBy"] == {"app": {"displayName": "María", "ipAddress": "192.0.2.7"}}
    assert "targetResources" not in said and "resultReason" not in said


ODD = {
    "zero": "a\0b",
    "half a character": "a\ud800b",
    "fraction": 0.1,
    "long": 2**70,
    "decimal": Decimal("1.50"),
    "day": date(2026, 1, 31),
    "id": UUID(int=9),
    "lazy": gettext_lazy("date"),
    "nested": {"ä": [1, True, None, ("x", 1e300)]},
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_whatever_is_written_reads_back_the_same(riverside, odd):
    with riverside.scope():
        changed = [{"name": "x", "oldValue": odd, "newValue": None}]
        actor = ADA | {"id": str(UUID(int=4)), "name": f"Ada {odd}"}
        deed(
            actor=actor, changed=changed, details={"x": odd}, reason=f"{odd}", correlation_id=str(UUID(int=3))
        )
        assert findings() == []


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("2001:DB8:0::1", "2001:db8::1"),
        ("::ffff:192.0.2.9", "192.0.2.9"),
        ("::192.0.2.9", None),
        ("fe80::1", "fe80::1"),
        (None, None),
    ],
)
def test_network_addresses_are_one_text(riverside, written, kept):
    with riverside.scope():
        deed(actor=ADA | {"ip_address": written})
        assert kept is None or Entry.objects.get().ip_address == kept
        assert findings() == []


# Transactions


def test_a_deed_that_is_rolled_back_leaves_no_gap(riverside):
    with riverside.scope():
        deed()
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            deed("Undone")
            raise ZeroDivisionError
        assert deed().sequence == 2
        assert findings() == []
        assert EntryWord.objects.filter(word="ada").count() == 2


@pytest.mark.django_db(transaction=True)
def test_an_entry_that_fails_takes_its_number_back(riverside):
    with riverside.scope():
        deed()
        with pytest.raises(DatabaseError):
            deed("x" * 200)
        assert connection.get_autocommit() and deed().sequence == 2
        assert findings() == []


@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one_chain_without_gaps(riverside):
    def write(thread: int) -> None:
        with riverside.scope():
            for n in range(EACH):
                if n % 3 == 0:
                    with transaction.atomic():
                        deed(f"Deed {thread}", result="attempted")
                else:
                    deed(f"Deed {thread}")
        connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(write, range(THREADS)))
    with riverside.scope():
        numbers = list(Entry.objects.order_by("sequence").values_list("sequence", flat=True))
        assert numbers == list(range(1, THREADS * EACH + 1))
        assert findings() == []


def test_the_text_of_an_entry_is_json(riverside):
    with riverside.scope():
        entry = record("X", category="c", operation="o", actor={"id": None, "name": "manage.py"})
        assert json.loads(chain.canonical(chain.facts(entry)))["initiatedBy"] == {
            "app": {"displayName": "manage.py"}
        }
