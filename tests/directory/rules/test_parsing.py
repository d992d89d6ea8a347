"""How rules are read: Entra's own examples, precedence, quotes and a sentence with the place for the rest."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directory.rules import MOST_CHARACTERS, RuleError, parse
from directory.rules.tree import Both, Each, Either, Negation, Test

GROUP = "123e4567-e89b-12d3-a456-426614174000"


@pytest.mark.parametrize(
    "text",
    [
        'user.department -eq "Sales"',
        '(user.department -eq "Sales") -or (user.department -eq "Marketing")',
        '(user.department -eq "Sales") -and -not (user.jobTitle -startsWith "SDE")',
        'user.department -in ["50001","50002","50003"]',
        'user.displayName -match "^Da.*"',
        'user.displayName -match ".*vid"',
        "user.department –ne null",  # noqa: RUF001  a dash, as in Microsoft's page
        'user.department –eq "A" –and (user.jobTitle –eq "B" –or user.jobTitle –eq "C")',  # noqa: RUF001
        "user.employeeId -ne $null",
        "user.accountEnabled -eq true",
        'user.accountEnabled -eq "true"',
        "user.objectId -ne null",
        '(user.objectId -ne null) -and (user.userType -eq "Member")',
        '(user.otherMails -any (_ -startsWith "contoso"))',
        'user.otherMails -endsWith"@contoso.com"',
        f"user.memberOf -any (group.objectId -in ['{GROUP}', '{GROUP.upper()}'])",
        f"user.memberof -any (group.objectId -eq '{GROUP}')",
        'USER.Department EQ "x" AND NOT user.surname NOTIN ["y"]',
        '\n user.mobile\t-notContains\n"555"\n',
    ],
)
def test_rules_of_entra_are_read(text):
    assert parse(text).root


def shape(node) -> str:
    match node:
        case Both(parts):
            return "(" + "&".join(map(shape, parts)) + ")"
        case Either(parts):
            return "(" + "|".join(map(shape, parts)) + ")"
        case Negation(of):
            return f"!{shape(of)}"
        case Each():
            return f"each{shape(node.of)}"
        case Test():
            return str(node.values[0])


A, B, C = ('user.department -eq "a"', 'user.surname -eq "b"', 'user.jobTitle -eq "c"')


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (f"{A} -or {B} -and {C}", "(a|(b&c))"),
        (f"{A} -and {B} -or {C}", "((a&b)|c)"),
        (f"({A} -or {B}) -and {C}", "((a|b)&c)"),
        (f"-not {A} -and {B}", "(!a&b)"),
        (f"-not ({A} -and {B})", "!(a&b)"),
        (f"{A} -and -not -not {B}", "(a&!!b)"),
        (f"(({A}))", "a"),
    ],
)
def test_not_binds_closer_than_and_and_that_closer_than_or(text, meant):
    assert shape(parse(text).root) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('"Sales"', "Sales"),
        ("'Sales'", "Sales"),
        ('"the `"Sales`""', 'the "Sales"'),
        ('"O\'Brien"', "O'Brien"),
        ("'O''Brien'", "O'Brien"),
        ("\"O''Brien\"", "O'Brien"),
        ('"a``b"', "a`b"),
        ('"a`b"', "a`b"),
        ('"a\\b"', "a\\b"),
    ],
)
def test_what_stands_between_quotes(written, meant):
    assert parse(f"user.department -eq {written}").root.values == (meant,)


@pytest.mark.parametrize(
    ("text", "character", "said"),
    [
        ("", 1, "ends too early: A property"),
        ('department -eq "x"', 1, "“department”: Write user.department"),
        (
            'user.city -eq "x"',
            1,
            "“user.city”: There is no such property here. There are: acc",
        ),
        ('user.department -like "x"', 17, "“-like”: There is no such operator"),
        ('user.department "x"', 17, "An operator, like -eq, is expected"),
        ("user.department -eq Sales", 21, "“Sales”: Put a text into quotes"),
        ("user.department -eq “Sales”", 21, "straight quotes"),
        ('user.department -eq "Sales', 21, "no closing quote"),
        (f"{A} {B}", 25, "“user.surname”: -and, -or or the end"),
        (f"({A}", 25, "A closing bracket is missing"),
        (f"{A})", 24, "“)”: The end is expected"),
        (f"{A} -and", 29, "A property, like user.department, is missing"),
        (f"{A}; x", 24, "“;”: This is no part of a rule"),
        ("user.department -eq", 20, "A value is missing"),
        ('user.department -in "x"', 21, "Write a list"),
        ('user.department -eq ["x"]', 17, "A list goes with -in"),
        ("user.department -in []", 17, "The list is empty"),
        ("user.department -in [null]", 22, "null goes with -eq"),
        ('user.department -contains ""', 27, "nothing between the quotes"),
        ("user.department -eq true", 21, "accountEnabled only"),
        ('user.accountEnabled -eq "yes"', 25, "true or false"),
        ('user.accountEnabled -contains "t"', 21, "goes with texts only"),
        ('user.userType -eq "Boss"', 19, "“Member” or “Guest”"),
        ('user.objectId -eq "x"', 19, "This is no id"),
        ('user.department -any (_ -eq "x")', 1, "one value only"),
        ('user.otherMails -any (user.surname -eq "x")', 23, "write _ for the value"),
        ('user.memberOf -eq "x"', 1, "Write: user.memberOf -any"),
        (f"user.memberOf -all (group.objectId -eq '{GROUP}')", 1, "-any only"),
        (f"user.memberOf -any (group.objectId -ne '{GROUP}')", 36, "-in or -eq only"),
        ("user.memberOf -any (group.name -eq 'x')", 21, "only group.objectId"),
        ("user.memberOf -any (group.objectId -eq null)", 21, "Write the id of a group"),
        ('user.department -eq "a\0b"', 23, "no text"),
        ('user.department -eq "\ud800"', 22, "no text"),
        (" " * MOST_CHARACTERS + "x", MOST_CHARACTERS + 1, "at most 3072 characters"),
        ("-not " * 30 + A, 1, "inside of something else"),
        (" -or ".join(['user.surname -match "x"'] * 21), 574, "at most 20 patterns"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text, character, said):
    with pytest.raises(RuleError) as refused:
        parse(text)
    assert refused.value.character == character
    assert str(refused.value).startswith(f"Character {character}")
    assert said in str(refused.value)


def test_a_long_word_is_not_said_whole():
    with pytest.raises(RuleError, match="“user.x{34}…”"):
        parse("user." + "x" * 3000 + ' -eq "y"')


def test_brackets_in_brackets_are_no_trouble():
    assert shape(parse("(" * 1500 + A + ")" * 1500).root) == "a"


WORDS = [
    "user.department",
    "user.otherMails",
    "-eq",
    "-in",
    "-any",
    "and",
    "-or",
    "-not",
    "(",
    ")",
    "[",
    "]",
    ",",
]
NOISE = st.lists(
    st.sampled_from([*WORDS, '"x"', "'y'", "_", "null", "true", "`", '"', "–", "\n"]), max_size=40
)


@settings(max_examples=1500, deadline=None, derandomize=True)
@given(NOISE.map(" ".join) | NOISE.map("".join) | st.text(max_size=60))
def test_whatever_is_typed_is_a_rule_or_a_sentence(text):
    try:
        assert parse(text).root
    except RuleError as error:
        assert 1 <= error.character <= len(text) + 1
        assert str(error)


@pytest.mark.parametrize(
    "part", ["(", "-not ", "[", '"', "`", "user.department -in [", "-not(", "'`", "_ -any("]
)
def test_the_longest_rules_are_answered(part):
    """Nothing in them is walked deeper than the stack is, nor looked at again and again."""
    with pytest.raises(RuleError):
        parse((part * MOST_CHARACTERS)[:MOST_CHARACTERS])
