from argparse import ArgumentParser

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from directory import actions, command_line, phone_numbers
from directory.connectors import AuthorityError
from directory.door import CommandLine, Denied, Initiator
from directory.models import Settings, User


class Command(command_line.Command):
    help = "Sets how a person is reached: alternate e-mail address and mobile phone number."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user_principal_name", metavar="UPN", help="like sam.reed@school.example")
        parser.add_argument("--alternate-email", metavar="ADDRESS", help="'' removes it")
        parser.add_argument("--mobile-phone", metavar="NUMBER", help="like +14255550100; '' removes it")
        self.add_by(parser)

    def handle(self, *args, **options) -> None:
        upn = options["user_principal_name"].strip().lower()
        with command_line.tenant_with(upn).scope():
            person, by = command_line.person_called(upn), command_line.initiator(options["by"])
            try:
                number = _number(options["mobile_phone"])  # before anything is changed
                _set_email(person, options["alternate_email"], by)
                _set_phone(person, number, by)
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from error
            except (Denied, AuthorityError) as error:
                raise CommandError(str(error)) from error
        self.stdout.write(f"{upn}: saved.")


def _number(typed: str | None) -> str | None:
    return phone_numbers.to_e164(typed, Settings.current().phone_region) if typed else typed


def _set_email(person: User, address: str | None, by: Initiator | CommandLine) -> None:
    if address:
        actions.set_alternate_email(person, address, by=by)
    elif address == "":
        actions.remove_alternate_email(person, by=by)


def _set_phone(person: User, number: str | None, by: Initiator | CommandLine) -> None:
    if number:
        actions.set_phone(person, number, by=by)
    elif number == "":
        actions.remove_phone(person, by=by)
