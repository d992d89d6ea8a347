"""Django's mail settings from one address: a mail server's, or a mail provider's through django-anymail."""

from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote

from mystaff.environment import split

TIMEOUT = 15  # seconds
SERVER = (
    "smtp://user:password@host:587?tls=1 (STARTTLS), smtps://…:465 (TLS), anymail+postmark://token "
    "(or another provider), or console:"
)

# The setting in which django-anymail expects a provider's key: its pages "Supported ESPs".
PROVIDERS = {
    "brevo": "API_KEY",
    "mailersend": "API_TOKEN",
    "mailgun": "API_KEY",
    "mailjet": "API_KEY",
    "postmark": "SERVER_TOKEN",
    "resend": "API_KEY",
    "scaleway": "SECRET_KEY",
    "sendgrid": "API_KEY",
    "sparkpost": "API_KEY",
}
OPTIONS = {"api_url", "project_id", "region", "secret_key", "sender_domain"}


def mail(value: str) -> dict[str, Any]:
    """Django's mail settings; raises ValueError with what is allowed."""
    if value == "console:":
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    parts = split(value, ("smtp", "smtps", *(f"anymail+{name}" for name in PROVIDERS)), SERVER)
    options = dict(parse_qsl(parts.query))
    kind, _plus, provider = parts.scheme.partition("+")
    return _provider(provider, parts, options) if kind == "anymail" else _server(parts, options)


def _server(parts: SplitResult, options: dict[str, str]) -> dict[str, Any]:
    if not parts.hostname or options.keys() - {"tls"} or options.get("tls", "0") not in ("0", "1"):
        raise ValueError(SERVER)
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": options.get("tls") == "1",
        "EMAIL_TIMEOUT": TIMEOUT,
    }


def _provider(name: str, parts: SplitResult, options: dict[str, str]) -> dict[str, Any]:
    key = unquote(parts.netloc.rstrip("@"))  # not hostname, which is in small letters
    if not key or parts.path or options.keys() - OPTIONS:
        allowed = "&".join(f"{option}=…" for option in sorted(OPTIONS))
        raise ValueError(f"anymail+{name}://key, where the provider needs more followed by ?{allowed}")
    given = {PROVIDERS[name]: key} | {option.upper(): text for option, text in options.items()}
    own = {f"{name.upper()}_{setting}": text for setting, text in given.items()}
    return {
        "EMAIL_BACKEND": f"anymail.backends.{name}.EmailBackend",
        "ANYMAIL": own | {"REQUESTS_TIMEOUT": TIMEOUT},
    }
