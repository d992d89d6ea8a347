"""How often something may be tried on a name: each number at its boundary, and many tries at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from directory.models import Throttle
from directory.recovery import throttle
from directory.recovery.throttle import CHECK, EMAIL, SMS, Locked

# Microsoft Entra, "How it works: self-service password reset".
SENDING = [(EMAIL, 10, timedelta(minutes=10)), (SMS, 5, timedelta(hours=1)), (CHECK, 5, timedelta(hours=1))]
DAY = timedelta(hours=24)
A_MOMENT = timedelta(milliseconds=1)


@pytest.fixture
def key(district) -> str:
    return throttle.key_of("sam.reed@riverside.example")


def wrong() -> bool:
    return False


def right() -> bool:
    return True


@pytest.mark.parametrize(("kind", "most", "within"), SENDING)
def test_one_more_than_allowed_locks_for_a_day(key, clock, kind, most, within):
    for _n in range(most):
        throttle.count(key, kind)
    assert throttle.locked_until(key) is None
    with pytest.raises(Locked):
        throttle.count(key, kind)
    assert throttle.locked_until(key) == clock.now + DAY


@pytest.mark.parametrize(("kind", "most", "within"), SENDING)
def test_what_is_older_counts_no_more(key, clock, kind, most, within):
    throttle.count(key, kind)
    clock.now += within - A_MOMENT
    for _n in range(most - 1):
        throttle.count(key, kind)
    clock.now += A_MOMENT
    throttle.count(key, kind)  # the first is just old enough
    with pytest.raises(Locked):
        throttle.count(key, kind)


def test_the_fifth_wrong_code_in_a_day_locks(key, clock):
    for _n in range(4):
        assert not throttle.attempt(key, wrong)
        clock.pass_(hours=5, minutes=59)  # never too many in an hour
    assert throttle.locked_until(key) is None
    with pytest.raises(Locked):
        throttle.attempt(key, wrong)


def test_a_wrong_code_of_yesterday_counts_no_more(key, clock):
    for _n in range(4):
        throttle.attempt(key, wrong)
        clock.pass_(hours=6)
    assert not throttle.attempt(key, wrong)  # the first was 24 hours ago
    with pytest.raises(Locked):
        throttle.attempt(key, wrong)


def test_right_codes_are_checks_too(key):
    for _n in range(5):
        assert throttle.attempt(key, right)
    with pytest.raises(Locked):
        throttle.attempt(key, right)


def test_kinds_are_counted_apart_and_lock_together(key):
    for _n in range(5):
        throttle.count(key, SMS)
        throttle.count(key, EMAIL)
        throttle.attempt(key, right)
    with pytest.raises(Locked):
        throttle.count(key, SMS)
    with pytest.raises(Locked):
        throttle.count(key, EMAIL)
    with pytest.raises(Locked):
        throttle.attempt(key, right)


def test_a_locked_name_lets_no_guess_be_looked_at(key):
    for _n in range(5):
        throttle.count(key, SMS)
    with pytest.raises(Locked):
        throttle.count(key, SMS)
    looked = []
    with pytest.raises(Locked):
        throttle.attempt(key, lambda: looked.append("at") or True)
    assert looked == []


def test_a_lock_ends_when_it_was_said_and_trying_prolongs_nothing(key, clock):
    for _n in range(5):
        throttle.count(key, SMS)
    for _n in range(3):
        with pytest.raises(Locked):
            throttle.count(key, SMS)
    clock.now += DAY - A_MOMENT
    with pytest.raises(Locked):
        throttle.count(key, SMS)
    clock.now += A_MOMENT
    throttle.count(key, SMS)
    assert throttle.locked_until(key) is None


def test_names_and_tenants_are_counted_apart(key, lake):
    for _n in range(5):
        throttle.count(key, SMS)
    throttle.count(throttle.key_of("pia.moss@riverside.example"), SMS)
    with lake.tenant.scope():
        assert throttle.key_of("sam.reed@riverside.example") != key
        throttle.count(key, SMS)  # the row is this tenant's own
        assert Throttle.objects.get().tried[SMS]


def test_what_is_cleared_is_forgotten(key):
    for _n in range(5):
        throttle.count(key, SMS)
    throttle.clear(key)
    throttle.count(key, SMS)


def test_names_are_not_stored(key):
    throttle.count(key, SMS)
    assert "sam" not in Throttle.objects.get().name_key


def test_at_night_old_rows_go_and_locks_stay(key, clock):
    for _n in range(5):
        throttle.count(key, SMS)
    with pytest.raises(Locked):
        throttle.count(key, SMS)
    clock.now += DAY
    throttle.clear_old()
    assert Throttle.objects.exists()
    clock.now += A_MOMENT
    throttle.clear_old()
    assert not Throttle.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_hundred_at_once_five_are_looked_at(district, key):
    looked = []

    def guess(_n: int) -> bool:
        try:
            with district.tenant.scope():
                return throttle.attempt(key, lambda: bool(looked.append(1)))
        except Locked:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(guess, range(200)))
    assert len(looked) == 5
    assert throttle.locked_until(key)


@pytest.mark.django_db(transaction=True)
def test_of_fifty_sends_at_once_ten_are_let_through(district, key):
    def send(_n: int) -> bool:
        try:
            with district.tenant.scope():
                throttle.count(key, EMAIL)
                return True
        except Locked:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(send, range(50))) == 10
