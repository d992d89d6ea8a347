"""Values as the database gives them back: an entry must read tomorrow as it was hashed today."""

from __future__ import annotations

from datetime import date, time
from ipaddress import IPv6Address, ip_address
from typing import Any
from uuid import UUID

EXACT = 2**53  # whole numbers beyond it are rounded by many readers of JSON (RFC 8259, section 6)


def text(value: Any) -> str:
    """Without what PostgreSQL or UTF-8 cannot hold: zeros, halves of characters."""
    return str(value).replace("\0", "").encode("utf-8", "replace").decode()


def json(value: Any) -> Any:
    """Lists, dicts, texts, booleans, None and exact whole numbers; all else becomes text."""
    if isinstance(value, dict):
        return {text(name): json(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [json(part) for part in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) < EXACT:
        return int(value)
    return text(value.isoformat() if isinstance(value, (date, time)) else value)


def address(value: str | None) -> str | None:
    """A network address in its shortest form; an IPv4 one wrapped in IPv6 is unwrapped."""
    if not value:
        return None
    found = ip_address(value)
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(mapped or found)


def key(value: Any) -> UUID | None:
    """An id, given as one or as its text."""
    return None if value is None else UUID(str(value))
