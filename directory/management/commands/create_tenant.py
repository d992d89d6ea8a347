from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import transaction

from directory import command_line, first_people, roles, verbs
from tenants.models import EmailDomain, Tenant, operators


class Command(command_line.Command):
    help = (
        "Adds a tenant with its domain and first Global Administrator; prints their temporary password once."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("slug", help="the path it is mounted at, like riverside")
        parser.add_argument("name", help="the organization's name")
        parser.add_argument("--domain", required=True, help="domain of its user names")
        parser.add_argument("--admin", required=True, metavar="UPN", help="the first Global Administrator")
        parser.add_argument("--admin-name", default="Administrator", help="their first and last name")
        self.add_by(parser)

    def handle(self, *args, **options) -> None:
        try:
            with transaction.atomic():
                tenant, password = _add(options)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{options['admin']} signs in at {tenant.prefix}/sign-in/ with: {password}")


def _add(options: dict) -> tuple[Tenant, str]:
    with operators().scope():
        by = command_line.allowed(options["by"], verbs.MANAGE_TENANTS)
        tenant = Tenant(slug=options["slug"], name=options["name"])
        tenant.full_clean()
        tenant.save()
        domain = EmailDomain(domain=options["domain"].lower(), tenant=tenant, is_default=True)
        domain.full_clean()
        domain.save()
    with tenant.scope():
        return tenant, first_people.add(options["admin"], options["admin_name"], roles.GLOBAL, by=by)
