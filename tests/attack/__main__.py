"""The wall under attack: every kind of person of one tenant against everybody else's rows.

make attack [SEED=number] [LIMIT=attacks of each kind by each actor; 0 is all]
"""

from __future__ import annotations

import argparse
import sys
import time

from tests.attack.database import provided

SERVER = "mystaff.wsgi:application"


def main() -> None:
    """Exits with 1 if there was any finding."""
    arguments = _arguments()
    began = time.monotonic()
    with provided() as copy:
        from tests.attack.assault import attack
        from tests.benchmarks.servers import running

        with running(2, SERVER) as (server,), copy.server.administrator(copy.name) as administrator:
            findings, sent = attack(administrator, server.port, arguments)
    print(f"{time.monotonic() - began:.0f} s")
    if sent < arguments.least:
        sys.exit(f"That was no attack: {sent} different requests are fewer than {arguments.least}.")
    sys.exit(1 if findings else 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=20261121, help="of all that is chosen by chance")
    parser.add_argument("--limit", type=int, default=250, help="attacks of each kind by each actor; 0 is all")
    parser.add_argument("--least", type=int, default=5000, help="fewer different requests are a failure too")
    parser.add_argument("--actors", default="", help="only these, separated by commas")
    parser.add_argument(
        "--break-the-wall", action="store_true", help="take row-level security off, and change rows"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
