"""Membership rules: who is in a dynamic location, in the syntax of Microsoft Entra ID.

grammar and parsing (text to an unchecked tree) → checking (properties, operators, values) → meaning (one
condition of the database). Source: "Manage rules for dynamic membership groups in Microsoft Entra ID".
"""

from directory.rules.checking import named_groups, parse
from directory.rules.errors import RuleError
from directory.rules.meaning import as_sql, people
from directory.rules.tree import MOST_CHARACTERS, Rule

__all__ = ["MOST_CHARACTERS", "Rule", "RuleError", "as_sql", "named_groups", "parse", "people"]
