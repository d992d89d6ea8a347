"""The templates themselves: translated, small, nothing inline; and what every page promises."""

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from statistics import median

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import get_template

from mystaff.templatetags.mystaff import when
from tests import lint_strings
from tests.lint_strings import literal_texts

FOLDER = lint_strings.FOLDER
NAMES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.*"))
VOID = {"input", "meta", "link", "use", "path", "rect", "circle", "br", "wbr"}


def source(name: str) -> str:
    return (FOLDER / name).read_text()


@pytest.mark.parametrize("name", NAMES)
def test_each_compiles_and_holds_nothing_inline(name):
    get_template(name)
    text = source(name)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|https?://(?!www\.w3\.org)", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)


def test_they_are_small():
    lines = [len(source(name).splitlines()) for name in NAMES]
    assert median(lines) <= 25
    assert max(lines) <= 60


def test_every_text_is_translated():
    assert lint_strings.problems() == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<p>Hello</p>", [(1, "Hello")]),
        ('<p>{% translate "Hello" %}</p>', []),
        ("{% blocktranslate %}Hello\n{{ you }}{% endblocktranslate %}\n<b>So</b>", [(3, "So")]),
        ('<a aria-label="Close">×</a>', [(1, "Close")]),
        ('<input type="submit" value="Go">', [(1, "Go")]),
        ('<input type="hidden" value="go">', []),
        ("{% block main_class %}narrow{% endblock %}", []),
        ("{% comment %}Why{% endcomment %} MyStaff · – &nbsp;", []),
    ],
)
def test_the_check_for_literal_text_finds_it(text, found):
    assert list(literal_texts(text)) == found


def test_every_icon_that_is_used_is_there_and_every_other_is_not():
    sprite = set(re.findall(r'<symbol id="(\w+)"', Path(finders.find("icons.svg")).read_text()))
    code = "".join(path.read_text() for path in Path("mystaff").rglob("*.py"))
    used = set(re.findall(r'icon "(\w+)"', "".join(map(source, NAMES)))) | set(
        re.findall(r'icon\("(\w+)"\)', code)
    )
    assert used == sprite


def test_the_page_for_our_own_failures_needs_nothing():
    assert "Something went wrong" in get_template("500.html").render()
    assert "did not understand" in get_template("400.html").render()
    assert "do not know whether" in get_template("503.html").render({"sent": True})
    assert "Nothing was changed" in get_template("503.html").render({"sent": False})


def test_times_are_said_as_people_say_them(settings, monkeypatch):
    from datetime import UTC, datetime

    from django.utils import timezone

    settings.TIME_ZONE = "UTC"
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 20, 12, tzinfo=UTC))
    said = {
        (2026, 11, 20, 8, 42): "Today, 08:42",
        (2026, 11, 19, 23, 59): "Yesterday, 23:59",
        (2026, 10, 6, 14, 5): "6 October, 14:05",
        (2025, 10, 6, 14, 5): "6 October 2025, 14:05",
    }
    for moment, words in said.items():
        assert when(datetime(*moment, tzinfo=UTC)) == words


# What every page promises


class Names(HTMLParser):
    """The accessible names of a page's links, buttons and fields, by kind; and its ids."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names, self.ids, self.references, self.open, self.headings = [], [], set(), [], 0
        self.feed(page)

    def handle_starttag(self, tag, attrs) -> None:
        attrs = dict(attrs)
        if "id" in attrs:
            self.ids.append(attrs["id"])
        self.references |= {*(attrs.get("aria-describedby") or "").split(), *filter(None, [attrs.get("for")])}
        self.headings += tag == "h1"
        if tag not in VOID:
            silent = "aria-hidden" in attrs or "hidden" in attrs
            self.open.append([tag, "", silent])

    def handle_startendtag(self, tag, attrs) -> None:
        """A drawing's parts say nothing."""

    def handle_data(self, data) -> None:
        if not any(silent for _tag, _text, silent in self.open):
            for element in self.open:
                element[1] += data

    def handle_endtag(self, tag) -> None:
        while self.open:
            name, text, silent = self.open.pop()
            hidden = silent or any(outer[2] for outer in self.open)
            if name in ("a", "button", "label") and not hidden:
                self.names.append((name, " ".join(text.split())))
            if name == tag:
                return


PAGES = {
    "sign-in/": None,
    "forgot-password/": None,
    "": "helen",
    "locations/{lincoln}/": "maria",
    "search/": "maria",
    "search/?q=s": "helen",
    "people/{sam}/": "maria",
    "people/{pia}/": "maria",
    "people/{maria}/": "maria",
    "people/{sam}/reset-password/": "maria",
    "access-pass/": None,
    "people/{sam}/access-pass/": "maria",
    "people/{sam}/phone/": "maria",
    "people/{sam}/phone/remove/": "maria",
    "people/{sam}/phone-sign-in/": "maria",
    "account/": "sam",
    "account/password/": "sam",
    "confirm/": "sam",
    "switch/": "sam",
    "nowhere/": "sam",
}


@pytest.mark.parametrize("path", PAGES)
def test_names_are_unique_and_references_lead_somewhere(district, sign_in, client, path):
    browser = sign_in(getattr(district, PAGES[path])) if PAGES[path] else client
    path = path.format(**{name: getattr(thing, "pk", "") for name, thing in vars(district).items()})
    page = Names(browser.get(f"/riverside/{path}").content.decode())
    twice = [name for name, count in Counter(page.names).items() if count > 1]
    assert not twice
    assert all(words for _kind, words in page.names)
    assert len(page.ids) == len(set(page.ids))
    assert page.references <= set(page.ids)
    assert page.headings == 1


def test_the_first_visit_is_light():
    import gzip

    files = ["style.css", "ui.js", "icons.svg", "mark.svg", "vendor/htmx.min.js"]
    wire = sum(len(gzip.compress(Path(finders.find(name)).read_bytes())) for name in files)
    assert wire < 60_000, "with a page of 25 people this stays under 100 kB"
