"""Counters that every server process shares."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from tenants import limits
from tenants.models import Counter

MINUTE = timedelta(minutes=1)


def test_counts_from_the_first_hit_of_a_period(riverside, clock):
    with riverside.scope():
        assert [limits.hits("x", MINUTE) for _n in range(3)] == [1, 2, 3]
        clock.now += MINUTE - timedelta(milliseconds=1)
        assert limits.hits("x", MINUTE) == 4
        clock.now += timedelta(milliseconds=1)
        assert limits.hits("x", MINUTE) == 1
        assert limits.hits("y", MINUTE) == 1


def test_tenants_are_counted_apart(riverside, lakeshore):
    for tenant in (riverside, lakeshore):
        with tenant.scope():
            assert limits.hits("x", MINUTE) == 1


def test_no_address_is_stored_and_old_counters_go(riverside, clock):
    with riverside.scope():
        limits.hits("recovery 203.0.113.7", MINUTE)
        assert "203.0" not in Counter.objects.get().key
        clock.now += timedelta(days=1, seconds=1)
        limits.forget()
        assert not Counter.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_counted_once_each(riverside):
    def hit(_n: int) -> int:
        try:
            with riverside.scope():
                return limits.hits("x", MINUTE)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(hit, range(100))) == list(range(1, 101))
