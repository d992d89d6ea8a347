"""Random rules, as somebody types them, over values that have something to be mistaken about."""

from hypothesis import strategies as st

VALUES = [
    *("Lincoln", "LINCOLN", "lincoln ", "Lincoln Elementary", "López", "LÓPEZ", "Lopez", "日本", "😀", "aaa"),
    *("Straße", "STRASSE", "STRAẞE", "istanbul", "İstanbul", "ıstanbul", "ISTANBUL", "Σίσυφος", "σίσυφοσ"),
    *(
        "a%b_c",
        "a\\b",
        "O'Brien",
        'the "one"',
        "back`tick",
        "\u212aelvin",
        "Kelvin",
        "ſam",
        "Sam",
        "a.b",
        "ǅ",
        "ǆ",
    ),
]
TEXTS = ["department", "displayName", "employeeId", "givenName", "jobTitle", "surname", "userPrincipalName"]
METHODS = ["mobile", "telephoneNumber", "otherMails"]
PATTERNS = [
    "^lin",
    "n$",
    "a+",
    "[a-m]s",
    "(l|L)i",
    "i{1,2}n",
    ".",
    "[^a-z]",
    r"a\.b",
    r"\d",
    "ß",
    "^.?s",
    "(ab)*c",
]

values = st.sampled_from(VALUES) | st.text("aAsSkKſ\u212aßẞıİiI.%_'\"`\\ ", min_size=1, max_size=3)
case = st.sampled_from([str, str.lower, str.upper])


def double(text: str) -> str:
    return '"' + text.replace("`", "``").replace('"', '`"').replace("'", "`'") + '"'


def single(text: str) -> str:
    return "'" + text.replace("`", "``").replace("'", "''") + "'"


quoted = st.builds(lambda quote, text: quote(text), st.sampled_from([double, single]), values)


@st.composite
def operator(draw, *names: str) -> str:
    return draw(st.sampled_from(["-", "", "–"])) + draw(case)(draw(st.sampled_from(names)))


def spoken(*parts) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map(" ".join)


ONE = operator(
    "eq", "ne", "startsWith", "notStartsWith", "endsWith", "notEndsWith", "contains", "notContains"
)
LIST = st.lists(quoted, min_size=1, max_size=4).map(lambda found: f"[{', '.join(found)}]")


def comparisons(name: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return (
        spoken(name, ONE, quoted)
        | spoken(name, operator("in", "notIn"), LIST)
        | spoken(name, operator("match", "notMatch"), st.sampled_from(PATTERNS).map(double))
        | spoken(name, operator("eq", "ne"), st.sampled_from(["null", '""', "$null"]))
    )


def joined(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    brackets = inside.map("({})".format)
    return (
        spoken(inside, operator("and", "or"), inside)
        | spoken(brackets, operator("and", "or"), brackets)
        | spoken(operator("not"), brackets | inside)
    )


each = st.recursive(comparisons(st.just("_")), joined, max_leaves=3).map("({})".format)


def rules(groups: list[str], ids: list[str]) -> st.SearchStrategy[str]:
    """Rules that name some of these groups and people."""
    some = st.lists(st.sampled_from(groups), min_size=1, max_size=2)
    listed = some.map(lambda found: "(group.objectId -in [" + ", ".join(map(single, found)) + "])")
    leaves = (
        comparisons(st.sampled_from(TEXTS + METHODS).map("user.{}".format))
        | spoken(st.just("user.accountEnabled"), operator("eq", "ne"), st.sampled_from(["true", "False"]))
        | spoken(st.just("user.userType"), operator("eq", "ne"), st.sampled_from(['"Member"', '"guest"']))
        | spoken(st.just("user.objectId"), operator("eq", "ne"), st.sampled_from([*map(double, ids), "null"]))
        | spoken(st.just("user.otherMails"), operator("any", "all"), each)
        | spoken(st.just("user.memberOf"), operator("any"), listed)
    )
    return st.recursive(leaves, joined, max_leaves=6)
