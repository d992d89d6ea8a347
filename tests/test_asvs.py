"""docs/asvs.md: every requirement once, every verdict backed by something that is there."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "asvs.md"
VERDICTS = ["holds", "partly", "open", "does not apply"]
# Requirements of levels 1 and 2 in each chapter of ASVS 5.0.0: 70 and 183.
ASKED = dict(zip(range(1, 18), (27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7), strict=True))
ROW = re.compile(r"(?m)^\| (V\d+\.\d[^|]*) \| ([^|]+) \| ([^|]+) \| (.+) \|$")
SUMMARY = re.compile(r"(?m)^\| \**(V\d+|all)\b[^|]* \|((?: \**\d+\** \|){4})$")
TEST = re.compile(r"(tests/[\w/]+\.py)::(\w+)")
RULE = re.compile(r"ruff ([A-Z]+\d+)")
FILE = re.compile(r"`((?:mystaff|directory|tenants|audit|templates|tests|requirements)/[\w./-]+)`")
LINK = re.compile(r"\]\((?!https)([^)#]+)(?:#([^)]+))?\)")
ROWS = ROW.findall(PAGE.read_text())


def ids(cell: str) -> list[str]:
    return cell.split(", ")


@cache
def functions(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def counted(rows) -> list[int]:
    found = Counter(verdict for cell, _what, verdict, _why in rows for _one in ids(cell))
    return [found[verdict] for verdict in VERDICTS]


def test_every_requirement_is_there_once():
    named = [one for cell, *_rest in ROWS for one in ids(cell)]
    assert all(re.fullmatch(r"V\d+\.\d+\.\d+", one) for one in named)
    assert [one for one, times in Counter(named).items() if times > 1] == []
    assert Counter(int(one[1:].split(".")[0]) for one in named) == ASKED


def test_no_row_is_overlooked():
    lines = [line for line in PAGE.read_text().splitlines() if re.match(r"\| *\**V\d+\.", line)]
    assert len(lines) == len(ROWS)


@pytest.mark.parametrize(("cell", "what", "verdict", "why"), ROWS, ids=[row[0] for row in ROWS])
def test_each_verdict_is_backed(cell, what, verdict, why):
    assert verdict in VERDICTS
    assert 0 < len(what.split()) <= 12
    tests = TEST.findall(why)
    assert [f"{path}::{name}" for path, name in tests if name not in functions(path)] == []
    assert [path for path in FILE.findall(why) if not (ROOT / path).exists()] == []
    assert verdict != "holds" or tests or RULE.search(why)


def test_the_counts_are_right():
    said = {
        name: [int(n.strip(" *")) for n in cells.split("|")[:4]]
        for name, cells in SUMMARY.findall(PAGE.read_text())
    }
    found = {f"V{n}": counted(row for row in ROWS if row[0].startswith(f"V{n}.")) for n in ASKED}
    assert said == found | {"all": counted(ROWS)}


def test_the_linters_rules_are_on():
    """Those that are named belong to the kinds that pyproject.toml selects."""
    selected = re.search(r"(?m)^select = \[(.*)\]$", (ROOT / "pyproject.toml").read_text())[1]
    kinds = set(re.findall(r'"(\w+)"', selected))
    assert {re.match("[A-Z]+", rule)[0] for rule in RULE.findall(PAGE.read_text())} <= kinds


def anchors(page: Path) -> set[str]:
    """The names under which a page's headings are reached."""
    headings = re.findall(r"(?m)^#+ (.+)$", page.read_text())
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links_lead_somewhere():
    for path, anchor in LINK.findall(PAGE.read_text()):
        page = PAGE.parent / path
        assert page.exists(), path
        assert not anchor or anchor in anchors(page), f"{path}#{anchor}"
