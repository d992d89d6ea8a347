"""What a rule means: one condition of the database on people.

Texts are compared by case folding that is spelled out (folding.py), for lower() of the database hangs on its
locale: ASCII by the collation "C", which is the same everywhere, and of other letters only those that the
rule has. A length that must be equal is asked first, being cheapest. A missing value is an empty text, so
that nothing here is ever unknown: a condition and its opposite divide all people.
"""

from __future__ import annotations

from functools import lru_cache, reduce
from operator import and_, or_

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Exists, F, Func, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.fields import BooleanField
from django.db.models.functions import Collate, Left, Length, Lower, Right, StrIndex
from django.db.models.lookups import Exact, GreaterThan, In

from directory.models import GroupMember, User
from directory.rules import patterns, properties
from directory.rules.checking import parse
from directory.rules.folding import fold, variants
from directory.rules.properties import Kind, Property
from directory.rules.tree import Both, Each, Either, Negation, Node, Rule, Test
from tenants.models import OPERATORS_ID

NOBODY = Q(pk__in=[])


def people(rule: Rule) -> QuerySet[User]:
    """Who the rule finds; guests only where it speaks of userType, and never an operator who has entered."""
    guests = properties.USER_TYPE in rule.properties
    some = User.objects.exclude(home_tenant=OPERATORS_ID) if guests else User.objects.members()
    return some.filter(_meaning(rule.root))


@lru_cache(maxsize=4096)
def as_sql(text: str) -> tuple[str, tuple]:
    """The same as a condition on rows of directory_user, with its parameters: many go into one statement.

    It is kept, for making it takes longer than asking it about one person.
    """
    query = people(parse(text)).query
    try:
        condition, parameters = query.where.as_sql(query.get_compiler(DEFAULT_DB_ALIAS), connection)
    except EmptyResultSet:
        return "false", ()
    return f"({condition})", tuple(parameters)


def _meaning(node: Node) -> Q:
    if isinstance(node, Both):
        return reduce(and_, map(_meaning, node.parts))
    if isinstance(node, Either):
        return reduce(or_, map(_meaning, node.parts))
    if isinstance(node, Negation):
        return ~_meaning(node.of)
    if isinstance(node, Each):
        return _each(node)
    return ~_test(node) if node.negated else _test(node)


def _each(node: Each) -> Q:
    if node.property.kind is Kind.GROUPS:
        groups = GroupMember.objects.filter(user=OuterRef("pk"))
        return Q(Exists(groups.filter(_meaning(node.of))))
    rows, inside = _rows(node.property), _meaning(node.of)
    return ~Q(Exists(rows.filter(~inside))) if node.every else Q(Exists(rows.filter(inside)))


def _rows(of: Property) -> QuerySet:
    return of.model.objects.filter(user=OuterRef("pk"), **dict(of.only))


def _test(node: Test) -> Q:
    """The comparison without its Not."""
    kind = node.property.kind
    if kind is Kind.METHOD:
        rows, asked = _rows(node.property), _text(node)
        return ~Q(Exists(rows)) if _asks_for_none(node) else Q(Exists(rows.filter(asked)))
    if kind is Kind.TYPE:
        return _type({value and value.lower() for value in node.values})
    if kind is Kind.TEXT:
        return _text(node)
    wanted = [value for value in node.values if value is not None]
    return Q(**{f"{node.property.field}__in": wanted}) if wanted else NOBODY


def _asks_for_none(node: Test) -> bool:
    return node.operator == "eq" and not node.values[0]


def _type(wanted: set[str | None]) -> Q:
    found = Q(home_tenant=None) if "member" in wanted else NOBODY
    return found | Q(home_tenant__isnull=False) if "guest" in wanted else found


# Texts


def _text(node: Test) -> Q:
    column, values = F(node.property.field), node.values
    if _asks_for_none(node):
        return Q(**{node.property.field: ""})
    if node.operator == "match":
        return Q(_Matches(Collate(column, "C"), Value(patterns.read(values[0]))))
    if node.operator in ("eq", "in"):
        return _equal(column, values)
    return _part(node.operator, column, values[0])


def _equal(column: F, values: tuple[str, ...]) -> Q:
    lengths = sorted({len(value) for value in values})
    folded = sorted({fold(value) for value in values})
    return Q(In(Length(column), lengths)) & Q(In(_folded(column, "".join(folded)), folded))


def _part(operator: str, column: F, value: str) -> Q:
    if operator == "contains":
        return Q(GreaterThan(StrIndex(_folded(column, value), Value(fold(value))), 0))
    end = Left(column, len(value)) if operator == "startsWith" else Right(column, len(value))
    return Q(Exact(_folded(end, value), Value(fold(value))))


def _folded(text: F | Func, letters: str) -> Func:
    """The text as `fold` has it, as far as these letters and ASCII go: enough to compare it with them."""
    lowered = Lower(Collate(text, "C"))
    other = {c: variants(c)[0] for letter in set(letters) for c in variants(letter)[1:] if not c.isascii()}
    if not other:
        return lowered
    return Func(
        lowered,
        Value("".join(other)),
        Value("".join(other.values())),
        function="TRANSLATE",
        output_field=TextField(),
    )


class _Matches(Func):
    """Whether a text has a part that the pattern describes."""

    template = "(%(expressions)s)"
    arg_joiner = " ~ "
    output_field = BooleanField()
    conditional = True
