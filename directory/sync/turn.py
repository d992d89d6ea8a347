"""One import at a time in each tenant."""

from django.db import connection

from tenants import scopes


def wait_for_turn() -> None:
    """Until the end of the transaction nobody else imports into the tenant whose scope we are in."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"import {scopes.require()}"]
        )
