"""Does the background work: notices, imports, schedules."""

from django.core.management.base import BaseCommand
from procrastinate.contrib.django import app

from tenants.checks import refuse_unsafe_role


class Command(BaseCommand):
    """Runs until a signal; jobs that have begun are finished first."""

    help = "Run the background jobs of every tenant. As many of these may run as are needed."
    requires_system_checks = []

    def handle(self, *args, **options) -> None:
        refuse_unsafe_role()
        # Django's own connection cannot wait for the queue's notices.
        with app.replace_connector(app.connector.get_worker_connector()):
            app.run_worker(concurrency=4, shutdown_graceful_timeout=20)
