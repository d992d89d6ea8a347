"""Settings from the environment: read, understood, or refused with a sentence that names the variable."""

import os
from collections.abc import Callable
from email.utils import parseaddr
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit
from zoneinfo import available_timezones

from django.core.exceptions import ImproperlyConfigured

SECRET = ("KEY", "KEYS", "PASSWORD", "TOKEN", "URL")  # last words of names whose value no message repeats
SERVER = "postgres://role:password@host:5432/database"
READ: set[str] = set()  # every variable that was asked for, so that a misspelt one can be told


def env(name: str, default: Any, kind: Callable[[str], Any] = str) -> Any:
    """The variable MYSTAFF_name through kind, or default where it is unset or empty.

    Raises ImproperlyConfigured with a sentence that names the variable, its value and what is allowed.
    """
    name = f"MYSTAFF_{name}"
    READ.add(name)
    value = os.environ.get(name, "").strip()
    return understood(name, value, kind) if value else default


def understood(name: str, value: str, kind: Callable[[str], Any]) -> Any:
    """The value of this variable through kind; raises ImproperlyConfigured like env."""
    try:
        return kind(value)
    except ValueError as error:
        shown = "(not shown)" if name.endswith(SECRET) else f"“{value}”"
        raise ImproperlyConfigured(f"{name} is {shown}; allowed is {error}.") from None


def refuse_unknown() -> None:
    """A misspelt variable would silently be the default: raise ImproperlyConfigured instead."""
    unknown = sorted(name for name in os.environ if name.startswith("MYSTAFF_") and name not in READ)
    if unknown:
        raise ImproperlyConfigured(f"{', '.join(unknown)}: no setting has this name. There are: {_known()}.")


def _known() -> str:
    return ", ".join(sorted(READ))


def switch(value: str) -> bool:
    """1 or 0."""
    if value not in ("0", "1"):
        raise ValueError("1 (on) or 0 (off)")
    return value == "1"


def names(value: str) -> list[str]:
    """Host names, separated by commas."""
    found = [name.strip().lower() for name in value.split(",") if name.strip()]
    if any(bad in name for name in found for bad in "/@*: "):
        raise ValueError("a list of host names like mystaff.school.example, separated by commas")
    return found


def address(value: str) -> tuple[str, int]:
    """Host (or IP address) and port to listen on."""
    host, _, number = value.rpartition(":")
    try:
        return host.strip("[]"), port(number if host else "")
    except ValueError:
        raise ValueError("an address and a port, like 127.0.0.1:8000") from None


def port(value: str) -> int:
    """A port to listen on."""
    if not value.isdigit() or not 0 < int(value) < 65536:
        raise ValueError("a number from 1 to 65535")
    return int(value)


def sender(value: str) -> str:
    """An e-mail address, with a name before it or without."""
    local, _, domain = parseaddr(value)[1].rpartition("@")
    if not local or not domain:
        raise ValueError("an address like MyStaff <mystaff@school.example>")
    return value


def time_zone(value: str) -> str:
    """A zone of the IANA time zone database."""
    if value not in available_timezones():
        raise ValueError("a name of the IANA time zone database, like America/Chicago")
    return value


def long_secret(value: str) -> str:
    """At least 50 characters, as Django's own deployment check asks (security.W009)."""
    if len(value) < 50 or len(set(value)) < 5:
        raise ValueError("at least 50 random characters, such as `openssl rand -base64 48` prints")
    return value


def long_secrets(value: str) -> list[str]:
    """Keys, separated by commas, the newest first; each of at least 32 characters."""
    found = [part.strip() for part in value.split(",") if part.strip()]
    if not found or any(len(key) < 32 or len(set(key)) < 5 for key in found):
        raise ValueError(
            "keys separated by commas, the newest first, each of at least 32 random characters, such as "
            "`openssl rand -base64 32` prints"
        )
    return found


def server(value: str) -> SplitResult:
    """The address of a PostgreSQL server, with or without a database."""
    return split(value, ("postgres", "postgresql"), SERVER)


def database(value: str) -> dict[str, Any]:
    """Django's settings for postgres://role:password@host:port/database; ?host= may be a folder."""
    parts = server(value)
    if not parts.path.strip("/"):
        raise ValueError(SERVER)
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", None) or parts.hostname or "",
        "PORT": str(parts.port or ""),
        # To plan the rule of who reaches whom takes PostgreSQL longer than to answer it.
        "OPTIONS": options | {"server_side_binding": True, "prepare_threshold": 5},
        "CONN_MAX_AGE": 60,  # seconds
        "CONN_HEALTH_CHECKS": True,
    }


def split(value: str, schemes: tuple[str, ...], example: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018  raises ValueError where it is no number
    except ValueError:
        raise ValueError(example) from None
    if parts.scheme not in schemes or any(map(str.isspace, value)):
        raise ValueError(example)
    return parts
