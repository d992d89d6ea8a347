from argparse import ArgumentParser

from directory import command_line, signing_keys
from directory.door import Denied
from tenants import keys


class Command(command_line.Command):
    help = "Signs a tenant's OpenID Connect tokens with a new key; the old one can be checked with for a day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", metavar="TENANT", help="its short name, as in its path")
        parser.add_argument(
            "--at-once", action="store_true", help="the old key was stolen: what it signed no longer counts"
        )
        self.add_by(parser)

    def handle(self, *args, tenant: str, by: str | None, at_once: bool, **options) -> None:
        with command_line.tenant_called(tenant).scope():
            try:
                signing_keys.rotate(by=command_line.initiator(by), at_once=at_once)
            except Denied as denied:
                raise command_line.CommandError(f"{by} may not do this: {denied}") from denied
            except keys.NoKeys as error:
                raise command_line.CommandError(str(error)) from error
        self.stdout.write(f"{tenant}: a new key signs.")
