"""Passwords: temporary ones that a child can read aloud, policies for typed ones, and how to spell them."""

from directory.passwords.banned import name_parts
from directory.passwords.estimate import WORDS, Strength, strength
from directory.passwords.policy import (
    ENTRA,
    NIST,
    NOT_THE_LAST,
    TYPED_TWICE,
    Policy,
    Rule,
    problems,
    rules,
    score,
    validate,
)
from directory.passwords.spelling import spell
from directory.passwords.temporary import AMBIGUOUS, Style, entropy, generate

__all__ = [
    "AMBIGUOUS",
    "ENTRA",
    "NIST",
    "NOT_THE_LAST",
    "TYPED_TWICE",
    "WORDS",
    "Policy",
    "Rule",
    "Strength",
    "Style",
    "entropy",
    "generate",
    "name_parts",
    "problems",
    "rules",
    "score",
    "spell",
    "strength",
    "validate",
]
