"""Spelling a password aloud, on the telephone or across a desk, one character at a time."""

import unicodedata

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# Translators: the spelling alphabet of your country, if it has one (this is ICAO's).
LETTERS = {
    "a": _("Alpha"),
    "b": _("Bravo"),
    "c": _("Charlie"),
    "d": _("Delta"),
    "e": _("Echo"),
    "f": _("Foxtrot"),
    "g": _("Golf"),
    "h": _("Hotel"),
    "i": _("India"),
    "j": _("Juliett"),
    "k": _("Kilo"),
    "l": _("Lima"),
    "m": _("Mike"),
    "n": _("November"),
    "o": _("Oscar"),
    "p": _("Papa"),
    "q": _("Quebec"),
    "r": _("Romeo"),
    "s": _("Sierra"),
    "t": _("Tango"),
    "u": _("Uniform"),
    "v": _("Victor"),
    "w": _("Whiskey"),
    "x": _("X-ray"),
    "y": _("Yankee"),
    "z": _("Zulu"),
}

DIGITS = {
    "0": _("zero"),
    "1": _("one"),
    "2": _("two"),
    "3": _("three"),
    "4": _("four"),
    "5": _("five"),
    "6": _("six"),
    "7": _("seven"),
    "8": _("eight"),
    "9": _("nine"),
}

SYMBOLS = {
    " ": _("space"),
    "!": _("exclamation mark"),
    '"': _("double quote"),
    "#": _("hash"),
    "$": _("dollar"),
    "%": _("percent"),
    "&": _("ampersand"),
    "'": _("apostrophe"),
    "(": _("opening bracket"),
    ")": _("closing bracket"),
    "*": _("asterisk"),
    "+": _("plus"),
    ",": _("comma"),
    "-": _("hyphen"),
    ".": _("full stop"),
    "/": _("slash"),
    ":": _("colon"),
    ";": _("semicolon"),
    "<": _("less than"),
    "=": _("equals"),
    ">": _("greater than"),
    "?": _("question mark"),
    "@": _("at sign"),
    "[": _("opening square bracket"),
    "\\": _("backslash"),
    "]": _("closing square bracket"),
    "^": _("caret"),
    "_": _("underscore"),
    "`": _("backtick"),
    "{": _("opening brace"),
    "|": _("vertical bar"),
    "}": _("closing brace"),
    "~": _("tilde"),
}

SPOKEN = {**LETTERS, **DIGITS, **SYMBOLS}


def spell(password):
    """Each character with what to say for it: ("K", "capital Kilo"), ("4", "four"), ("-", "hyphen")."""
    return [(character, _spoken(character)) for character in password]


def _spoken(character):
    if character in SPOKEN:
        return str(SPOKEN[character])
    if character.lower() in LETTERS:
        return gettext("capital %(letter)s") % {"letter": LETTERS[character.lower()]}
    # Unicode's own name, in English: "latin small letter e with acute" says more than a look at it
    return unicodedata.name(character, character).lower()
