import hashlib
import re
from dataclasses import replace
from math import log2

import pytest

from directory import passwords
from directory.passwords import AMBIGUOUS, ENTRA, NIST, Policy, Style, entropy, temporary

MANY = 400
STYLES = list(Style)


def generate(style, policy=ENTRA, **names):
    return passwords.generate(style, policy, **names)


def many(style):
    return [generate(style) for _ in range(MANY)]


@pytest.mark.parametrize("style", STYLES)
def test_no_style_ever_holds_an_ambiguous_character(style):
    assert not set("".join(many(style))) & set(AMBIGUOUS)
    assert set("0Oo1lI2Z5S8B") <= set(AMBIGUOUS)


def test_nothing_to_choose_from_is_ambiguous():
    """Chance cannot hide a letter from this one: it looks at all that may be chosen."""
    words = "".join(word.capitalize() for word in temporary.word_list())
    assert not set(words + temporary.STRONG_ALPHABET + temporary.DIGITS + "-") & set(AMBIGUOUS)


def test_strong_leaves_out_what_only_words_make_clear():
    alphabet = temporary.STRONG_ALPHABET
    assert not set(alphabet) & set("6gqbGcCjJkKpPuUvVwWxXyYimaeAEU")
    assert len(set(alphabet)) == len(alphabet)


@pytest.mark.parametrize(
    ("style", "shape"),
    [
        ("words", r"([A-Z][a-z]{2,5}-){3}[34679]"),
        ("word-and-digits", r"[A-Z][a-z]{2,5}-[34679]{4}-[A-Z][a-z]{2,5}"),
        ("strong", r"([A-Za-z3479]{4}-){3}[A-Za-z3479]{4}"),
    ],
)
def test_each_style_has_its_shape(style, shape):
    assert all(re.fullmatch(shape, password) for password in many(style))


@pytest.mark.parametrize("style", STYLES)
def test_the_policy_accepts_whatever_is_generated(style, monkeypatch):
    """At the first try too: a policy that threw some away would lower the entropy."""
    monkeypatch.setattr(temporary, "ATTEMPTS", 1)
    for password in many(style):
        passwords.validate(password, ENTRA)


LONG = [NIST, replace(NIST, shortest=64, longest=64), replace(ENTRA, shortest=20, classes=4, points=10)]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("policy", [*LONG, Policy(shortest=6, classes=0, points=0, names=False)])
def test_every_policy_accepts_what_is_generated_for_it(style, policy):
    for _ in range(40):
        password = generate(style, policy)
        passwords.validate(password, policy)
        assert policy.shortest <= len(password) <= policy.longest
        assert not set(password) & set(AMBIGUOUS)


@pytest.mark.parametrize("style", ["words", "word-and-digits"])
def test_banned_words_of_ours_are_made_up_for_by_more_of_them(style, monkeypatch):
    monkeypatch.setattr(temporary, "word_list", lambda: ("fern", "kite", "dusk", "wing", "trace"))
    policy = replace(ENTRA, points=10, banned=("fern", "kite", "dusk", "wing", "trace"))
    assert len(generate(style, policy)) > 17


def test_longer_ones_keep_the_look_of_their_style():
    looks = {
        "words": r"([A-Z][a-z]{2,5}-){4,}[34679]",
        "word-and-digits": r"([A-Z][a-z]+-){2,}[34679]{4}-[A-Z][a-z]+",
    }
    for style, shape in looks.items():
        assert re.fullmatch(shape, generate(style, replace(NIST, shortest=24)))
    assert re.fullmatch(
        r"([A-Za-z3479]{4}-){4}[A-Za-z3479]{4}", generate("strong", replace(NIST, shortest=24))
    )


@pytest.mark.parametrize("style", STYLES)
def test_no_two_are_the_same(style):
    assert len(set(many(style))) == MANY


def test_words_of_one_password_differ():
    assert all(len(set(password.split("-"))) == 4 for password in many("words"))


def test_numbers_are_fit_for_children():
    assert not [n for n in temporary.NUMBERS if "69" in n or "666" in n]
    assert set("".join(temporary.NUMBERS)) == set(temporary.DIGITS)


def test_a_password_with_the_persons_name_is_thrown_away(monkeypatch):
    monkeypatch.setattr(temporary, "word_list", lambda: ("fern", "kite", "dusk"))
    names = {"person_names": ["Maria Kite"]}
    for policy in (ENTRA, replace(ENTRA, names=False)):
        assert all("Kite" not in generate("word-and-digits", policy, **names) for _ in range(50))
    with pytest.raises(RuntimeError, match="names"):
        generate("words", **names)


def test_an_unknown_style_is_an_error():
    with pytest.raises(ValueError, match="rude"):
        generate("rude")


def test_the_word_list_is_the_one_that_was_read():
    """A change of the package or of our lists changes this: read the whole list again before you mend it."""
    words = temporary.word_list()
    assert len(words) == 537
    digest = hashlib.sha256(" ".join(words).encode()).hexdigest()
    assert digest == "c6099b53582c886ed4844d9d995a1acd4119ba6fd6a044f65cab4963321e7ef8"


def test_words_are_short_and_fit_for_children():
    words = set(temporary.word_list())
    assert all(re.fullmatch("[a-z]{3,6}", word) for word in words)
    assert not words & {
        "hate",
        "nude",
        "gun",
        "drunk",
        "panty",
        "grave",
        "kick",
        "dad",
        "easter",
        "pagan",
        "fat",
    }
    rude = ("ass", "cum", "tit", "sex", "fag", "nig", "piss", "anus", "rape", "damn", "hell", "arse", "wee")
    assert {word for word in words if any(part in word for part in rude)} <= {"tweed", "tweet"}


@pytest.mark.parametrize("name", ["not_for_children.txt", "hard_to_dictate.txt"])
def test_no_listed_word_is_used(name):
    listed = temporary._listed(name)
    assert len(listed) > 150
    assert not listed & set(temporary.word_list())


def test_neither_word_of_a_pair_that_sounds_alike_is_used():
    text = (temporary.FOLDER / "hard_to_dictate.txt").read_text()
    pairs = text.split("# Sound alike")[1].split("\n\n")[0].splitlines()[1:]
    assert len(pairs) > 45
    assert {len(pair.split()) for pair in pairs} <= {1, 2}
    assert not {word for pair in pairs for word in pair.split()} & set(temporary.word_list())


def test_the_documented_entropy_is_right():
    words, numbers = len(temporary.word_list()), len(temporary.NUMBERS)
    expected = {
        "words": log2(words * (words - 1) * (words - 2)) + log2(5),
        "word-and-digits": log2(words * (words - 1)) + log2(numbers),
        "strong": 16 * log2(18),
    }
    said = dict(re.findall(r"^- `([a-z-]+)`, .* = ([\d.]+) bits$", temporary.__doc__, re.M))
    assert {style: f"{bits:.2f}" for style, bits in expected.items()} == said
    assert {style: entropy(style) for style in STYLES} == pytest.approx(expected)
    assert f"W = {words} words" in temporary.__doc__
    assert f"N = {numbers} four-digit" in temporary.__doc__


def test_the_documented_steps_of_the_entropy_are_right():
    words, numbers = len(temporary.word_list()), len(temporary.NUMBERS)
    steps = [log2(words * (words - 1) * (words - 2)), log2(5), log2(words * (words - 1)), log2(numbers)]
    said = re.findall(r"= ([\d.]+) \+ ([\d.]+) =", temporary.__doc__)
    assert [f"{bits:.2f}" for bits in steps] == [bits for line in said for bits in line]


def test_guessing_takes_as_long_as_documented():
    years = 2 ** entropy("word-and-digits") / 2 / 2 / (60 * 24 * 365.25)
    assert min(map(entropy, STYLES)) > 20
    assert f"takes {int(years)} years" in temporary.__doc__


def test_strong_loses_no_entropy_to_the_policy():
    """Refused are those with one class besides the hyphen: fewer than one in 100,000."""
    kinds = [sum(map(kind, temporary.STRONG_ALPHABET)) for kind in (str.isupper, str.islower, str.isdigit)]
    assert sum(kinds) == 18
    assert sum((kind / 18) ** 16 for kind in kinds) < 1e-5
