"""Our own scripts: what they must not use, so that no text ever becomes markup or a program."""

import re
from pathlib import Path

import pytest

SCRIPTS = sorted(Path("mystaff/static").glob("*.js"))
FORBIDDEN = {
    "text as a program": r"\beval\b|\bFunction\(|setTimeout\(\s*[\"'`]|setInterval\(\s*[\"'`]",
    "text as markup": r"(inner|outer|insertAdjacent)HTML|document\.write|createContextualFragment|srcdoc",
    "messages of other windows": r"postMessage|onmessage|[\"']message[\"']",
    "what stays in the browser": r"localStorage|sessionStorage|indexedDB|document\.cookie|caches\.",
    "other sites": r"https?://|[\"'`]//",
    "comparing that converts": r"[^=!]==[^=]|!=[^=]",
    "prototypes": r"__proto__|\.prototype\b|setPrototypeOf",
}


def without_comments(source: str) -> str:
    return re.sub(r"(?m)(^|\s)//.*$", "", source)


@pytest.mark.parametrize("what", FORBIDDEN)
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_they_do_without(script, what):
    assert re.findall(FORBIDDEN[what], without_comments(script.read_text())) == []


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("text as a program", "eval(name)"),
        ("text as markup", "box.innerHTML = name;"),
        ("messages of other windows", 'addEventListener("message", heard)'),
        ("what stays in the browser", "localStorage.name = name;"),
        ("other sites", 'fetch("https://evil.example/")'),
        ("comparing that converts", "if (a == b) go();"),
        ("comparing that converts", "if (a != b) go();"),
        ("prototypes", "Object.prototype.name = 1;"),
    ],
)
def test_it_would_be_found(what, line):
    assert re.search(FORBIDDEN[what], without_comments(line))


def test_there_are_some():
    assert {"ui.js", "webauthn.js", "new_password.js"} <= {script.name for script in SCRIPTS}
