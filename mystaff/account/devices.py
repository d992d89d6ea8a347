"""What a browser says of itself, in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

# The first that stands in it: most browsers name others too, to be let in everywhere.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPad", "iPad"),
    ("iPhone", "iPhone"),
    ("Android", "Android"),
    ("CrOS", "Chromebook"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
CARRIED = {"iPhone", "iPad", "Android"}


@dataclass(frozen=True)
class Device:
    """A browser and what it runs on; '' for what it does not say."""

    browser: str
    system: str

    def __str__(self) -> str:
        if self.browser and self.system:
            return _("%(browser)s on %(system)s") % {"browser": self.browser, "system": self.system}
        return self.browser or self.system or _("A browser that does not say what it is")

    @property
    def is_carried(self) -> bool:
        """Whether it is a phone or a tablet."""
        return self.system in CARRIED


def device(user_agent: str) -> Device:
    """What this User-Agent (RFC 9110, 10.1.5) is, as far as it can be told; anybody may send any."""
    return Device(_first(BROWSERS, user_agent), _first(SYSTEMS, user_agent))


def _first(table: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for sign, name in table if sign in text), "")
