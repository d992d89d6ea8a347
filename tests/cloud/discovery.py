"""Judges requests by Google's own description of the Directory API: methods, parameters, bodies, scopes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from tests.cloud.csdl import Wrong, require

PUBLISHED = Path(__file__).parents[1] / "data" / "google" / "admin.directory_v1.json"
TYPES = {"string": str, "boolean": bool, "integer": int, "array": list, "object": dict}


class Description:
    """The published file, read once."""

    def __init__(self, path: Path = PUBLISHED) -> None:
        self.document = json.loads(path.read_text())
        self.methods = [*_methods(self.document["resources"])]

    def judge(self, method: str, path: str, query: dict[str, str], body: Any, scopes: set[str]) -> tuple:
        """The method's id and its path's parameters; raises Wrong for what the description does not know.

        `path` is as it was sent, still quoted.
        """
        for one in self.methods:
            pattern = re.sub(r"\{\w+\}", "([^/]+)", one["flatPath"])
            if one["httpMethod"] == method and (found := re.fullmatch(f"/{pattern}", path)):
                names = re.findall(r"\{(\w+)\}", one["flatPath"])
                self._judge(one, query, body, scopes)
                return one["id"], dict(zip(names, map(unquote, found.groups()), strict=True))
        raise Wrong(f"no such method: {method} {path}")

    def _judge(self, one: dict, query: dict[str, str], body: Any, scopes: set[str]) -> None:
        require(scopes & set(one["scopes"]), f"{one['id']} needs one of {one['scopes']}")
        known = self.document["parameters"] | one.get("parameters", {})
        for name, value in query.items():
            require(known.get(name, {}).get("location") == "query", f"{one['id']} has no parameter {name}")
            self._judge_parameter(known[name], name, value)
        for name, parameter in known.items():
            asked = parameter["location"] == "path" or name in query
            require(asked or not parameter.get("required"), f"{name} is missing")
        if "fields" in query:
            self._judge_fields(query["fields"], one["response"]["$ref"])
        if "request" in one:
            require(isinstance(body, dict) and body, "a body is missing")
            self._judge_object(body, one["request"]["$ref"])
        else:
            require(body is None, f"{one['id']} takes no body")

    def _judge_fields(self, fields: str, schema: str) -> None:
        """A partial response: names of the answer, and in brackets those of the things in its list."""
        known = self.document["schemas"][schema]["properties"]
        for name, inner in re.findall(r"(\w+)(?:\(([\w,]+)\))?", fields):
            require(name in known, f"{schema} has no property {name}")
            if inner:
                items = self.document["schemas"][known[name]["items"]["$ref"]]["properties"]
                require(
                    set(inner.split(",")) <= set(items),
                    f"{name} have no {set(inner.split(',')) - set(items)}",
                )

    def _judge_parameter(self, parameter: dict, name: str, value: str) -> None:
        if parameter["type"] == "integer":
            least, most = int(parameter.get("minimum", 0)), int(parameter.get("maximum", 2**31))
            require(value.isdigit() and least <= int(value) <= most, f"{name} is out of bounds")
        if parameter["type"] == "boolean":
            require(value in ("true", "false"), f"{name} is true or false")
        require("enum" not in parameter or value in parameter["enum"], f"{name} is none of its values")
        if name == "maxResults" and (
            most := re.search(r"Max allowed value is (\d+)", parameter["description"])
        ):
            require(int(value) <= int(most[1]), f"{name} is at most {most[1]}")

    def _judge_object(self, body: dict, schema: str) -> None:
        known = self.document["schemas"][schema]["properties"]
        for name, value in body.items():
            require(name in known, f"{schema} has no property {name}")
            require(not known[name].get("readOnly"), f"{name} is read-only")
            self._judge_value(known[name], name, value)

    def _judge_value(self, known: dict, name: str, value: Any) -> None:
        if "$ref" in known:
            self._judge_object(value, known["$ref"])
        elif known["type"] != "any" and value is not None:  # null clears a property, says users.update
            require(type(value) is TYPES[known["type"]], f"{name} is {known['type']}")


def _methods(resources: dict):
    for resource in resources.values():
        yield from resource.get("methods", {}).values()
        yield from _methods(resource.get("resources", {}))
