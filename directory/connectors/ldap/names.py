"""Distinguished names, as servers and people write them: RFC 4514."""

from __future__ import annotations

import re

from ldap3.core.exceptions import LDAPInvalidDnError
from ldap3.utils.dn import parse_dn

ESCAPED = re.compile(r"(?:\\[0-9A-Fa-f]{2})+|\\.")
LONGEST = 4096  # characters: a longer one is no name, and would be read for minutes
Part = tuple[str, str, str]  # attribute, value, and what stands behind it: a plus, a comma, or nothing


def lies_below(dn: str, base: str) -> bool:
    """Whether this name is the base or lies below it. Without a base all do; what is no name does not.

    Letters' case and doubled blanks mean nothing in the names of units and domains.
    """
    if not base:
        return True
    here, above = _parts(dn), _parts(base)
    if not here or not above or here[-len(above) :] != above:
        return False
    return len(here) == len(above) or here[-len(above) - 1][2] == ","


def _parts(dn: str) -> list[Part]:
    if len(dn) > LONGEST:
        return []
    try:
        parsed = parse_dn(dn, escape=False, strip=True)
    except LDAPInvalidDnError:
        return []
    return [(name.lower(), " ".join(_plain(value).casefold().split()), sign) for name, value, sign in parsed]


def _plain(value: str) -> str:
    """Without escapes, which may be written as bytes or before the letter itself."""
    return ESCAPED.sub(_unescaped, value)


def _unescaped(found: re.Match[str]) -> str:
    text = found[0]
    if len(text) == 2:
        return text[1]
    return bytes.fromhex(text.replace("\\", "")).decode(errors="replace")
