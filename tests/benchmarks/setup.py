"""The bench's settings: those of production, on the bench's database, but for TLS."""

import os

from mystaff.own_files import VAR
from tests.benchmarks.database import cluster, name_of
from tests.benchmarks.size import Size

OWN = VAR / "bench"  # static files and a secret key of the bench's own


def environment(size: Size) -> dict[str, str]:
    """Variables for this process and for the servers that it starts."""
    urls = cluster().urls(name_of(size))
    return {
        "DJANGO_SETTINGS_MODULE": "mystaff.settings",
        "MYSTAFF_VAR": str(OWN),
        "MYSTAFF_DATABASE_URL": urls["default"],
        "MYSTAFF_OWNER_DATABASE_URL": urls["owner"],
        "MYSTAFF_PRODUCTION": "0",  # else every page is a redirect to https
        "MYSTAFF_DEMO": "0",
        "MYSTAFF_HOSTS": "127.0.0.1",
    }


def set_up(size: Size) -> None:
    """Make this process a Django of the bench's; whatever the shell has set is forgotten."""
    for name in [name for name in os.environ if name.startswith("MYSTAFF_")]:
        del os.environ[name]
    os.environ.update(environment(size))
    import django
    from django.core.management import call_command
    from django.db.backends.signals import connection_created

    from tests.database import remember

    django.setup()
    connection_created.connect(remember)
    call_command("collectstatic", interactive=False, verbosity=0)
