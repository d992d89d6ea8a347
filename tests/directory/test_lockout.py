"""Smart lockout: each number at its boundary, many tries at once, and what the trail is told."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from multiprocessing import Queue, get_context
from uuid import UUID

import pytest
from django.db import connection, connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import Entry
from directory import actions, lockout, schedule, tasks
from directory.door import Initiator
from directory.lockout import Locked
from directory.models import FamiliarNetwork, SignInCount, SignInLock, User
from tenants import scopes
from tests import jobs
from tests.conftest import PASSWORD

SAM, NOBODY = "sam.reed@riverside.example", "nobody@riverside.example"
SCHOOL, ELSEWHERE = "192.0.2.1", "203.0.113.9"
SECOND, DAY, A_MOMENT = timedelta(seconds=1), timedelta(days=1), timedelta(milliseconds=1)


def wrong(number: object = 0, name: str = SAM, network: str = ELSEWHERE) -> bool:
    return lockout.attempt(name, network, f"Wrong-{number}", lambda: False)


def right(name: str = SAM, network: str = ELSEWHERE) -> bool:
    return lockout.attempt(name, network, PASSWORD, lambda: True)


def lock(name: str = SAM, network: str = ELSEWHERE) -> Locked:
    for number in range(9):
        assert not wrong(number, name, network)
    with pytest.raises(Locked) as raised:
        wrong(9, name, network)
    return raised.value


@pytest.mark.parametrize("name", [SAM, NOBODY])
def test_the_tenth_wrong_password_locks_for_a_minute(district, clock, name):
    for number in range(9):
        assert not wrong(number, name)
    assert lockout.locked_until(name) is None
    with pytest.raises(Locked) as raised:
        wrong("tenth", name)
    assert raised.value.until == lockout.locked_until(name) == clock.now + timedelta(seconds=60)
    clock.now += timedelta(seconds=60) - A_MOMENT
    with pytest.raises(Locked):
        right(name)
    clock.now += A_MOMENT
    assert lockout.locked_until(name) is None
    assert right(name)


def test_each_further_wrong_one_locks_for_twice_as_long_at_most_an_hour(district, clock):
    clock.now = lock().until
    for minutes in (2, 4, 8, 16, 32, 60, 60):
        with pytest.raises(Locked) as raised:
            wrong(minutes + clock.now.timestamp())
        assert raised.value.until - clock.now == timedelta(minutes=minutes)
        clock.now = raised.value.until


def test_even_after_very_many_it_is_an_hour(district, clock):
    lock()
    SignInCount.objects.update(failures=2_000_000_000, locked_until=None)
    with pytest.raises(Locked) as raised:
        wrong("more")
    assert raised.value.until - clock.now == timedelta(hours=1)


def test_while_it_is_locked_nothing_is_looked_at_or_counted(district, clock):
    until, looked = lock().until, []
    for _n in range(5):
        with pytest.raises(Locked) as raised:
            lockout.attempt(SAM, ELSEWHERE, PASSWORD, lambda: looked.append(1) or True)
    assert looked == [] and raised.value.until == until
    assert SignInCount.objects.get().failures == 10


def test_a_right_one_takes_back_its_own_count_and_no_other(district):
    for number in range(9):
        wrong(number)
    for _n in range(20):
        assert right()
    with pytest.raises(Locked):
        wrong("tenth")


def test_a_right_one_at_the_edge_leaves_no_lock(district, clock):
    clock.now = lock().until
    assert right()
    assert lockout.locked_until(SAM) is None
    with pytest.raises(Locked) as raised:
        wrong("eleventh")
    assert raised.value.until - clock.now == timedelta(seconds=120)


def test_without_a_wrong_one_no_row_stays(district):
    assert right()
    assert not SignInCount.objects.exists()


def test_the_last_three_wrong_ones_do_not_count_again(district):
    for number in (1, 2, 3):
        wrong(number)
    for _n in range(10):
        for number in (3, 1, 2):
            assert not wrong(number)
    assert SignInCount.objects.get().failures == 3
    wrong(4)  # the first of the three is forgotten: it was tried longest ago
    wrong(3)
    assert SignInCount.objects.get().failures == 5


def test_what_was_wrong_may_be_right_by_now(district):
    wrong(1)
    assert lockout.attempt(SAM, ELSEWHERE, "Wrong-1", lambda: True)


def test_a_day_without_a_failure_forgets(district, clock):
    for number in range(9):
        wrong(number)
    clock.now += DAY - A_MOMENT
    lock_now = SignInCount.objects.get()
    assert right()  # and prolongs nothing
    assert SignInCount.objects.get().failed_at == lock_now.failed_at
    clock.now += A_MOMENT
    for number in range(9):
        assert not wrong(number)
    with pytest.raises(Locked):
        wrong("tenth")


def test_within_a_day_nothing_is_forgotten(district, clock):
    for number in range(9):
        wrong(number)
    clock.now += DAY - A_MOMENT
    with pytest.raises(Locked):
        wrong("tenth")


def test_familiar_networks_are_counted_apart(district):
    lockout.remember(SAM, SCHOOL)
    lock(SAM, ELSEWHERE)
    with pytest.raises(Locked):
        right(SAM, "198.51.100.7")  # every other unfamiliar network is locked too
    assert right(SAM, SCHOOL)
    lock(SAM, SCHOOL)
    with pytest.raises(Locked):
        right(SAM, SCHOOL)


def test_a_network_is_familiar_for_ninety_days_and_for_one_name(district, clock):
    lockout.remember(SAM, SCHOOL)
    lock(SAM, ELSEWHERE)
    lock("pia.moss@riverside.example", SCHOOL)
    clock.now += timedelta(days=90) - A_MOMENT
    SignInCount.objects.filter(familiar=False).update(locked_until=clock.now + DAY, failed_at=clock.now)
    assert right(SAM, SCHOOL)
    clock.now += A_MOMENT
    with pytest.raises(Locked):
        right(SAM, SCHOOL)


def test_signed_in_again_it_stays_familiar(district, clock):
    lockout.remember(SAM, SCHOOL)
    clock.pass_(days=89)
    lockout.remember(SAM, SCHOOL)
    clock.pass_(days=89)
    lockout.clear_old()
    assert FamiliarNetwork.objects.count() == 1
    clock.pass_(days=1)
    lockout.clear_old()
    assert not FamiliarNetwork.objects.exists()


def test_until_the_later_of_both(district, clock):
    lockout.remember(SAM, SCHOOL)
    lock(SAM, ELSEWHERE)
    clock.pass_(seconds=30)
    assert lock(SAM, SCHOOL).until == lockout.locked_until(SAM)


def test_capitals_and_blanks_buy_no_more(district):
    lock(" SAM.reed@Riverside.example ")
    with pytest.raises(Locked):
        right(SAM)


def test_the_same_name_in_another_tenant_is_another_name(district, lake):
    lock()
    with lake.tenant.scope():
        assert lockout.locked_until(SAM) is None
        assert right()
        assert not wrong()
        lockout.clear(SAM)
    assert lockout.locked_until(SAM)


def test_nothing_that_was_typed_is_stored(district):
    lockout.remember(SAM, SCHOOL)
    wrong("secret")
    everything = str([*SignInCount.objects.values(), *FamiliarNetwork.objects.values()])
    for typed in ("sam", "secret", SCHOOL):
        assert typed not in everything
    [kept] = SignInCount.objects.get().wrong
    assert len(kept) == lockout.DIGITS


def test_a_secret_is_kept_otherwise_for_every_name(district):
    wrong("same"), wrong("same", NOBODY)
    one, other = SignInCount.objects.values_list("wrong", flat=True)
    assert one != other


# What clears it


def test_a_reset_and_an_unlock_by_a_manager_open_it(district):
    lock()
    actions.reset_password(district.sam, "Maple-Bridge-93", by=Initiator(district.maria))
    assert right()
    lock()
    actions.unlock(User.objects.get(pk=district.sam.pk), by=Initiator(district.maria))
    assert right()


def test_every_hour_what_counts_no_more_is_deleted(district, clock):
    lock(), lock(NOBODY)
    clock.now += DAY - A_MOMENT
    schedule.clear_recoveries.func(0)
    assert SignInCount.objects.count() == 2
    clock.now += A_MOMENT
    schedule.clear_recoveries.func(0)
    assert not SignInCount.objects.exists() and not SignInLock.objects.exists()


def test_a_try_that_was_under_way_when_all_was_cleared_takes_nothing_from_the_new_count(district):
    def cleared_meanwhile() -> bool:
        lockout.clear(SAM)
        wrong("new")
        return True

    assert lockout.attempt(SAM, ELSEWHERE, PASSWORD, cleared_meanwhile)
    assert SignInCount.objects.get().failures == 1


def test_what_others_count_meanwhile_stays_counted(district, clock):
    def others() -> bool:
        for number in range(8):
            wrong(number)
        return True

    assert lockout.attempt(SAM, ELSEWHERE, PASSWORD, others)
    row = SignInCount.objects.get()
    assert row.failures == 8 and row.locked_until is None
    wrong("ninth")
    with pytest.raises(Locked):
        wrong("tenth")


def test_a_lock_that_others_earned_meanwhile_stays(district, clock):
    def slowly() -> bool:
        clock.now = lock_after(8).until
        with pytest.raises(Locked):
            wrong("eleventh")
        return True

    def lock_after(count: int) -> Locked:
        for number in range(count):
            wrong(number)
        with pytest.raises(Locked) as raised:
            wrong("tenth")
        return raised.value

    assert lockout.attempt(SAM, ELSEWHERE, PASSWORD, slowly)
    assert SignInCount.objects.get().failures == 10
    assert lockout.locked_until(SAM) == clock.now + timedelta(seconds=120)


def test_of_the_right_one_nothing_is_kept(district):
    wrong(1)
    before = SignInCount.objects.get().wrong
    right()
    assert SignInCount.objects.get().wrong == before


def test_an_error_while_it_is_looked_at_counts(district):
    for _n in range(9):
        with pytest.raises(ZeroDivisionError):
            lockout.attempt(SAM, ELSEWHERE, f"Wrong-{_n}", lambda: 1 / 0)
    with pytest.raises(Locked):
        wrong("tenth")


# The trail


def test_every_lock_is_one_entry_and_no_more(district, clock):
    until = lock().until
    for _n in range(20):
        with pytest.raises(Locked):
            wrong(_n)
    jobs.run()
    [entry] = Entry.objects.filter(activity="Sign-in locked")
    assert entry.target_id == district.sam.pk
    details = {item["key"]: item["value"] for item in entry.additional_details}
    assert details["Network"] == ELSEWHERE and details["Familiar network"] == "no"
    assert details["Wrong passwords"] == "10"
    assert details["Locked until"] == until.isoformat(timespec="seconds")
    clock.now = until
    with pytest.raises(Locked):
        wrong("eleventh")
    jobs.run()
    assert Entry.objects.filter(activity="Sign-in locked").count() == 2
    assert not SignInLock.objects.exists()


def test_done_twice_the_job_writes_one_entry(district):
    lock()
    [row] = SignInLock.objects.all()
    for _n in range(2):
        tasks.note_sign_in_lock.run(tenant=str(district.tenant.pk), lock=str(row.pk))
    assert Entry.objects.filter(activity="Sign-in locked").count() == 1


def test_a_name_that_nobody_has_fills_no_trail_but_costs_the_same_jobs(district):
    lock(NOBODY)
    assert jobs.run() == ["note_sign_in_lock"]
    assert not Entry.objects.filter(activity="Sign-in locked").exists()
    assert not SignInLock.objects.exists()


# Many at once


def at_once(district, tries: int, one, threads: int = 16) -> list:
    """So many tries from several connections."""

    def alone(number: int):
        try:
            with district.tenant.scope():
                return one(number)
        except Locked:
            return "locked"
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(alone, range(tries)))


@pytest.mark.django_db(transaction=True)
def test_of_two_hundred_at_once_ten_are_looked_at(district):
    looked = []

    def guess(number: int) -> bool:
        return lockout.attempt(SAM, ELSEWHERE, f"Wrong-{number}", lambda: bool(looked.append(number)))

    answers = at_once(district, 200, guess)
    assert len(looked) == 10
    assert answers.count("locked") == 191 and answers.count(False) == 9
    assert SignInCount.objects.get().failures == 10
    assert SignInLock.objects.count() == 1


def in_a_process_of_its_own(tenant: UUID, names: list[str], answers: Queue) -> None:
    """Try one wrong password after another, as one server process of several; say what came of it."""
    del connections["default"]  # the parent's: two processes cannot speak on one line
    looked, locked = 0, 0
    with scopes.scope(tenant):
        for password in names:
            try:
                lockout.attempt(SAM, ELSEWHERE, password, lambda: False)
                looked += 1
            except Locked as raised:
                looked += raised.just_now
                locked += not raised.just_now
    answers.put((looked, locked))


@pytest.mark.django_db(transaction=True)
def test_of_two_hundred_from_four_processes_ten_are_looked_at(district):
    fork = get_context("fork")
    answers = fork.Queue()
    tries = [[f"Wrong-{process}-{number}" for number in range(50)] for process in range(4)]
    children = [
        fork.Process(target=in_a_process_of_its_own, args=(district.tenant.pk, passwords, answers))
        for passwords in tries
    ]
    for child in children:
        child.start()
    counted = [answers.get(timeout=300) for _child in children]
    for child in children:
        child.join()
    assert [sum(column) for column in zip(*counted, strict=True)] == [10, 190]
    assert SignInCount.objects.get().failures == 10


@pytest.mark.django_db(transaction=True)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rights=st.integers(0, 9), wrongs=st.integers(0, 30), threads=st.integers(2, 12))
def test_however_right_and_wrong_ones_mix_the_wrong_ones_are_counted(district, rights, wrongs, threads):
    """Never short, and never too many: a right one among them takes back its own count only."""
    lockout.clear(SAM)
    looked = []

    def guess(number: int) -> bool:
        if number % 3 == 0 and number < 3 * rights:
            return right()
        return lockout.attempt(SAM, ELSEWHERE, f"Wrong-{number}", lambda: bool(looked.append(number)))

    at_once(district, rights + wrongs, guess, threads)
    row = SignInCount.objects.first()
    assert (row.failures if row else 0) == len(looked) <= 10
    assert bool(lockout.locked_until(SAM)) == (len(looked) == 10)
