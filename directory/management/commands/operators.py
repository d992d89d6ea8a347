from argparse import ArgumentParser

from directory import command_line
from directory.actions.settings import update_settings
from directory.models import Settings
from tenants.models import operators

ON_OFF = {"on": True, "off": False}


class Command(command_line.Command):
    help = "Prints whether the operators' own access policies are looked at, after changing it if asked to."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--access-policies", choices=ON_OFF, metavar="on|off")

    def handle(self, *args, access_policies: str | None, **options) -> None:
        with operators().scope():
            if access_policies:
                # As whoever has this shell: it is the way back in for operators who shut themselves out.
                by = command_line.initiator(None)
                update_settings({"access_policies": ON_OFF[access_policies]}, by=by)
            state = "on" if Settings.current().access_policies else "off"
            self.stdout.write(f"access-policies: {state}")
