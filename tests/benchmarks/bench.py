"""The bench: a table of ratios, each against a limit measured in the same run. Never a timed test.

make bench [SIZE=people] [ONLY=part,part]
"""

from __future__ import annotations

import argparse
import os

from tests.benchmarks import setup
from tests.benchmarks.database import cluster, name_of, provide
from tests.benchmarks.size import Size

PARTS = ("database", "response", "load", "tenants", "memory", "recovery", "trail", "sync")


def main() -> None:
    arguments = _arguments()
    size, only = Size(people=arguments.size), arguments.only.split(",")
    with cluster().running() as server:
        setup.set_up(size)
        if set(only) - {"trail", "sync"}:  # which have rows of their own
            provide(server, size)
        _use(server, size)
        from tests.benchmarks import parts, report

        with server.administrator() as administrator:
            version = administrator.execute("SHOW server_version").fetchone()[0]
        print(f"{size.people:,} people in {size.tenants} tenants; {report.machine(version)}")
        for part in only:
            getattr(parts, {"load": "load_"}.get(part, part))(server, size)


def _use(server, size: Size) -> None:
    from tests.database import point_django_to

    point_django_to(server, name_of(size))
    os.environ["BARE_DATABASE_HOST"] = str(server.socket_folder)
    os.environ["BARE_DATABASE_NAME"] = name_of(size)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=1_000_000, help="people in all, or entries of the trail")
    parser.add_argument("--only", default=",".join(PARTS), help=f"some of {', '.join(PARTS)}")
    return parser.parse_args()


if __name__ == "__main__":
    main()
