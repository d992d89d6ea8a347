"""Counters that are shared by every server process: they stand in tables, each tenant's apart."""

from datetime import timedelta
from hashlib import sha256

from django.db import connection
from django.utils import timezone

from tenants import scopes
from tenants.models import Counter

FORGOTTEN = timedelta(days=1)
COUNT = """
    INSERT INTO tenants_counter AS counter (key, begun_at, count) VALUES (%s, %s, 1)
    ON CONFLICT (tenant_id, key) DO UPDATE SET
        count = CASE WHEN counter.begun_at > %s THEN counter.count + 1 ELSE 1 END,
        begun_at = CASE WHEN counter.begun_at > %s THEN counter.begun_at ELSE excluded.begun_at END
    RETURNING count
"""


def cache_key(key: str, key_prefix: str, version: int) -> str:
    """Name a cache entry after its tenant too: one tenant's entries never collide with another's."""
    return f"{key_prefix}:{version}:{scopes.require().hex}:{key}"


def hits(what: str, within: timedelta) -> int:
    """Count one more of this, and say how many there were since its period began: one statement, exact.

    A period begins with the first hit, and lasts so long; twice as many can fall together where two meet.
    """
    key, now = sha256(what.encode()).hexdigest(), timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [key, now, now - within, now - within])
        return cursor.fetchone()[0]


def forget() -> None:
    """Delete the counters that nobody has hit for a day."""
    Counter.objects.filter(begun_at__lt=timezone.now() - FORGOTTEN).delete()
