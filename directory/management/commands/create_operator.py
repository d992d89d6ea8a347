from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import transaction

from directory import command_line, first_people, roles, verbs
from directory.door import CommandLine, Initiator
from tenants.models import EmailDomain, operators


class Command(command_line.Command):
    help = "Adds a person who runs this instance, and prints their temporary password once."

    def add_arguments(self, parser) -> None:
        parser.add_argument("user_principal_name", metavar="UPN", help="like olive@it.school.example")
        parser.add_argument("name", help="first and last name")
        self.add_by(parser)

    def handle(self, *args, **options) -> None:
        upn = options["user_principal_name"]
        try:
            with operators().scope(), transaction.atomic():
                by = command_line.allowed(options["by"], verbs.MANAGE_TENANTS)
                password = _add(upn, options["name"], by)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{upn} signs in at /sign-in/ with: {password}")


def _add(upn: str, name: str, by: Initiator | CommandLine) -> str:
    """The operators' domains are those of the operators: the first of a domain brings it along."""
    domain = upn.rpartition("@")[2].lower()
    EmailDomain.objects.get_or_create(domain=domain, defaults={"tenant": operators()})
    return first_people.add(upn, name, roles.OPERATOR, by=by)
