"""The worker's command; like the web server it does not start where the wall would not stand."""

from procrastinate.contrib.django.management.commands import procrastinate

from tenants.checks import refuse_unsafe_role


class Command(procrastinate.Command):
    """procrastinate's own, after a look at the database's role."""

    def handle(self, *args, **options) -> None:
        refuse_unsafe_role()
        super().handle(*args, **options)
