"""`python -m tests.lint_strings`: fails on text in templates outside {% translate %} and its like."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "templates"

# The product's own name is the same in every language.
NAMES = {"MyStaff"}
READ_OUT = "alt|aria-label|placeholder|title|data-done|data-hide"

# Translated already, or never shown: comments, and blocks that hold a class.
NO_TEXT = re.compile(
    r"{% *blocktranslate.*?{% *endblocktranslate *%}"
    r"|{% *comment.*?{% *endcomment *%}"
    r"|{% *block \w+_class *%}.*?{% *endblock *%}",
    re.DOTALL,
)
TEMPLATE_CODE = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
ATTRIBUTE = re.compile(rf'\b(?:{READ_OUT})="([^"]*)"')
BUTTON_VALUE = re.compile(r'<input[^>]*type="(?:submit|button|reset)"[^>]*value="([^"]*)"')
HTML = re.compile(r"<!--.*?-->|<[^>]*>|&\w+;", re.DOTALL)
WORD = re.compile(r"[^\W\d_]{2,}")


def literal_texts(source: str) -> Iterator[tuple[int, str]]:
    """Each literal text of a template with the number of its line."""
    # What is taken out keeps its line breaks, so that the line numbers stay true.
    for pattern in (NO_TEXT, TEMPLATE_CODE):
        source = pattern.sub(_line_breaks, source)
    for pattern in (ATTRIBUTE, BUTTON_VALUE):
        for match in pattern.finditer(source):
            yield from _words(match[1], source.count("\n", 0, match.start()) + 1)
    for number, line in enumerate(HTML.sub(_line_breaks, source).splitlines(), 1):
        yield from _words(line, number)


def _line_breaks(match: re.Match) -> str:
    return " " + "\n" * match[0].count("\n")


def _words(text: str, line: int) -> Iterator[tuple[int, str]]:
    if set(WORD.findall(text)) - NAMES:
        yield line, text.strip()


def problems(folder: Path = FOLDER) -> list[str]:
    """One line for each literal text of each template."""
    return [
        f"{path.relative_to(folder.parent)}:{line}: “{text}” is not translated"
        for path in sorted(folder.rglob("*.html"))
        for line, text in literal_texts(path.read_text())
    ]


def main() -> int:
    found = problems()
    print("\n".join(found) or "Every text in the templates is translated.")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
