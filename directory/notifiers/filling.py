"""What an HTTP gateway is sent: address, headers and body, each value written as its place asks."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from directory.models import TextSettings

# Braces with a name alone between them: those of JSON are none.
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
KNOWN = {"to", "digits", "text", "from", "secret", "basic"}


def names(text: str) -> list[str]:
    """The placeholders in a text."""
    return PLACEHOLDER.findall(text)


def unknown(text: str) -> str:
    """The first placeholder that nothing stands for, or ''."""
    return next((name for name in names(text) if name not in KNOWN), "")


def values(settings: TextSettings, to: str, text: str) -> dict[str, str]:
    """What stands for the placeholders."""
    secret = settings.secret or ""
    basic = b64encode(f"{settings.account}:{secret}".encode()).decode()  # RFC 7617
    number = {"to": to, "digits": to.lstrip("+")}
    return number | {"text": text, "from": settings.sender, "secret": secret, "basic": basic}


def url(settings: TextSettings, given: Mapping[str, str]) -> str:
    """The address, with every value percent-encoded."""
    return _fill(settings.url, given, lambda value: quote(value, safe=""))


def headers(settings: TextSettings, given: Mapping[str, str]) -> dict[str, str]:
    """The headers; no value starts a new one."""
    lines = [line.partition(":") for line in settings.headers.splitlines() if line.strip()]
    return {
        name.strip(): _fill(value.strip(), given, lambda value: "".join(filter(str.isprintable, value)))
        for name, _colon, value in lines
    }


def body(settings: TextSettings, given: Mapping[str, str]) -> str:
    """The body, with every value written as its kind asks."""
    return _fill(settings.body, given, WRITTEN[kind_of(settings)])


def kind_of(settings: TextSettings) -> str:
    """What the body is: json, form, xml or plain."""
    lines = (line.lower().partition(":") for line in settings.headers.splitlines())
    content_type = next((value for name, _colon, value in lines if name.strip() == "content-type"), "")
    words = {"json": "json", "x-www-form-urlencoded": "form", "xml": "xml"}
    return next((kind for word, kind in words.items() if word in content_type), "plain")


WRITTEN: dict[str, Callable[[str], str]] = {
    "json": lambda value: json.dumps(value)[1:-1],
    "form": quote_plus,
    "xml": lambda value: escape(value, {'"': "&quot;", "'": "&apos;"}),
    "plain": str,
}


def _fill(text: str, given: Mapping[str, str], written: Callable[[str], str]) -> str:
    # One pass: a value that looks like a placeholder is a value.
    return PLACEHOLDER.sub(lambda found: written(given[found[1]]), text)
