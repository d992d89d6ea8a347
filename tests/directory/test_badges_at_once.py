"""Wrong PINs, right PINs and new PINs by many at once: none is counted short, none goes through twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock

import pytest
from django.db import connection

from directory import actions, badges, lockout, pins
from directory.connectors import Refused
from directory.door import Initiator
from tests.directory.badges import give

AT_ONCE = 24
pytestmark = pytest.mark.django_db(transaction=True)


def at_once(tenant, deed: Callable[[int], object], count: int) -> list:
    """What each of so many threads got, each on a connection of its own."""
    gate = Barrier(count)

    def run(number: int):
        try:
            with tenant.scope():
                gate.wait()
                return deed(number)
        except (lockout.Locked, Refused) as refused:
            return type(refused)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(run, range(count)))


@pytest.fixture
def looked_at(monkeypatch) -> list[str]:
    """The PINs that were really compared."""
    seen, alone, compare = [], Lock(), pins.is_right

    def spy(kept, typed):
        with alone:
            seen.append(typed)
        return compare(kept, typed)

    monkeypatch.setattr(pins, "is_right", spy)
    return seen


@pytest.mark.parametrize("known", [True, False])
def test_no_more_wrong_pins_are_looked_at_than_may_be(district, looked_at, known):
    made = give(district)
    hashed = badges.hashed(made.secret if known else badges.make())
    answers = at_once(
        district.tenant, lambda number: badges.prove(hashed, f"{51840200 + number}", "192.0.2.1"), AT_ONCE
    )
    assert len(looked_at) == lockout.MOST
    assert answers.count(None) == lockout.MOST - 1 and answers.count(lockout.Locked) == AT_ONCE - 9
    with pytest.raises(lockout.Locked):
        badges.prove(hashed, made.pin, "192.0.2.1")


def test_a_right_pin_among_wrong_ones_takes_nobody_past_the_limit(district, looked_at):
    made = give(district)
    hashed = badges.hashed(made.secret)

    def attempt(number: int):
        pin = made.pin if number == 0 else f"{51840200 + number}"
        return badges.prove(hashed, pin, "192.0.2.1")

    at_once(district.tenant, attempt, AT_ONCE)
    wrong = [pin for pin in looked_at if pin != made.pin]
    assert len(wrong) <= lockout.MOST


def test_one_proof_chooses_one_pin(district):
    made = give(district)
    proof = badges.prove(badges.hashed(made.secret), made.pin, "192.0.2.1")
    wanted = [f"2718340{number}" for number in range(5, 9)]

    def choose(number: int):
        actions.change_pin(proof, wanted[number], by=Initiator(district.pia))
        return wanted[number]

    answers = at_once(district.tenant, choose, 4)
    chosen = [answer for answer in answers if answer is not Refused]
    assert len(chosen) == 1
    assert badges.prove(badges.hashed(made.secret), chosen[0], "192.0.2.1")
