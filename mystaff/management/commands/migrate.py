"""migrate works as the role that owns the tables: the application's may not make or change any."""

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate


class Command(migrate.Command):
    """Django's own, with another default for --database."""

    def add_arguments(self, parser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def execute(self, *args, **options):
        """Asked before Django's own checks, which would already use the connection."""
        if options["database"] not in settings.DATABASES:
            raise CommandError(
                "MYSTAFF_OWNER_DATABASE_URL is not set: it names the role that owns the tables."
            )
        return super().execute(*args, **options)
