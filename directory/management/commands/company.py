from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from directory import command_line
from directory.actions.settings import update_settings
from directory.door import Denied
from directory.models import Access, Group, Settings
from directory.passwords import Style

ACCESS = {"all": Access.ALL, "selected": Access.SELECTED, "none": Access.NOBODY}
ON_OFF = {"on": True, "off": False}


def group_called(name: str) -> Group | None:
    """The group; none for an empty name."""
    if not name:
        return None
    found = Group.objects.filter(name=name).first()
    if found is None:
        raise CommandError(f"There is no group {name}.")
    return found


def number(typed: str) -> int:
    """The number that was typed."""
    if not typed.isdecimal():
        raise CommandError(f"{typed} is not a number.")
    return int(typed)


@dataclass(frozen=True)
class Option:
    """A setting on the command line."""

    field: str
    choices: dict[str, Any] | None = None
    read: Callable[[str], Any] = str
    metavar: str = "TEXT"

    @property
    def name(self) -> str:
        return self.field.replace("_", "-")

    def value(self, typed: str) -> Any:
        return self.choices[typed] if self.choices else self.read(typed)

    def shown(self, settings: Settings) -> str:
        stored = getattr(settings, self.field)
        words = {value: word for word, value in (self.choices or {}).items()}
        return words.get(stored, "" if stored is None else str(stored))


OPTIONS = [
    Option("self_service_reset", ACCESS),
    Option("self_service_group", read=group_called, metavar="NAME"),
    Option("methods_required", {"1": 1, "2": 2}),
    Option("self_service_unlock", ON_OFF),
    Option("my_staff_access", ACCESS),
    Option("my_staff_group", read=group_called, metavar="NAME"),
    Option("sms_sign_in", ON_OFF),
    Option("qr_badges", ON_OFF),
    Option("pin_length", read=number, metavar="N"),
    Option("look_up_everyone", ON_OFF),
    Option("notify_people", ON_OFF),
    Option("notify_administrators", ON_OFF),
    Option("password_style", {style: style for style in Style.values}),
    Option("phone_region", metavar="XX"),
    Option("help_contact"),
    Option("help_phone"),
    Option("accent", metavar="#RRGGBB"),
]


class Command(command_line.Command):
    help = "Prints every setting of a tenant, after changing those that are given."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", metavar="TENANT", help="its short name, as in its path")
        for option in OPTIONS:
            words = Settings._meta.get_field(option.field).verbose_name
            parser.add_argument(
                f"--{option.name}", choices=option.choices, metavar=_metavar(option), help=str(words)
            )
        self.add_by(parser)

    def handle(self, *args, tenant: str, by: str | None, **options) -> None:
        with command_line.tenant_called(tenant).scope():
            given = [option for option in OPTIONS if options[option.field] is not None]
            values = {option.field: option.value(options[option.field]) for option in given}
            try:
                update_settings(values, by=command_line.initiator(by))
            except ValidationError as error:
                raise CommandError(_said(error)) from error
            except Denied as denied:
                raise CommandError(f"{by} may not do this: {denied}") from denied
            settings = Settings.current()
            for option in OPTIONS:
                self.stdout.write(f"{option.name}: {option.shown(settings)}".rstrip())


def _metavar(option: Option) -> str:
    return "|".join(option.choices) if option.choices else option.metavar


def _said(error: ValidationError) -> str:
    """With the option's name before it: a field's own words may not say which it is."""
    lines = getattr(error, "message_dict", {"": error.messages})
    return " ".join(f"--{field.replace('_', '-')}: {' '.join(words)}" for field, words in lines.items())
