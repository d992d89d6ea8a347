"""The settings of servers and workers in these tests: those of a copy to try out, with files as they lie."""

from mystaff import waiting
from mystaff.settings import *  # noqa: F403
from mystaff.settings import STORAGES

# No test waits for collectstatic.
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# They hold locks until something has happened, on machines that may be busy.
waiting.LONGEST = 60_000
