"""The settings that tests run with: those of a copy to try out, whatever the shell has set."""

import os

KEPT = ("MYSTAFF_REQUIRE_BROWSER", "MYSTAFF_REQUIRE_DIRECTORIES", "MYSTAFF_TEST_POSTGRES", "MYSTAFF_VAR")

for name in [name for name in os.environ if name.startswith("MYSTAFF_")]:
    if name not in KEPT:
        del os.environ[name]

from mystaff.settings import *  # noqa: E402, F403
from mystaff.settings import LOGGING, MYSTAFF_HOSTS, STORAGES  # noqa: E402

# Files as they lie in the source: no test waits for collectstatic.
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
LOGGING = LOGGING | {"root": {"handlers": ["console"], "level": "ERROR"}}
MYSTAFF_HOSTS = [*MYSTAFF_HOSTS, "testserver"]
