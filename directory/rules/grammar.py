"""The grammar of rules. LALR: its time is linear in the rule, and it keeps a stack of its own.

The hyphen before an operator may be missing, and may be one of the dashes that word processors make of it:
Microsoft's own examples have some. Words that are none of ours are let through, so that checking can say what
is wrong with them.
"""

from functools import cache

from lark import Lark, Transformer

from directory.rules.tree import OPERATORS

DASHES = "-\u2010\u2011\u2013\u2014\u2212"
GRAMMAR = r"""
    start: _either
    _either: either | _both
    either: _both (_OR _both)+
    _both: both | _one
    both: _one (_AND _one)+
    _one: negation | comparison | each | "(" _either ")"
    negation: _NOT _one
    comparison: WORD (OPERATOR | UNKNOWN) (_value | list)
    each: WORD (ANY | ALL) "(" _either ")"
    list: "[" [_value ("," _value)*] "]"
    _value: DOUBLE | SINGLE | WORD

    OPERATOR.3: /DASH?(OPERATORS)END/i
    _AND.3: /DASH?andEND/i
    _OR.3: /DASH?orEND/i
    _NOT.3: /DASH?notEND/i
    ANY.3: /DASH?anyEND/i
    ALL.3: /DASH?allEND/i
    UNKNOWN.2: /DASH\w+/
    WORD.1: /[\w.$]+/
    DOUBLE: /"(?:`.|[^"`])*"/s
    SINGLE: /'(?:''|`.|[^'`])*'/s
    %ignore /\s+/
"""
WORDS = {"OPERATORS": "|".join(OPERATORS), "DASH": f"[{DASHES}]", "END": r"(?![\w.])"}


@cache
def parser(building: Transformer) -> Lark:
    """Reads a rule and builds as it reads: no deep tree is ever walked."""
    grammar = GRAMMAR
    for name, pattern in WORDS.items():
        grammar = grammar.replace(name, pattern)
    return Lark(grammar, parser="lalr", transformer=building)
