"""What our commands share: one sentence for bad input, and who the trail says it was."""

from __future__ import annotations

import os
import pwd
import sys
from argparse import ArgumentParser
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError

from directory.door import CommandLine, Initiator
from directory.models import User
from directory.verbs import Action
from tenants.models import Tenant


class Command(BaseCommand):
    """Bad input ends with status 1 and one sentence on standard error, without usage or traceback."""

    def create_parser(self, *args, **kwargs) -> ArgumentParser:
        parser = super().create_parser(*args, **kwargs)
        parser.error = refuse
        return parser

    def run_from_argv(self, argv: list[str]) -> None:
        try:
            super().run_from_argv(argv)
        except CommandError as error:
            sys.exit(_sentence(error))

    def execute(self, *args, **options) -> Any:
        try:
            return super().execute(*args, **options)
        except CommandError as error:
            if self._called_from_command_line:
                sys.exit(_sentence(error))
            raise

    def add_by(self, parser: ArgumentParser) -> None:
        """The option that says who does it."""
        parser.add_argument(
            "--by",
            metavar="UPN",
            help="a person of the tenant who does it and must be allowed to; else the system account's name",
        )


def refuse(message: str) -> NoReturn:
    """Raise CommandError with a whole sentence."""
    raise CommandError(message[:1].upper() + message[1:].rstrip(".") + ".")


def _sentence(error: CommandError) -> str:
    return " ".join(str(error).split())


def tenant_called(slug: str) -> Tenant:
    """The tenant with this short name; raises CommandError."""
    found = Tenant.objects.filter(slug=slug).first()
    if found is None or found.is_operators:
        raise CommandError(f"There is no tenant {slug}.")
    return found


def tenant_with(user_principal_name: str) -> Tenant:
    """The tenant whose domain this user name has; raises CommandError."""
    domain = user_principal_name.rpartition("@")[2]
    found = Tenant.objects.filter(domains__domain=domain).first()
    if found is None or found.is_operators:
        raise CommandError(f"No tenant has the domain of {user_principal_name}.")
    return found


def person_called(user_principal_name: str) -> User:
    """The person, or the guest, with this user name in the scope we are in; raises CommandError."""
    person = User.objects.filter(user_principal_name=user_principal_name.strip().lower()).first()
    if person is None:
        raise CommandError(f"There is nobody with the user name {user_principal_name}.")
    return person


def initiator(by: str | None) -> Initiator | CommandLine:
    """Who the trail says it was: the person of --by, as far as they may, or whoever has this shell.

    With --by both: a name is soon typed.
    """
    if not by:
        return CommandLine(account())
    return Initiator(person_called(by), surface=f"manage.py, by the account {account()}")


def allowed(by: str | None, action: Action) -> Initiator | CommandLine:
    """Who does a deed on the tenant in whose scope we are; raises CommandError where it is not theirs."""
    found = initiator(by)
    if not found.may(action):
        raise CommandError(f"{by} may not do this: their role does not include it.")
    return found


def account() -> str:
    """Of the system, as the kernel knows it: the environment, which getpass asks, says what one likes."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # in a container there may be a number and no name
        return str(os.getuid())
