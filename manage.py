#!/usr/bin/env python
"""Django's command line; without MYSTAFF_DATABASE_URL it works on the embedded PostgreSQL, started if need be."""

import os
import sys
from contextlib import nullcontext

WITHOUT_DATABASE = {
    "help",
    "--help",
    "version",
    "--version",
    "makemessages",
    "compilemessages",
    "collectstatic",
}


def main() -> None:
    """Run one command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mystaff.settings")
    try:
        from django.core.management import execute_from_command_line

        from mystaff import postgres
    except ImportError as error:
        sys.exit(f"{error}. Run make demo once, then use .venv/bin/python.")
    own = not os.environ.get("MYSTAFF_DATABASE_URL") and not WITHOUT_DATABASE & {
        *sys.argv[1:2],
        *sys.argv[2:3],
    }
    try:
        with postgres.running() if own else nullcontext():
            execute_from_command_line(sys.argv)
    except postgres.PostgresError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
