#!/usr/bin/env python
"""Django's command line; without MYSTAFF_DATABASE_URL it works on the embedded PostgreSQL."""

import os
import sys
from contextlib import nullcontext

WITHOUT_DATABASE = {"help", "--help", "-h", "--version", "makemessages", "compilemessages", "collectstatic"}


def main(arguments: list[str]) -> None:
    """Run one command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mystaff.settings")
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line

        from mystaff import own_files, postgres
        from mystaff.demo import database
    except ImportError as error:
        sys.exit(f"{error}. Run make demo once, then use .venv/bin/python.")
    try:
        if arguments[1:2] == ["demo"]:
            database.prepare(os.environ)
        with nullcontext() if is_given(arguments) else postgres.running():
            execute_from_command_line(arguments)
    except (postgres.PostgresError, own_files.NotOurs, ImproperlyConfigured) as error:
        sys.exit(str(error))


def is_given(arguments: list[str]) -> bool:
    """Whether the embedded server is not needed."""
    return bool(os.environ.get("MYSTAFF_DATABASE_URL")) or not WITHOUT_DATABASE.isdisjoint(arguments[1:3])


if __name__ == "__main__":
    main(sys.argv)
