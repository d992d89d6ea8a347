"""Imports go downwards only, and surfaces never import one another."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = ["tenants", "audit", "directory", "mystaff"]  # lowest first
SURFACES = {"signin", "portal", "selfservice", "account", "openid"}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("layer", LAYERS)
def test_imports_go_downwards(layer):
    above = LAYERS[LAYERS.index(layer) + 1 :]
    wrong = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in (ROOT / layer).rglob("*.py")
        for name in imports(path)
        if name.partition(".")[0] in above
    }
    assert wrong == set()


def test_surfaces_do_not_import_one_another():
    wrong = set()
    for surface in SURFACES:
        others = tuple(f"mystaff.{name}" for name in SURFACES - {surface})
        for path in (ROOT / "mystaff" / surface).rglob("*.py"):
            wrong |= {
                f"{path.relative_to(ROOT)}: {name}" for name in imports(path) if name.startswith(others)
            }
    assert wrong == set()


def test_only_the_door_opens_an_authority():
    opens = {
        str(path.relative_to(ROOT))
        for layer in LAYERS
        for path in (ROOT / layer).rglob("*.py")
        if re.search(r"open_authority|\bset_password\(", path.read_text())
    }
    assert opens == {
        "directory/actions/passwords.py",
        "directory/connectors/__init__.py",  # the protocol
        "directory/connectors/google.py",
        "directory/connectors/graph.py",
        "directory/connectors/ldap/active_directory.py",
        "directory/connectors/ldap/openldap.py",
        "directory/connectors/local.py",
        "directory/connectors/memory.py",
        "directory/door.py",
        "directory/first_people.py",  # before there is anybody who could pass the door
    }
