"""The rules of PINs, as properties; and that none is kept as it is."""

import pytest
from django.contrib.auth.hashers import check_password
from hypothesis import assume, given
from hypothesis import strategies as st

from directory import pins
from directory.models import Pin

DIGITS = st.text("0123456789", min_size=8, max_size=20)
GOOD = "27183405"


@given(DIGITS, st.integers(0, 9), st.integers(-1, 1))
def test_four_that_count_or_are_the_same_are_refused_wherever_they_stand(pin, first, step):
    run = [first + step * at for at in range(4)]
    assume(all(0 <= digit <= 9 for digit in run))
    for at in (0, len(pin) // 2, len(pin)):
        whole = pin[:at] + "".join(map(str, run)) + pin[at:]
        assert pins.problem(whole[-20:] if at else whole[:20], 8)


@given(st.text("0123456789", min_size=1, max_size=5), st.integers(2, 20))
def test_one_piece_over_and_over_is_refused(piece, times):
    pin = (piece * times)[:20] if len(piece) * times <= 20 else piece * (20 // len(piece))
    assume(len(pin) >= 8)
    assert pins.problem(pin, 8)


@given(DIGITS)
def test_what_is_let_through_keeps_every_rule(pin):
    """A second, slow way to say the rules."""
    runs = {"".join(str(first + step * at) for at in range(4)) for first in range(10) for step in (-1, 0, 1)}
    broken = any(run in pin for run in runs if len(run) == 4 and "-" not in run)
    broken = broken or any(pin == pin[:n] * (len(pin) // n) for n in range(1, len(pin)))
    assert bool(pins.problem(pin, 8)) == broken


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2718340", "8 to 20 digits. You typed 7"),
        ("271834052718340519283", "You typed 21"),
        ("2718340a", "digits only"),
        ("²7183405", "digits only"),
        ("", "digits only"),
        ("90129876", "four digits in a row"),
        ("27111105", "four digits in a row"),
        ("13571357", "same few digits"),
    ],
)
def test_what_is_wrong_is_said(typed, said):
    assert said in pins.problem(pins.cleaned(typed), 8)


@pytest.mark.parametrize("typed", [GOOD, "2718 3405", "27-18-34-05", "٢٧١٨٣٤٠٥", "２７１８３４０５"])
def test_a_pin_is_understood_as_people_type_it(typed):
    assert pins.cleaned(typed) == GOOD
    assert pins.problem(GOOD, 8) == ""


def test_the_length_is_the_tenants():
    assert "10 to 20" in pins.problem(GOOD, 10)
    assert pins.problem(GOOD + "29", 10) == ""


@pytest.mark.parametrize("length", [8, 20])
def test_temporary_ones_keep_the_rules_and_differ(length):
    made = {pins.make(length) for _n in range(50)}
    assert len(made) == 50
    assert not any(pins.problem(pin, length) for pin in made)
    assert {len(pin) for pin in made} == {length}


def test_a_pin_is_kept_as_argon2id_that_needs_the_instances_key(district, settings):
    kept = Pin(user=district.pia, hash=pins.hashed(district.pia, GOOD))
    assert kept.hash.startswith("argon2$argon2id$")
    assert pins.is_right(kept, GOOD) and not pins.is_right(kept, "27183406")
    assert not check_password(GOOD, kept.hash)
    assert not pins.is_right(Pin(user=district.nora, hash=kept.hash), GOOD)  # nobody else's
    settings.SECRET_KEY = "another-key-of-at-least-fifty-characters-0123456789"
    assert not pins.is_right(kept, GOOD)


def test_where_there_is_none_none_is_right(db):
    assert not pins.is_right(None, GOOD)
