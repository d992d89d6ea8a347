"""Passwords: temporary ones that a child can read aloud, the policy for typed ones, and how to spell them."""

from directory.passwords.policy import problems, rules, score, validate
from directory.passwords.spelling import spell
from directory.passwords.temporary import AMBIGUOUS, Style, entropy, generate

__all__ = ["AMBIGUOUS", "Style", "entropy", "generate", "problems", "rules", "score", "spell", "validate"]
