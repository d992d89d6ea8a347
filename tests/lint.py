"""The checks that need no test: style, templates, migrations, texts, production settings.

All of them run, so that one start tells everything; the end tells which found something.
"""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from mystaff import postgres
from mystaff.own_files import PROJECT

BIN = Path(sys.executable).parent
MANAGE = [sys.executable, "manage.py"]

# As the README documents them for production, on a database that exists.
PRODUCTION = {
    "MYSTAFF_SECRET_KEY": "for-this-check-only-0123456789-abcdefghijklmnopqrstuvwxyz",
    "MYSTAFF_HOSTS": "mystaff.school.example",
    "MYSTAFF_EMAIL_URL": "smtp://mail.school.example:587?tls=1",
}
CHECKS = {
    "style": [BIN / "ruff", "check", "--quiet", "."],
    "format": [BIN / "ruff", "format", "--quiet", "--check", "."],
    "templates": [BIN / "djlint", "--quiet", "--lint", "templates"],
    "migrations": [*MANAGE, "makemigrations", "--check", "--dry-run"],
    "production settings": [*MANAGE, "check", "--deploy", "--fail-level", "INFO"],
}
if importlib.util.find_spec("tests.lint_strings"):
    CHECKS["untranslated strings"] = [sys.executable, "-m", "tests.lint_strings"]


def passes(name: str, command: list, environment: dict[str, str]) -> bool:
    """Run one check and show what it found."""
    done = subprocess.run(
        command, env=environment, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    print(f"{name}: {'ok' if done.returncode == 0 else 'FAILED'}", flush=True)
    if done.returncode:
        print(done.stdout, flush=True)
    return done.returncode == 0


def main() -> None:
    """Exits with 1 if a check found something."""
    with postgres.for_tests().running() as server:
        addresses = server.urls()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MYSTAFF_")}
        environment |= PRODUCTION | {
            "MYSTAFF_DATABASE_URL": addresses["default"],
            "MYSTAFF_OWNER_DATABASE_URL": addresses["owner"],
        }
        failed = [name for name, command in CHECKS.items() if not passes(name, command, environment)]
    sys.exit(f"Found something: {', '.join(failed)}." if failed else 0)


if __name__ == "__main__":
    main()
