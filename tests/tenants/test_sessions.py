"""Sessions: kept hashed in the person's own tenant, found from anywhere by the key in the cookie."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.utils import timezone

from tenants import scopes
from tenants.models import Session
from tenants.sessions import SessionStore, _hash, all_but, end, find, of, tenant_of


def test_a_session_stands_in_the_tenant_where_it_was_made(riverside, lakeshore):
    with riverside.scope():
        store = SessionStore()
        store["who"] = "sam"
        store.save()
        assert tenant_of(store.session_key) == riverside.pk
        assert Session.objects.count() == 1
    with lakeshore.scope():
        assert Session.objects.count() == 0
        assert SessionStore(store.session_key)["who"] == "sam"  # found through the key, not through the wall
        assert scopes.current() == lakeshore.pk


def test_the_table_opens_nothing_by_itself(riverside):
    with riverside.scope():
        store = SessionStore()
        store.save()
        row = Session.objects.get()
        assert store.session_key not in (row.key_hash, row.data)
        assert SessionStore(row.key_hash).load() == {}
        assert SessionStore(f"{riverside.pk.hex}.{row.key_hash}").load() == {}


def test_a_key_of_one_tenant_does_not_open_the_same_random_part_in_another(riverside, lakeshore):
    with riverside.scope():
        store = SessionStore()
        store["who"] = "sam"
        store.save()
    moved = f"{lakeshore.pk.hex}.{store.session_key.partition('.')[2]}"
    with lakeshore.scope():
        assert SessionStore(moved).load() == {}


@pytest.mark.parametrize("key", [None, "", "x" * 32, "z" * 32 + "." + "a" * 32, "../etc", "." + "a" * 40])
def test_keys_that_are_not_ours_are_no_keys(key):
    assert tenant_of(key) is None
    assert SessionStore(key).session_key is None


def test_a_session_ends_when_it_was_said_however_much_it_is_used(riverside):
    with riverside.scope():
        store = SessionStore()
        store.save()
        soon = timezone.now() + timedelta(minutes=5)
        Session.objects.update(expires_at=soon)
        store["used"] = True
        store.save()
        row = Session.objects.get()
        assert store.decode(row.data) == {"used": True} and row.expires_at == soon


def test_an_ended_session_is_never_brought_back(riverside):
    with riverside.scope():
        store = SessionStore()
        store.save()
        SessionStore(store.session_key).delete()
        store["late"] = True
        with pytest.raises(UpdateError):
            store.save()
        assert Session.objects.count() == 0


def test_expired_sessions_load_nothing_and_are_cleared(riverside):
    with riverside.scope():
        store = SessionStore()
        store["who"] = "sam"
        store.save()
        Session.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        assert SessionStore(store.session_key).load() == {}
        SessionStore.clear_expired()
        assert Session.objects.count() == 0


def test_outside_every_scope_no_session_is_made(db):
    with pytest.raises(scopes.NoScope):
        SessionStore().save()


def test_flush_and_cycle_leave_one_row_at_most(riverside):
    with riverside.scope():
        store = SessionStore()
        store["who"] = "sam"
        store.save()
        old = store.session_key
        store.cycle_key()
        assert Session.objects.count() == 1
        assert SessionStore(old).load() == {}
        assert SessionStore(store.session_key)["who"] == "sam"
        assert store.exists(store.session_key)
        store.flush()
        assert Session.objects.count() == 0


def test_a_session_is_its_owners_and_is_ended_by_its_handle(riverside, lakeshore):
    sam, omar = uuid4(), uuid4()
    with riverside.scope():
        stores = [made_for(person) for person in (sam, sam, omar)]
        rows = {store.session_key: Session.objects.get(pk=_hash(store.session_key)) for store in stores}
        first = rows[stores[0].session_key]
        assert [row.owner for row in rows.values()] == [sam, sam, omar]
        assert first.handle not in (first.key_hash, stores[0].session_key) and len(first.handle) == 32
        assert find(omar, first.handle) == [] and end(omar, [first.pk]) == 0
        with lakeshore.scope():
            assert find(sam, first.handle) == [] and end(sam, [first.pk]) == 0 and of(sam, "hash") == []
        assert {row.pk for row in of(sam, "hash")} == {row.pk for row in rows.values() if row.owner == sam}
        assert of(sam, "another hash") == []
        assert end(sam, find(sam, first.handle)) == 1
        assert all_but(sam, stores[1].session_key) == []
        assert end(omar, all_but(omar, None)) == 1


def test_what_a_session_says_is_kept_where_the_session_stands(riverside, lakeshore):
    with riverside.scope():
        key = made_for(uuid4()).session_key
    with lakeshore.scope():
        store = SessionStore(key)
        store.load()
        store.note("10.0.0.1", "A browser\n" * 99)
    with riverside.scope():
        row = Session.objects.get()
    assert (row.address, len(row.user_agent)) == ("10.0.0.1", 256) and "\n" not in row.user_agent


def made_for(person) -> SessionStore:
    store = SessionStore()
    store[SESSION_KEY], store[HASH_SESSION_KEY] = str(person), "hash"
    store.save()
    return store
