"""The attacked server's settings: those of a real instance, but for TLS, static files and a quiet log."""

from mystaff.settings import *  # noqa: F403
from mystaff.settings import LOGGING, STORAGES

# Files as they lie in the source: no attack waits for collectstatic.
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# Thousands of refusals are what we want to see: only what broke is worth a line.
LOGGING = LOGGING | {"root": {"handlers": ["console"], "level": "ERROR"}}
QUIET = {"django": {"handlers": [], "level": "ERROR"}, "django.security": {"level": "CRITICAL"}}
LOGGING["loggers"] = LOGGING["loggers"] | QUIET
