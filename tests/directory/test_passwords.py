from time import perf_counter

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from directory.passwords import policy, problems, rules, score, spell, validate
from directory.passwords.banned import is_common, normalised

GOOD = "Kite-4736-Fern"

# --- the policy ---


@pytest.mark.parametrize("password", [GOOD, "mnrKPT47", "mnr KPT wx", "rt5-" * 63 + "Kite", "Tür-und-Tor-47"])
def test_good_passwords_have_no_problems(password):
    assert problems(password) == []
    validate(password)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("Kt4-rFn", "too_short"),
        ("Kt4-rFnm" * 32 + "x", "too_long"),
        ("kite4736fern", "too_few_classes"),
        ("kite-fern-dusk", "too_few_classes"),
        ("KITE 4736", None),
        ("Passw0rd", "common"),
        ("P@ssw0rd", "common"),
        ("Password1!", "common"),
        ("Qwerty123!", "weak"),
        ("Welcome1!", "weak"),
        ("Sunshine-Princess", "weak"),
    ],
)
def test_each_problem_has_its_code(password, code):
    if code is None:
        return validate(password)
    with pytest.raises(ValidationError) as refused:
        validate(password)
    assert [error.code for error in refused.value.error_list] == [code]
    assert problems(password) == refused.value.messages == [str(policy.MESSAGES[code])]


def test_length_limits_are_8_and_256():
    filler = "Kt4-rFnm"
    assert not problems(filler)
    assert not problems(filler * 32)
    assert problems(filler[:-1])
    assert problems(filler * 32 + "x")


def test_several_problems_are_all_said():
    assert len(problems("kite", person_names=["Kite"])) == 4


def test_letters_without_case_are_a_class_of_their_own():
    assert problems("شمس-وقمر-٤٧٣") == []
    assert problems("山川草木花鳥風月四季") == [str(policy.MESSAGES["too_few_classes"])]


def test_decomposed_accents_are_letters_not_symbols():
    composed, decomposed = "kitéfern47", "kite\u0301fern47"
    assert problems(composed) == problems(decomposed) == [str(policy.MESSAGES["too_few_classes"])]


@pytest.mark.parametrize(
    "password",
    ["Maria-4736-x", "xx-m@ri@-73-K", "L0pez-4736-x", "López 4736 x", "xMARIAx4736", "1opez-LOPEZ-4"],
)
def test_parts_of_the_persons_name_are_refused(password):
    assert problems(password, person_names=["Maria López"]) == [str(policy.MESSAGES["name"])]


def test_parts_of_names_are_split_at_all_that_is_no_letter():
    names = ["helen.park@riverside.example", "Anne-Sophie O'Brien"]
    for part in ("Helen", "Park", "Riverside", "Anne", "Sophie", "Brien"):
        assert problems(f"{part}-4736-xk", person_names=names) == [str(policy.MESSAGES["name"])]


def test_short_parts_of_names_are_allowed():
    assert problems("Tom-Li-4736-Fern", person_names=["Tom Li", "Al"]) == []


def test_parts_of_the_tenants_name_are_refused():
    names = ["Riverside Unified School District"]
    assert problems("sch00l-Fern-47", tenant_names=names) == [str(policy.MESSAGES["name"])]
    assert problems("Kite-Fern-47", tenant_names=names) == []


# --- points ---

BANNED = ("contoso", "blank")


@pytest.mark.parametrize(("password", "points"), [("C0ntos0Blank12", 4), ("ContoS0Bl@nkf9!", 5)])
def test_the_two_documented_examples(password, points):
    assert score(password, BANNED) == points
    assert bool(problems(password, banned=BANNED)) == (points < 5)


@pytest.mark.parametrize(
    "piece", ["fernwy", "fernwz", "fernw", "ernwy", "fexnwy", "ferxnwy", "f3rnwy", "FERNWY"]
)
def test_banned_words_match_at_edit_distance_one(piece):
    assert score(piece, ["fernwy"]) == 1


@pytest.mark.parametrize("piece", ["fernwy", "fexnwy", "fernwz", "fenwy", "ferxnwy"])
def test_banned_words_are_found_inside(piece):
    assert score(f"73{piece}!", ["fernwy"]) == 4


@pytest.mark.parametrize("piece", ["ferxxy", "fern", "fexxrnwy", "efnrwy"])
def test_banned_words_do_not_match_at_edit_distance_two(piece):
    assert score(piece, ["fernwy"]) == len(piece)


def test_a_letter_put_before_or_after_a_banned_word_counts():
    assert score("fernwyx", ["fernwy"]) == score("xfernwy", ["fernwy"]) == 2


def test_the_cheapest_reading_counts():
    assert score("contosoblank", ["contoso", "contosob", "lank", "blank"]) == 2


def test_banned_words_of_other_lengths_are_ignored():
    assert score("ferxyz", ["fer", "x" * 17]) == 6
    assert score("a" * 16, ["a" * 16]) == 1


def test_banned_words_are_read_without_case_and_accents_too():
    assert score("élève", ["ELEVE"]) == score("b0at", [" Boat "]) == 1


def test_common_passwords_are_banned_words():
    assert score("sunshine-47") == 4
    assert is_common("PASSWORD")
    assert is_common("p@$$w0rd")
    assert not is_common(GOOD)


def test_a_full_list_and_a_long_password_are_quick():
    terms = [f"term{n:04}word" for n in range(1000)]
    start = perf_counter()
    assert score("ab1$" * 64, terms) == 256
    assert perf_counter() - start < 0.5


@given(st.text(max_size=40), st.lists(st.text(max_size=17), max_size=4))
def test_points_never_exceed_the_characters(password, banned):
    assert score(password, banned) <= len(normalised(password))
    assert score(password, banned) <= score(password)


@given(st.text(max_size=300))
def test_any_text_gets_an_answer(password):
    assert isinstance(
        problems(password, person_names=[password], tenant_names=[password], banned=[password]), list
    )
    assert [character for character, _said in spell(password)] == list(password)


# --- said to people ---


def test_rules_name_the_limits_before_anyone_types():
    text = " ".join(map(str, rules()))
    assert f"{policy.SHORTEST} to {policy.LONGEST}" in text
    assert "Three" in text
    assert policy.CLASSES_NEEDED == 3


def test_messages_name_the_limits():
    assert str(policy.SHORTEST) in str(policy.MESSAGES["too_short"])
    assert str(policy.LONGEST) in str(policy.MESSAGES["too_long"])


def test_rules_are_translated_when_shown():
    lazy = rules()
    with translation.override("de"):
        assert all(str(rule) for rule in lazy)
    assert not any(type(rule) is str for rule in lazy)


def test_spelling():
    assert spell("Ki4-") == [("K", "capital Kilo"), ("i", "India"), ("4", "four"), ("-", "hyphen")]


def test_every_character_on_a_keyboard_is_spoken_differently():
    keys = [chr(code) for code in range(32, 127)]
    spoken = [said for _key, said in spell("".join(keys))]
    assert len(set(spoken)) == len(keys) == 95
    assert not set(spoken) & set(keys)


def test_characters_beyond_the_keyboard_are_named_by_unicode():
    assert spell("é") == [("é", "latin small letter e with acute")]
    assert spell("\x07") == [("\x07", "\x07")]


def test_spelling_letters_begin_with_their_letter():
    assert all(said.lower().startswith(letter) for letter, said in spell("abcdefghijklmnopqrstuvwxyz"))
