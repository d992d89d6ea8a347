"""Patterns of -match: simple ones mean in PostgreSQL what they mean elsewhere, the others are refused."""

import re

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from directory.rules.patterns import NotSimple, read


def matches(pattern: str, text: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute('SELECT %s::text COLLATE "C" ~ %s', [text, read(pattern)])
        return cursor.fetchone()[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("^Da.*", ["Da", "dav", "David"], ["aDa", ""]),
        (".*vid", ["David", "video"], ["Da"]),
        ("^(grade|year) [0-9]{1,2}$", ["Grade 9", "year 12"], ["grade 123", "Grade x", "my grade 9"]),
        (r"a\.b", ["A.B"], ["axb"]),
        (r"^\d+$", ["123"], ["12a", ""]),
        ("[^a-z]", ["a1", "é"], ["abc", "ABC"]),
        ("^[à-é]$", ["É", "à"], ["e", "ê"]),
        ("(?:ab)+?c", ["xababc"], ["ac"]),
        (r"^[\]\\a]+$", ["]\\A"], ["b"]),
        ("^(a|)b$", ["ab", "B"], ["aab"]),
        ("x{2}", ["XX"], ["x"]),
    ],
)
def test_simple_ones(pattern, yes, no):
    assert [matches(pattern, text) for text in yes] == [True] * len(yes)
    assert [matches(pattern, text) for text in no] == [False] * len(no)


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(a+)+", "stands in what repeats"),
        ("((a*)b)*", "stands in what repeats"),
        ("(a{2,3}){4}", "stands in what repeats"),
        (".{100}.{100}.{100}.{100}.{100}.{100}", "too many characters"),
        ("a{3,1}", "ends before it begins"),
        ("a{9999}", "from its character 2"),
        ("(a)\\1", "from its character 4"),
        ("(?=a)b", "from its character 1"),
        ("(?i)a", "from its character 1"),
        ("***:a", "from its character 1"),
        (r"\bword\b", "from its character 1"),
        (r"\w+", "from its character 1"),
        ("a**", "from its character 3"),
        ("^*", "from its character 2"),
        ("[[:alpha:]]", "simple ones"),
        ("[z-a]", "turned around"),
        ("[ -\uffff]", "too wide"),
        ("(((((( a ))))))", "too many brackets"),
        ("(", "simple ones"),
        ("a)", "from its character 2"),
        ("a" * 201, "at most 200"),
    ],
)
def test_others_are_refused(pattern, said):
    with pytest.raises(NotSimple, match=re.escape(said)):
        read(pattern)


PARTS = st.sampled_from(["a", "b", "B", ".", "[ab]", "[^a]", r"\.", "^", "$", "(a|b)", "(ab)", "(?:a|)"])
TIMES = st.sampled_from(["", "", "*", "+", "?", "{2}", "{1,3}", "{0,}", "*?"])


@pytest.mark.django_db
@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(PARTS, TIMES), min_size=1, max_size=5),
    st.lists(st.text("abAB.\n", max_size=6), min_size=1, max_size=4),
)
def test_they_mean_what_python_says(parts, texts):
    pattern = "".join(part + ("" if part in "^$" else times) for part, times in parts)
    python = re.compile(pattern.replace("$", r"\Z"), re.DOTALL | re.IGNORECASE | re.ASCII)
    for text in texts:
        assert matches(pattern, text) == bool(python.search(text)), (pattern, text)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.text(r"ab(|)[]^$.*+?{}1,\-:é", max_size=30))
def test_whatever_is_typed_is_a_pattern_or_a_sentence(pattern):
    try:
        re.compile(read(pattern))
    except NotSimple as error:
        assert str(error)
