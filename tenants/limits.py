"""Counters that are shared by every server process: they stand in a table, each tenant's apart."""

from tenants import scopes


def cache_key(key: str, key_prefix: str, version: int) -> str:
    """Name a cache entry after its tenant too: one tenant's entries never collide with another's."""
    return f"{key_prefix}:{version}:{scopes.require().hex}:{key}"
